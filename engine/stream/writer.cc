#include "stream/writer.h"

#include <charconv>

#include "codec/base64url.h"
#include "codec/json.h"
#include "verify/digest.h"

namespace assay::stream {
namespace {

using codec::append_json_string;
using verify::TokenVerdict;

void append_number(std::string& to, std::uint64_t number) {
  char digits[20];
  to.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

void append_string_or_null(std::string& to, bool present, std::string_view text) {
  if (present) {
    append_json_string(to, text);
  } else {
    to += "null";
  }
}

// "ath" of RFC 9449 §4.2.
void append_fingerprint(std::string& to, std::string_view token) {
  unsigned char hash[32];
  verify::digest(Hash::SHA256, token, hash);
  char text[codec::base64url_encoded_size(sizeof hash)];
  codec::base64url_encode({reinterpret_cast<const char*>(hash), sizeof hash}, text);
  to.append(text, sizeof text);
}

template <class Append>
void each_reason(ReasonSet reasons, const Append& append) {
  for (int i = 0; i < kReasonCount; ++i) {
    if (reasons.contains(static_cast<Reason>(i))) append(to_string(static_cast<Reason>(i)));
  }
}

void append_csv_quoted(std::string& to, std::string_view text) {
  if (text.find_first_of("\",\r\n") == std::string_view::npos) {
    to += text;
    return;
  }
  to += '"';
  for (const char c : text) {
    if (c == '"') to += '"';
    to += c;
  }
  to += '"';
}

// The characters between the quotes of a JSON string, with '"' itself plain.
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

void append_csv_text(std::string& to, std::string_view value) {
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

// A cell that begins so is a formula to a spreadsheet (OWASP, "CSV Injection"). Tab and CR, which it names too, are
// written as escapes, which begin with a backslash.
bool is_formula(std::string_view text) noexcept {
  return !text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos;
}

// A text that whoever wrote the token or the record chose.
void append_csv_untrusted(std::string& to, std::string_view value) {
  if (is_formula(value)) {
    append_csv_text(to, std::string("'").append(value));
  } else {
    append_csv_text(to, value);
  }
}

// `json`: a carried value. A number is no text, and may begin with '-'.
void append_csv_carried(std::string& to, std::string_view json) {
  if (!json.starts_with('"')) {
    append_csv_quoted(to, json);
    return;
  }
  const std::string text = plain_quotes(json);
  append_csv_quoted(to, is_formula(text) ? "'" + text : text);
}

}  // namespace

VerdictWriter::VerdictWriter(const Options& options) : options_(options) {
  if (options_.inputs.size() > 1) {
    for (const std::string& input : options_.inputs) {
      std::string& file = files_.emplace_back();
      if (options_.format == OutputFormat::csv) {
        append_csv_text(file, input);
      } else {
        append_json_string(file, input);
      }
    }
  }
  for (const std::string& pointer : options_.carry) {
    std::string& name = carry_.emplace_back(carry_.empty() ? "" : ",");
    append_json_string(name, pointer);
    name += ':';
  }
}

std::string VerdictWriter::head() const {
  if (options_.format != OutputFormat::csv) return {};
  std::string to = files_.empty() ? "record" : "record,file";
  to += ",line,valid,alg,kid,signature,reason,reasons,detail,client_id,scopes,expires_at,subject";
  if (options_.emit_token) to += ",token";
  if (options_.fingerprint) to += ",ath";
  to += ",claims";
  for (const std::string& pointer : options_.carry) {
    to += ',';
    append_csv_text(to, pointer);
  }
  return to + "\r\n";
}

void VerdictWriter::append(std::string& to, const VerdictLine& line) const {
  const bool valid = line.verdict->reasons.empty();
  if (options_.only == Only::accepted && !valid) return;
  if (options_.only == Only::rejected && valid) return;
  if (options_.format == OutputFormat::ndjson) append_ndjson(to, line);
  if (options_.format == OutputFormat::csv) append_csv(to, line);
}

void VerdictWriter::append_ndjson(std::string& to, const VerdictLine& line) const {
  const TokenVerdict& verdict = *line.verdict;
  const bool valid = verdict.reasons.empty();
  to += "{\"record\":";
  append_number(to, line.record);
  if (!files_.empty()) to.append(",\"file\":").append(files_[line.file]);
  to += ",\"line\":";
  append_number(to, line.line);
  to += valid ? ",\"valid\":true,\"alg\":" : ",\"valid\":false,\"alg\":";
  append_string_or_null(to, verdict.has_alg, verdict.alg);
  to += ",\"kid\":";
  append_string_or_null(to, verdict.has_kid, verdict.kid);
  if (valid) {
    to += ",\"client_id\":";
    append_json_string(to, verdict.client_id);
    to += ",\"scopes\":[";
    bool first = true;
    for (const std::string_view scope : verdict.scopes) {
      if (!first) to += ',';
      first = false;
      append_json_string(to, scope);
    }
    to += "],\"expires_at\":";
    to += verdict.expires_at.empty() ? std::string_view("null") : verdict.expires_at;
    to += ",\"subject\":";
    append_string_or_null(to, verdict.has_subject, verdict.subject);
    to += ",\"claims\":";
    to += verdict.claims;
  } else {
    to += ",\"signature\":\"";
    to += to_string(verdict.signature);
    to += "\",\"reason\":\"";
    to += to_string(verdict.reasons.first());
    to += "\",\"reasons\":[";
    bool first = true;
    each_reason(verdict.reasons, [&](std::string_view name) {
      to += first ? "\"" : ",\"";
      to += name;
      to += '"';
      first = false;
    });
    to += "],\"detail\":";
    append_json_string(to, verdict.detail);
    if (verdict.has_client_id) {
      to += ",\"client_id\":";
      append_json_string(to, verdict.client_id);
    }
  }
  if (options_.emit_token) {
    to += ",\"token\":";
    append_string_or_null(to, line.has_token, line.token);
  }
  if (options_.fingerprint) {
    to += ",\"ath\":";
    if (line.has_token) {
      to += '"';
      append_fingerprint(to, line.token);
      to += '"';
    } else {
      to += "null";
    }
  }
  if (!carry_.empty()) {
    to += ",\"carry\":{";
    for (std::size_t i = 0; i < carry_.size(); ++i) to.append(carry_[i]).append(line.carried[i]);
    to += '}';
  }
  to += "}\n";
}

void VerdictWriter::append_csv(std::string& to, const VerdictLine& line) const {
  const TokenVerdict& verdict = *line.verdict;
  const bool valid = verdict.reasons.empty();
  append_number(to, line.record);
  if (!files_.empty()) to.append(",").append(files_[line.file]);
  to += ',';
  append_number(to, line.line);
  to += valid ? ",true," : ",false,";
  append_csv_untrusted(to, verdict.alg);
  to += ',';
  append_csv_untrusted(to, verdict.kid);
  to += ',';
  to += to_string(verdict.signature);
  to += ',';
  if (!valid) to += to_string(verdict.reasons.first());
  to += ',';
  std::string list;
  each_reason(verdict.reasons, [&](std::string_view name) { list.append(list.empty() ? "" : " ").append(name); });
  to += list;
  to += ',';
  if (!valid) append_csv_text(to, verdict.detail);
  to += ',';
  append_csv_untrusted(to, verdict.client_id);
  to += ',';
  list.clear();
  if (valid) {
    for (const std::string_view scope : verdict.scopes) list.append(list.empty() ? "" : " ").append(scope);
  }
  append_csv_untrusted(to, list);
  to += ',';
  if (valid) to += verdict.expires_at;
  to += ',';
  if (valid && verdict.has_subject) append_csv_untrusted(to, verdict.subject);
  if (options_.emit_token) {
    to += ',';
    append_csv_untrusted(to, line.token);
  }
  if (options_.fingerprint) {
    to += ',';
    if (line.has_token) append_fingerprint(to, line.token);
  }
  to += ',';
  if (valid) append_csv_quoted(to, verdict.claims);
  for (const std::string_view value : line.carried) {
    to += ',';
    if (value != "null") append_csv_carried(to, value);
  }
  to += "\r\n";
}

}  // namespace assay::stream
