#include "stream/extractor.h"

#include <algorithm>
#include <iterator>

#include "codec/json.h"
#include "input/splitter.h"
#include "jose/ascii.h"
#include "jose/coded_text.h"
#include "jose/compact.h"
#include "jose/dress.h"
#include "jose/shape_fault.h"
#include "jose/shown_time.h"
#include "jose/token_finder.h"
#include "jose/token_material.h"

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

// Whether a line begins like a JSON array, and not like "[28/Nov/2026:12:00:00 +0000]".
bool begins_list(std::string_view line) noexcept {
  if (!line.starts_with('[')) return false;
  const std::string_view inside = trim_begin(line.substr(1));
  return inside.empty() || std::string_view("{[\"]").find(inside.front()) != std::string_view::npos;
}

// The text of a line that is one JSON string without escapes, as jq writes it without -r; any other line itself.
std::string_view without_quotes(std::string_view line) noexcept {
  if (!line.starts_with('"')) return line;
  std::string_view text = trim(line);
  if (text.ends_with(',')) text.remove_suffix(1);
  if (text.size() < 2 || !text.ends_with('"')) return line;
  text = text.substr(1, text.size() - 2);
  return text.find_first_of("\"\\") == std::string_view::npos ? text : line;
}

const char* kind_name(const JsonNode& node) noexcept {
  switch (node.type) {
    case JsonType::null:
      return "null";
    case JsonType::boolean:
      return "true or false";
    case JsonType::string:
      return "a string";
    case JsonType::array:
      return "a list";
    case JsonType::object:
      return "an object";
    default:
      return "a number";
  }
}

std::string no_string(const JsonNode& node, const std::string& pointer) {
  std::string text = "the field " + pointer + " is not a string but " + kind_name(node);
  // Caddy and others log each header as a list of values.
  if (node.is(JsonType::array) && !node.items.empty()) text += "; its first item is " + pointer + "/0";
  return text;
}

std::string time_detail(base::TimeFault fault, std::string_view text, const std::string& pointer,
                        const base::TimeReader& times, base::Arena& arena) {
  const std::string time = "the time " + jose::shown_time(text, arena) + " at " + pointer;
  switch (fault) {
    case base::TimeFault::no_zone:
      return time +
             " has no time zone that is known; set the time zone of the log, such as UTC, +01:00 or Europe/Berlin";
    case base::TimeFault::no_year:
      return time + " has no year; name a field that has one";
    case base::TimeFault::impossible:
      return time + " does not exist: no calendar or clock shows it";
    case base::TimeFault::unreadable:
      break;
  }
  return time + " cannot be read; what is read: " + times.forms();
}

// Returns the line behind a record separator, which stands before each text of a JSON sequence (RFC 7464 §2.2); the
// whole line if there is none; or nothing if the line is blank.
[[gnu::noinline]] std::string_view behind_separator(std::string_view line) noexcept {
  const std::size_t begin = line.find_first_not_of(" \t\r\x1E");
  if (begin != 0 && line.substr(0, begin).find('\x1E') != line.npos) {
    line.remove_prefix(std::min(begin, line.size()));
  }
  return trim(line).empty() ? std::string_view() : line;
}

[[gnu::noinline]] bool holds_token(std::string_view line) { return jose::find_token(line).has_value(); }

void refuse(Extracted& to, Reason reason, std::string_view detail) noexcept {
  // The reason that is decided first counts, and the callers look for reasons in that order.
  if (to.refused) return;
  to.refused = reason;
  to.detail = detail;
}

}  // namespace

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

// Returns true if a pointer may lead into a string that holds JSON. Only the exact reader follows it there.
bool Extractor::needs_exact(std::string_view line) const noexcept {
  for (std::size_t i = 0; i < pointers_.size(); ++i) {
    if (fields_[i].found || pointers_[i].find('/', 1) == std::string_view::npos) continue;
    // JSON in a string has quotes, and those are escaped.
    return line.find('\\') != std::string_view::npos;
  }
  return false;
}

