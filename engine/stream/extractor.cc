#include "stream/extractor.h"

#include <algorithm>
#include <charconv>

#include "codec/json.h"
#include "jose/compact.h"
#include "jose/numeric_date.h"
#include "jose/shape_fault.h"

namespace assay::stream {
namespace {

using codec::JsonNode;
using codec::JsonType;

bool is_white(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f'; }

std::string_view trim_begin(std::string_view text) noexcept {
  while (!text.empty() && is_white(text.front())) text.remove_prefix(1);
  return text;
}

std::string_view trim(std::string_view text) noexcept {
  text = trim_begin(text);
  while (!text.empty() && is_white(text.back())) text.remove_suffix(1);
  return text;
}

void refuse(Extracted& to, Reason reason, std::string_view detail) noexcept {
  // The reason that is decided first counts, and the callers look for reasons in that order.
  if (to.refused) return;
  to.refused = reason;
  to.detail = detail;
}

}  // namespace

std::optional<Instant> parse_number_time(std::string_view number) noexcept {
  if (const std::optional<Instant> time = parse_unix_by_magnitude(number)) return time;
  if (number.find_first_of("eE") == std::string_view::npos) return std::nullopt;
  const bool negative = number.starts_with('-');
  const jose::NumericDate date = jose::parse_numeric_date(number.substr(negative ? 1 : 0));
  if (date.saturated) return std::nullopt;
  char plain[32];
  char* at = plain;
  if (negative) *at++ = '-';
  at = std::to_chars(at, plain + sizeof plain, date.seconds).ptr;
  *at++ = '.';
  for (std::uint32_t unit = 100000000; unit != 0; unit /= 10) {
    *at++ = static_cast<char>('0' + date.nanoseconds / unit % 10);
  }
  return parse_unix_by_magnitude({plain, static_cast<std::size_t>(at - plain)});
}

std::optional<Instant> parse_string_time(std::string_view text) noexcept {
  if (const std::optional<Instant> time = parse_rfc3339(text)) return time;
  return parse_unix_by_magnitude(text);
}

Extractor::Extractor(const Options& options) : options_(options) {
  pointers_.push_back(options_.token_field);
  if (options_.at_record) pointers_.push_back(options_.time_field);
  pointers_.insert(pointers_.end(), options_.carry.begin(), options_.carry.end());
  fields_.resize(pointers_.size());
  const auto is_name = [](std::string_view pointer) {
    return !pointer.empty() && pointer.find_first_of("/~", 1) == std::string_view::npos;
  };
  if (!std::all_of(pointers_.begin(), pointers_.end(), is_name)) return;
  for (const std::string_view pointer : pointers_) names_.push_back(pointer.substr(1));
}

Extracted Extractor::extract(const Record& record, base::Arena& arena) {
  const bool ndjson = options_.format == InputFormat::ndjson;
  if (!record.too_long) return ndjson ? from_json(record.text, arena) : from_line(record.text, arena);
  Extracted to;
  refuse(to, ndjson ? Reason::malformed_record : Reason::token_too_large,
         arena.copy("the line is longer than " + std::to_string(options_.line_limit) + " bytes"));
  set_nothing_carried(to, arena);
  return to;
}

Extracted Extractor::from_line(std::string_view line, base::Arena& arena) const {
  Extracted to;
  std::string_view token;
  // The end is trimmed only after the scheme was stripped: a line may hold that and nothing else.
  line = trim_begin(line);
  if (!line.empty()) token = trim(jose::strip_scheme(line));
  if (token.empty()) {
    refuse(to, Reason::missing_token, "the line holds no token");
  } else {
    to.has_token = true;
    to.token = token;
  }
  set_nothing_carried(to, arena);
  return to;
}

Extracted Extractor::from_json(std::string_view line, base::Arena& arena) {
  if ((line.empty() || line.front() != '{') && trim(line).empty()) {
    Extracted to;
    refuse(to, Reason::missing_token, "the line is blank");
    set_nothing_carried(to, arena);
    return to;
  }
  Extracted to;
  if (from_json_fast(line, arena, to)) return to;
  return from_json_exact(line, arena);
}

// Finds the fields of a record with a fast reader. Returns false if the exact one is needed.
bool Extractor::read_fields(std::string_view line, base::Arena& arena) {
  using Outcome = codec::FastObjectReader::Outcome;
  // A '\r' at the end is white space in JSON, but the reader of plain records does not know it.
  const std::string_view record = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
  if (!names_.empty() && reader_.read_plain(record, names_, arena, fields_) == Outcome::object) return true;
  // Carried values are copied as they were written, and this reader does not keep that.
  return options_.carry.empty() && reader_.read_fields(line, pointers_, arena, fields_) == Outcome::object;
}

// Returns false, and leaves `to` unchanged, if a fast reader cannot decide.
bool Extractor::from_json_fast(std::string_view line, base::Arena& arena, Extracted& to) {
  using Kind = codec::FastMember::Kind;
  if (!read_fields(line, arena)) return false;
  const codec::FastObjectReader::Field& token = fields_[0];
  if (token.found && token.value.kind != Kind::string && token.value.kind != Kind::null) return false;
  std::size_t next = 1;
  std::optional<Instant> at;
  if (options_.at_record) {
    const codec::FastObjectReader::Field& time = fields_[next++];
    if (time.found && time.value.kind == Kind::other) return false;
    if (time.found && (time.value.kind == Kind::integer || time.value.kind == Kind::real)) {
      at = parse_number_time(time.value.text);
    } else if (time.found && time.value.kind == Kind::string) {
      at = parse_string_time(time.value.text);
    }
  }
  set_token(to, token.found && token.value.kind == Kind::string ? token.value.text : std::string_view(), arena);
  if (options_.at_record) set_time(to, at, arena);
  const std::span<std::string_view> carried = arena.array<std::string_view>(options_.carry.size());
  for (std::string_view& value : carried) {
    const codec::FastObjectReader::Field& field = fields_[next++];
    value = field.found ? codec::FastObjectReader::written(field) : "null";
  }
  to.carried = carried;
  return true;
}

Extracted Extractor::from_json_exact(std::string_view line, base::Arena& arena) const {
  Extracted to;
  codec::JsonError error;
  const JsonNode* root = codec::parse_json(line, codec::JsonDialect::rfc8259, arena, &error);
  if (root == nullptr || !root->is(JsonType::object)) {
    refuse(to, Reason::malformed_record,
           root != nullptr ? std::string_view("the record is not a JSON object")
                           : arena.copy(std::string("not valid JSON: ") + error.message + " at byte " +
                                        std::to_string(error.offset + 1)));
    set_nothing_carried(to, arena);
    return to;
  }
  const JsonNode* token = codec::resolve_json_pointer(*root, options_.token_field);
  if (token != nullptr && !token->is(JsonType::string) && !token->is(JsonType::null)) {
    refuse(to, Reason::malformed_record, arena.copy("the field " + options_.token_field + " is not a string"));
  } else {
    set_token(to, token != nullptr && token->is(JsonType::string) ? token->text : std::string_view(), arena);
  }
  if (options_.at_record) {
    const JsonNode* time = codec::resolve_json_pointer(*root, options_.time_field);
    std::optional<Instant> at;
    if (time != nullptr && (time->is(JsonType::integer) || time->is(JsonType::real)))
      at = parse_number_time(time->text);
    if (time != nullptr && time->is(JsonType::string)) at = parse_string_time(time->text);
    set_time(to, at, arena);
  }
  const std::span<std::string_view> carried = arena.array<std::string_view>(options_.carry.size());
  for (std::size_t i = 0; i < carried.size(); ++i) {
    const JsonNode* value = codec::resolve_json_pointer(*root, options_.carry[i]);
    carried[i] = "null";
    if (value == nullptr) continue;
    std::string text;
    codec::append_json_line(text, *value);
    carried[i] = arena.copy(text);
  }
  to.carried = carried;
  return to;
}

void Extractor::set_token(Extracted& to, std::string_view field, base::Arena& arena) const {
  to.token = jose::strip_scheme(field);
  to.has_token = !to.token.empty();
  if (!to.has_token) {
    refuse(to, Reason::missing_token, arena.copy("the record has no token at " + options_.token_field));
  }
}

void Extractor::set_time(Extracted& to, std::optional<Instant> time, base::Arena& arena) const {
  to.has_time = time.has_value();
  if (time) {
    to.time = *time;
  } else {
    // A token that is not there is decided first. It is looked at only here, so that records with a time pay nothing.
    const auto placeholder = to.refused ? std::nullopt : jose::explain_placeholder(to.token, arena);
    if (placeholder && placeholder->reason == Reason::missing_token) {
      return refuse(to, Reason::missing_token, placeholder->detail);
    }
    refuse(to, Reason::missing_time, arena.copy("the record has no readable time at " + options_.time_field));
  }
}

void Extractor::set_nothing_carried(Extracted& to, base::Arena& arena) const {
  const std::span<std::string_view> carried = arena.array<std::string_view>(options_.carry.size());
  for (std::string_view& value : carried) value = "null";
  to.carried = carried;
}

}  // namespace assay::stream
