#include "stream/writer.h"

#include <charconv>
#include <cstring>

#include "codec/base64url.h"
#include "codec/json.h"
#include "digest/digest.h"

namespace assay::stream {
namespace {

using codec::append_json_string;
using jose::TokenVerdict;

// Characters of a 64-bit number.
constexpr std::size_t kNumberRoom = 20;
constexpr std::size_t kFingerprintRoom = codec::base64url_encoded_size(32);
// All that stands between the values of an NDJSON line, "signature" and all reasons twice included; less than this.
constexpr std::size_t kFixedRoom = 2048;

// "ath" of RFC 9449 §4.2. Returns the end.
char* write_fingerprint(char* to, std::string_view token) {
  unsigned char hash[32];
  digest::sha2(Hash::SHA256, token, hash);
  codec::base64url_encode({reinterpret_cast<const char*>(hash), sizeof hash}, to);
  return to + kFingerprintRoom;
}

// Writes where there is room for everything that will come: see ndjson_room.
class Pen {
 public:
  explicit Pen(char* at) : at_(at) {}
  char* at() const noexcept { return at_; }

  void text(std::string_view text) noexcept {
    if (!text.empty()) std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  void number(std::uint64_t number) noexcept { at_ = std::to_chars(at_, at_ + kNumberRoom, number).ptr; }
  void string(std::string_view text) { at_ = codec::write_json_string(at_, text); }
  void string_or_null(bool present, std::string_view string_text) {
    if (present) {
      string(string_text);
    } else {
      text("null");
    }
  }
  void fingerprint(std::string_view token) { at_ = write_fingerprint(at_, token); }

 private:
  char* at_;
};

void append_number(Buffer& to, std::uint64_t number) {
  char* digits = to.room(kNumberRoom);
  to.resize_to(std::to_chars(digits, digits + kNumberRoom, number).ptr);
}

template <class Append>
void each_reason(ReasonSet reasons, const Append& append) {
  for (int i = 0; i < kReasonCount; ++i) {
    if (reasons.contains(static_cast<Reason>(i))) append(to_string(static_cast<Reason>(i)));
  }
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

// A cell that begins so is a formula to a spreadsheet (OWASP, "CSV Injection"). Tab and CR, which it names too, are
// written as escapes, which begin with a backslash.
bool is_formula(std::string_view text) noexcept {
  return !text.empty() && std::string_view("=+-@").find(text.front()) != std::string_view::npos;
}

// A text that whoever wrote the token or the record chose.
void append_csv_untrusted(Buffer& to, std::string_view value) {
  if (is_formula(value)) {
    append_csv_text(to, std::string("'").append(value));
  } else {
    append_csv_text(to, value);
  }
}

// `json`: a carried value. A number is no text, and may begin with '-'.
void append_csv_carried(Buffer& to, std::string_view json) {
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
        Buffer text;
        append_csv_text(text, input);
        file = text.view();
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
  Buffer to;
  to += files_.empty() ? "record" : "record,file";
  to += ",line,valid,alg,kid,signature,reason,reasons,detail,client_id,scopes,expires_at,subject";
  if (options_.emit_token) to += ",token";
  if (options_.fingerprint) to += ",ath";
  to += ",claims";
  for (const std::string& pointer : options_.carry) {
    to += ',';
    append_csv_text(to, pointer);
  }
  to += "\r\n";
  return std::string(to.view());
}

void VerdictWriter::append(Buffer& to, const VerdictLine& line) const {
  const bool valid = line.verdict->reasons.empty();
  if (options_.only == Only::accepted && !valid) return;
  if (options_.only == Only::rejected && valid) return;
  if (options_.format == OutputFormat::ndjson) append_ndjson(to, line);
  if (options_.format == OutputFormat::csv) append_csv(to, line);
}

// No line needs more.
std::size_t VerdictWriter::ndjson_room(const VerdictLine& line) const noexcept {
  const TokenVerdict& verdict = *line.verdict;
  std::size_t strings = verdict.alg.size() + verdict.kid.size() + verdict.client_id.size() + verdict.subject.size() +
                        verdict.detail.size();
  if (options_.emit_token) strings += line.token.size();
  std::size_t room = kFixedRoom + verdict.expires_at.size() + verdict.claims.size();
  for (const std::string_view scope : verdict.scopes) room += codec::json_string_room(scope.size()) + 1;
  if (!files_.empty()) room += files_[line.file].size();
  for (std::size_t i = 0; i < carry_.size(); ++i) room += carry_[i].size() + line.carried[i].size();
  return room + codec::json_string_room(strings);
}

void VerdictWriter::append_ndjson(Buffer& to, const VerdictLine& line) const {
  const TokenVerdict& verdict = *line.verdict;
  const bool valid = verdict.reasons.empty();
  Pen pen(to.room(ndjson_room(line)));
  pen.text("{\"record\":");
  pen.number(line.record);
  if (!files_.empty()) {
    pen.text(",\"file\":");
    pen.text(files_[line.file]);
  }
  pen.text(",\"line\":");
  pen.number(line.line);
  pen.text(valid ? ",\"valid\":true,\"alg\":" : ",\"valid\":false,\"alg\":");
  pen.string_or_null(verdict.has_alg, verdict.alg);
  pen.text(",\"kid\":");
  pen.string_or_null(verdict.has_kid, verdict.kid);
  if (valid) {
    pen.text(",\"client_id\":");
    pen.string(verdict.client_id);
    pen.text(",\"scopes\":[");
    bool first = true;
    for (const std::string_view scope : verdict.scopes) {
      if (!first) pen.text(",");
      first = false;
      pen.string(scope);
    }
    pen.text("],\"expires_at\":");
    pen.text(verdict.expires_at.empty() ? std::string_view("null") : verdict.expires_at);
    pen.text(",\"subject\":");
    pen.string_or_null(verdict.has_subject, verdict.subject);
    pen.text(",\"claims\":");
    pen.text(verdict.claims);
  } else {
    pen.text(",\"signature\":\"");
    pen.text(to_string(verdict.signature));
    pen.text("\",\"reason\":\"");
    pen.text(to_string(verdict.reasons.first()));
    pen.text("\",\"reasons\":[");
    bool first = true;
    each_reason(verdict.reasons, [&](std::string_view name) {
      pen.text(first ? "\"" : ",\"");
      pen.text(name);
      pen.text("\"");
      first = false;
    });
    pen.text("],\"detail\":");
    pen.string(verdict.detail);
    if (verdict.has_client_id) {
      pen.text(",\"client_id\":");
      pen.string(verdict.client_id);
    }
  }
  if (options_.emit_token) {
    pen.text(",\"token\":");
    pen.string_or_null(line.has_token, line.token);
  }
  if (options_.fingerprint) {
    pen.text(",\"ath\":");
    if (line.has_token) {
      pen.text("\"");
      pen.fingerprint(line.token);
      pen.text("\"");
    } else {
      pen.text("null");
    }
  }
  if (!carry_.empty()) {
    pen.text(",\"carry\":{");
    for (std::size_t i = 0; i < carry_.size(); ++i) {
      pen.text(carry_[i]);
      pen.text(line.carried[i]);
    }
    pen.text("}");
  }
  pen.text("}\n");
  to.resize_to(pen.at());
}

void VerdictWriter::append_csv(Buffer& to, const VerdictLine& line) const {
  const TokenVerdict& verdict = *line.verdict;
  const bool valid = verdict.reasons.empty();
  append_number(to, line.record);
  if (!files_.empty()) {
    to += ',';
    to += files_[line.file];
  }
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
  bool first = true;
  each_reason(verdict.reasons, [&](std::string_view name) {
    if (!first) to += ' ';
    first = false;
    to += name;
  });
  to += ',';
  if (!valid) append_csv_text(to, verdict.detail);
  to += ',';
  append_csv_untrusted(to, verdict.client_id);
  to += ',';
  std::string list;
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
    if (line.has_token) to.resize_to(write_fingerprint(to.room(kFingerprintRoom), line.token));
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