Extracted Extractor::extract(const Record& record, base::Arena& arena) {
  const bool is_json = options_.format == InputFormat::ndjson ||
                       (options_.format == InputFormat::automatic &&
                        (record.too_long ? record.is_object : input::begins_object(record.text)));
  if (record.too_long) return too_long(is_json, arena);
  return is_json ? from_json(record.text, arena) : from_line(record.text, arena);
}

Extracted Extractor::too_long(bool is_json, base::Arena& arena) const {
  Extracted to;
  refuse(to, is_json ? Reason::malformed_record : Reason::token_too_large,
         arena.copy("the line is longer than " + std::to_string(options_.line_limit) + " bytes"));
  set_nothing_carried(to, arena);
  return to;
}

Extracted Extractor::from_line(std::string_view line, base::Arena& arena) const {
  Extracted to;
  set_nothing_carried(to, arena);
  line = trim_begin(line);
  if (begins_list(line)) {
    to.form = InputNote::Kind::array;
    if (options_.format == InputFormat::automatic) {
      refuse(to, Reason::malformed_record, "a JSON array, not a JSON object and not a token");
      return to;
    }
  }
  std::string_view token;
  // The end is trimmed after the scheme is stripped: a line may hold only a scheme, and the space behind it belongs to
  // it.
  if (!line.empty()) token = trim(jose::strip_scheme(without_quotes(line)));
  if (token.empty()) {
    refuse(to, Reason::missing_token, "the line holds no token");
    return to;
  }
  to.has_token = true;
  to.token = token;
  if (options_.at_record) refuse(to, Reason::missing_time, "a line that is no JSON object has no time field");
  return to;
}

// What is rare stands in functions of its own, here and below, so that ordinary records pay for no room on the stack.
Extracted Extractor::from_json(std::string_view line, base::Arena& arena) {
  Extracted to;
  if (!line.starts_with('{')) line = behind_separator(line);
  if (line.empty()) {
    refuse(to, Reason::missing_token, "the line is blank");
    set_nothing_carried(to, arena);
  } else if (!from_json_fast(line, arena, to)) {
    read_exact(line, arena, to);
  }
  return to;
}

// Finds the fields of a record with a fast reader. Returns false if the exact one is needed.
bool Extractor::read_fields(std::string_view line, base::Arena& arena) {
  using Outcome = codec::FastObjectReader::Outcome;
  // A '\r' at the end is white space in JSON, but the reader of plain records does not know it.
  const std::string_view record = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
  if (!names_.empty() && layout_.read(record, arena, fields_)) return true;
  // Carried values are copied as they were written, and the other readers do not keep that.
  if (!options_.carry.empty()) return false;
  if (!names_.empty() && reader_.read_names(record, names_, arena, fields_) == Outcome::object) return true;
  return reader_.read_fields(line, pointers_, arena, fields_) == Outcome::object;
}

// Returns false, and leaves `to` unchanged, if a fast reader cannot decide.
bool Extractor::from_json_fast(std::string_view line, base::Arena& arena, Extracted& to) {
  using Kind = codec::FastMember::Kind;
  if (!read_fields(line, arena) || (names_.empty() && needs_exact(line))) return false;
  const codec::FastObjectReader::Field& token = fields_[0];
  if (token.found && token.value.kind != Kind::string && token.value.kind != Kind::null) return false;
  const bool has_token = token.found && token.value.kind == Kind::string && !token.value.text.empty();
  // The exact reader says where another token stands.
  if (!has_token && holds_token(line)) return false;
  std::size_t next = 1;
  TimeField::Kind time = TimeField::Kind::absent;
  std::string_view time_text;
  if (options_.at_record) {
    const codec::FastObjectReader::Field& field = fields_[next++];
    if (field.found && (field.value.kind == Kind::integer || field.value.kind == Kind::real)) {
      time = TimeField::Kind::number;
    } else if (field.found && field.value.kind == Kind::string) {
      time = TimeField::Kind::string;
    } else if (field.found) {
      return false;
    }
    if (field.found) time_text = field.value.text;
  }
  if (has_token) {
    set_token(to, token.value.text);
  } else {
    refuse_without_token(to, arena);
  }
  if (options_.at_record) set_time(to, time, time_text, arena);
  const std::span<std::string_view> carried = arena.array<std::string_view>(options_.carry.size());
  for (std::string_view& value : carried) {
    const codec::FastObjectReader::Field& field = fields_[next++];
    value = field.found ? codec::FastObjectReader::written(field) : "null";
  }
  to.carried = carried;
  return true;
}

