#include "writers/csv_writer.h"

#include <charconv>

#include "base/arena.h"
#include "codec/json.h"
#include "writers/verdict_text.h"

namespace assay::writers {
namespace {

using codec::append_json_string;
using jose::TokenVerdict;

void append_number(Buffer& to, std::uint64_t number) {
  char* digits = to.room(kNumberRoom);
  to.resize_to(std::to_chars(digits, digits + kNumberRoom, number).ptr);
}

void append_csv_quoted(Buffer& to, std::string_view text) {
  if (text.find_first_of("\",\r\n") == std::string_view::npos) {
    to += text;
    return;
  }
  char* at = to.room(2 * text.size() + 3);
  *at++ = '"';
  for (const char c : text) {
    at[0] = at[1] = c;
    at += c == '"' ? 2 : 1;
  }
  *at++ = '"';
  to.resize_to(at);
}

// Returns the characters between the quotes of a JSON string, with plain '"'.
std::string plain_quotes(std::string_view json_string) {
  std::string text;
  const std::string_view inner = json_string.substr(1, json_string.size() - 2);
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (inner[i] == '\\') {
      if (inner[i + 1] != '"') text += inner[i];
      ++i;
    }
    text += inner[i];
  }
  return text;
}

void append_csv_text(Buffer& to, std::string_view value) {
  bool plain = true;
  for (const char c : value) plain = plain && c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != ',';
  if (plain) {
    to += value;
    return;
  }
  std::string json;
  append_json_string(json, value);
  append_csv_quoted(to, plain_quotes(json));
}

// Whether a spreadsheet takes a cell of this text for a formula (OWASP, "CSV Injection"). OWASP names tab and CR too;
// those are written as escapes, which begin with a backslash.
bool is_formula(std::string_view text) noexcept {
  return !text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos;
}

// Appends a text that the writer of the token or record chose.
void append_csv_untrusted(Buffer& to, std::string_view value) {
  if (is_formula(value)) {
    append_csv_text(to, std::string("'").append(value));
  } else {
    append_csv_text(to, value);
  }
}

// Returns a JSON string with the fewest escapes: loggers write "\u00e9" where "é" does.
std::string with_fewest_escapes(std::string_view json_string) {
  base::Arena arena;
  const codec::JsonNode* node = codec::parse_json(json_string, codec::JsonDialect::rfc8259, arena);
  std::string to;
  if (node != nullptr) append_json_string(to, node->text);
  return node != nullptr ? to : std::string(json_string);
}

// Appends a carried value, given as JSON. A number is no text and may begin with '-'.
void append_csv_carried(Buffer& to, std::string_view json) {
  if (!json.starts_with('"')) {
    append_csv_quoted(to, json);
    return;
  }
  const bool is_escaped = json.find("\\u") != json.npos || json.find("\\/") != json.npos;
  const std::string text = plain_quotes(is_escaped ? with_fewest_escapes(json) : std::string(json));
  append_csv_quoted(to, is_formula(text) ? "'" + text : text);
}

class CsvWriter final : public VerdictWriter {
 public:
  explicit CsvWriter(const Options& options)
      : VerdictWriter(options),
        emit_token_(options.emit_token),
        fingerprint_(options.fingerprint),
        judged_at_(options.judged_at && !options.occurrences),
        occurrences_(options.occurrences),
        carry_(options.carry) {
    if (options.inputs.size() <= 1 && !options.names_only_input) return;
    for (const std::string& input : options.inputs) {
      Buffer text;
      append_csv_untrusted(text, input);
      files_.emplace_back(text.view());
    }
  }

  std::string head() const override;

 private:
  void append_verdict(Buffer& to, const VerdictLine& line) const override;

  void append_occurrence(Buffer& to, const VerdictLine& line) const;