void Extractor::read_exact(std::string_view line, base::Arena& arena, Extracted& to) {
  to = from_json_exact(line, arena);
}

void Extractor::refuse_without_token(Extracted& to, base::Arena& arena) const {
  refuse(to, Reason::missing_token, arena.copy("the record has no token at " + options_.token_field));
}

// A record that is no JSON object.
Extracted Extractor::no_object(std::string_view line, const JsonNode* root, const codec::JsonError& error,
                               base::Arena& arena) const {
  Extracted to;
  set_nothing_carried(to, arena);
  const std::string_view text = trim(line);
  if (text == "{") {
    to.form = InputNote::Kind::several_lines;
    refuse(to, Reason::malformed_record, "only the beginning of a JSON object: is it written over several lines?");
  } else if (text.starts_with('[')) {
    to.form = InputNote::Kind::array;
    refuse(to, Reason::malformed_record, "a JSON array, not a JSON object");
  } else if (root != nullptr) {
    refuse(to, Reason::malformed_record,
           arena.copy(std::string("the record is ") + kind_name(*root) + ", not a JSON object"));
  } else {
    const bool is_cut = error.offset >= line.size() && text.starts_with('{');
    if (error.offset < line.size() && error.offset > 0 && line[error.offset] == '{' &&
        trim(line.substr(0, error.offset)).ends_with('}')) {
      to.form = InputNote::Kind::several_lines;
    }
    refuse(to, Reason::malformed_record,
           arena.copy(std::string(is_cut ? "the JSON does not end here: " : "not valid JSON: ") + error.message +
                      " at byte " + std::to_string(error.offset + 1)));
  }
  return to;
}

Extracted Extractor::from_json_exact(std::string_view line, base::Arena& arena) {
  codec::JsonError error;
  const JsonNode* root = codec::parse_json(line, codec::JsonDialect::rfc8259, arena, &error);
  if (root == nullptr || !root->is(JsonType::object)) return no_object(line, root, error, arena);
  Extracted to;
  const jose::Place token = jose::resolve(*root, options_.token_field, arena);
  const bool is_string = token.node != nullptr && token.node->is(JsonType::string);
  if (token.node != nullptr && !is_string && !token.node->is(JsonType::null)) {
    refuse(to, Reason::malformed_record, arena.copy(no_string(*token.node, options_.token_field)));
  } else if (is_string && !token.node->text.empty()) {
    set_token(to, token.node->text);
  } else {
    set_no_token(to, *root, token, arena);
  }
  if (options_.at_record) {
    const JsonNode* time = jose::resolve(*root, options_.time_field, arena).node;
    using Kind = TimeField::Kind;
    if (time == nullptr) {
      set_time(to, Kind::absent, {}, arena);
    } else if (time->is(JsonType::integer) || time->is(JsonType::real)) {
      set_time(to, Kind::number, time->text, arena);
    } else if (time->is(JsonType::string)) {
      set_time(to, Kind::string, time->text, arena);
    } else {
      set_time(to, Kind::other, time->raw, arena);
    }
  }
  const std::span<std::string_view> carried = arena.array<std::string_view>(options_.carry.size());
  for (std::size_t i = 0; i < carried.size(); ++i) {
    const JsonNode* value = jose::resolve(*root, options_.carry[i], arena).node;
    carried[i] = "null";
    if (value == nullptr) continue;
    std::string text;
    codec::append_json_line(text, *value);
    carried[i] = arena.copy(text);
  }
  to.carried = carried;
  return to;
}