  bool emit_token_, fingerprint_, judged_at_, occurrences_;
  std::vector<std::string> carry_;
  std::vector<std::string> files_;  // inputs as CSV texts; empty when verdicts do not name them
};

std::string CsvWriter::head() const {
  std::string names = files_.empty() ? "record" : "record,file";
  names += ",line";
  if (occurrences_) names += ",nth,offset,length,decoded,where,judged_at,client,status,method,path,served";
  Buffer to;
  to += names;
  to += ",valid,alg,kid,signature,reason,reasons,detail,client_id,scopes,expires_at,subject,issuer,jti";
  if (judged_at_) to += ",judged_at";
  if (emit_token_) to += ",token";
  if (fingerprint_) to += ",ath";
  to += ",claims";
  for (const std::string& pointer : carry_) {
    to += ',';
    append_csv_text(to, pointer);
  }
  to += "\r\n";
  return std::string(to.view());
}

// Where the token stands, and what its line says of the request.
void CsvWriter::append_occurrence(Buffer& to, const VerdictLine& line) const {
  const Occurrence& occurrence = *line.occurrence;
  to += ',';
  append_number(to, occurrence.nth);
  to += ',';
  append_number(to, occurrence.offset);
  to += ',';
  append_number(to, occurrence.length);
  to += ',';
  bool first = true;
  each_coding(occurrence.decoded, [&](std::string_view name) {
    if (!first) to += ' ';
    first = false;
    to += name;
  });
  to += ',';
  to += to_string(occurrence.where);
  to += ',';
  if (line.judged_at != nullptr) to.resize_to(write_time(to.room(kTimeRoom), *line.judged_at));
  to += ',';
  append_csv_untrusted(to, occurrence.client);
  to += ',';
  if (occurrence.status != 0) append_number(to, occurrence.status);
  to += ',';
  append_csv_untrusted(to, occurrence.method);
  to += ',';
  append_csv_untrusted(to, occurrence.path);
  to += ',';
  if (occurrence.status != 0) to += occurrence.served() ? "true" : "false";
}

void CsvWriter::append_verdict(Buffer& to, const VerdictLine& line) const {
  const TokenVerdict& verdict = *line.verdict;
  const bool valid = verdict.reasons.empty();
  append_number(to, line.record);
  if (!files_.empty()) {
    to += ',';
    to += files_[line.file];
  }
  to += ',';
  append_number(to, line.line);
  if (occurrences_) append_occurrence(to, line);
  to += valid ? ",true," : ",false,";
  append_csv_untrusted(to, verdict.alg);
  to += ',';
  append_csv_untrusted(to, verdict.kid);
  to += ',';
  to += to_string(verdict.signature);
  to += ',';
  if (!valid) to += to_string(verdict.reasons.first());
  to += ',';
  bool first = true;
  each_reason(verdict.reasons, [&](std::string_view name) {
    if (!first) to += ' ';
    first = false;
    to += name;
  });
  to += ',';
  if (!valid) append_csv_text(to, verdict.detail);
  to += ',';
  // Nothing of the claims is shown before the signature is valid.
  const bool shown = valid || verdict.signature == SignatureState::valid;
  if (shown) append_csv_untrusted(to, verdict.client_id);
  to += ',';
  std::string list;
  if (valid) {
    for (const std::string_view scope : verdict.scopes) list.append(list.empty() ? "" : " ").append(scope);
  }
  append_csv_untrusted(to, list);
  to += ',';
  if (valid) to += verdict.expires_at;
  to += ',';
  if (shown && verdict.has_subject) append_csv_untrusted(to, verdict.subject);
  to += ',';
  if (shown && verdict.has_issuer) append_csv_untrusted(to, verdict.issuer);
  to += ',';
  if (shown && verdict.has_jti) append_csv_untrusted(to, verdict.jti);
  if (judged_at_) {
    to += ',';
    if (line.judged_at != nullptr) to.resize_to(write_time(to.room(kTimeRoom), *line.judged_at));
  }
  if (emit_token_) {
    to += ',';
    append_csv_untrusted(to, line.token);
  }
  if (fingerprint_) {
    to += ',';
    if (line.has_token) to.resize_to(write_fingerprint(to.room(kFingerprintRoom), *line.fingerprint));
  }
  to += ',';
  if (valid) append_csv_quoted(to, verdict.claims);
  for (const std::string_view value : line.carried) {
    to += ',';
    if (value != "null") append_csv_carried(to, value);
  }
  to += "\r\n";
}

}  // namespace

std::unique_ptr<VerdictWriter> make_csv_writer(const VerdictWriter::Options& options) {
  return std::make_unique<CsvWriter>(options);
}

}  // namespace assay::writers