void Extractor::set_token(Extracted& to, std::string_view field) const {
  to.token = jose::strip_scheme(field);
  to.has_token = !to.token.empty();
  if (!to.has_token) refuse(to, Reason::missing_token, "the token field holds only a scheme");
}

// Says that the record has no token where it should be, and where there may be one.
void Extractor::set_no_token(Extracted& to, const JsonNode& root, const jose::Place& place, base::Arena& arena) const {
  using Outcome = jose::Place::Outcome;
  if (place.outcome == Outcome::cut) {
    // Docker splits what a program writes at 16 KiB, and so do others.
    refuse(to, Reason::malformed_record,
           arena.copy("the JSON in " + std::string(place.string) + " does not end here: the record was split or cut"));
    return;
  }
  std::string detail = "the record has no token at " + options_.token_field;
  if (place.outcome == Outcome::text) detail += ": " + std::string(place.string) + " is text, not JSON";
  if (const std::optional<jose::TokenPlace> found = jose::find_token_place(root, arena)) {
    using Kind = jose::TokenPlace::Kind;
    const std::string shown = found->pointer.empty() ? "elsewhere" : "at " + found->pointer;
    to.place = arena.copy(found->pointer);
    if (found->kind == Kind::item_of_list) {
      to.form = InputNote::Kind::wrapped;
      detail += "; it holds a list of records " + shown;
    } else if (found->kind == Kind::in_text) {
      to.form = InputNote::Kind::in_text;
      detail += "; one stands within the text " + shown;
    } else {
      to.form = InputNote::Kind::elsewhere;
      detail += "; one stands " + shown;
    }
  }
  refuse(to, Reason::missing_token, arena.copy(detail));
}

// Most times are read here. The parts of each stay in registers: a copy would wait for what was just stored.
void Extractor::set_time(Extracted& to, TimeField::Kind kind, std::string_view text, base::Arena& arena) {
  using Kind = TimeField::Kind;
  to.has_time = (kind == Kind::number && times_.read_number_again(text, to.time)) ||
                (kind == Kind::string && times_.read_again(text, to.time));
  if (!to.has_time) set_other_time(to, {kind, text}, arena);
}

void Extractor::set_other_time(Extracted& to, const TimeField& field, base::Arena& arena) {
  using Kind = TimeField::Kind;
  base::TimeReading reading;
  if (field.kind == Kind::number) reading.at = times_.read_number(field.text);
  if (field.kind == Kind::string) reading = times_.read(field.text);
  to.has_time = reading.at.has_value();
  if (reading.at) {
    to.time = *reading.at;
    return;
  }
  // A missing token counts before a missing time. The token is looked at only here, so that records with a time pay
  // nothing.
  const auto placeholder = to.refused ? std::nullopt : jose::explain_placeholder(to.token, arena);
  if (placeholder && placeholder->reason == Reason::missing_token) {
    refuse(to, Reason::missing_token, placeholder->detail);
  } else if (field.text.empty()) {
    refuse(to, Reason::missing_time, arena.copy("the record has no time at " + options_.time_field));
  } else {
    refuse(to, Reason::missing_time,
           arena.copy(time_detail(reading.fault, field.text, options_.time_field, options_.times, arena)));
  }
}

void Extractor::set_nothing_carried(Extracted& to, base::Arena& arena) const {
  const std::span<std::string_view> carried = arena.array<std::string_view>(options_.carry.size());
  for (std::string_view& value : carried) value = "null";
  to.carried = carried;
}

}  // namespace assay::stream
