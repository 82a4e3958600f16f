#include "verify_words.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "codec/json_pointer.h"
#include "console.h"
#include "flags.h"
#include "jose/token_material.h"
#include "readers.h"

namespace assay::cli {

namespace {

// The path of jq for a JSON pointer: /a/0/b~1c is .a[0]["b/c"].
std::string jq_path(std::string_view pointer) {
  std::string path;
  while (!pointer.empty()) {
    std::string name;
    const std::string_view token = codec::take_token(pointer);
    for (std::size_t i = 0; i < token.size(); ++i) {
      const bool is_escape = token[i] == '~' && i + 1 < token.size();
      name += !is_escape ? token[i] : token[++i] == '1' ? '/' : '~';
    }
    std::size_t index = 0;
    const bool is_name = std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (codec::token_index(name, index)) {
      path += "[" + name + "]";
    } else {
      path += is_name ? "." + name : "[\"" + name + "\"]";
    }
  }
  return path.starts_with('.') ? path : "." + path;
}

// The keys and the policy of a run, as options of audit: " --jwks jwks.json --issuer x".
std::string options_for_audit(const Arguments& arguments) {
  const auto of_audit = flags_of("audit");
  std::string text;
  for (const auto& [flag, value] : arguments.given) {
    const bool is_meant = flag->group == kKeys || flag->group == kPolicy || flag->name == "--time-zone";
    const auto is_same = [flag = flag](const Flag& other) { return other.name == flag->name; };
    if (!is_meant || flag->record == Record::nothing || std::none_of(of_audit.begin(), of_audit.end(), is_same))
      continue;
    text += " " + flag->name;
    if (flag->value.takes != Value::Takes::nothing) text += " " + shell_word(value);
  }
  return text;
}

std::string shown(const std::string& text) { return safe(jose::without_token_material(text)); }

// "2 h", "5 h 30 min"; without the sign.
std::string hours(std::int64_t seconds) {
  const std::int64_t minutes = (seconds < 0 ? -seconds : seconds) / 60;
  std::string text = minutes >= 60 ? std::to_string(minutes / 60) + " h" : "";
  if (minutes % 60 != 0) text += (text.empty() ? "" : " ") + std::to_string(minutes % 60) + " min";
  return text;
}

}  // namespace

std::string input_note_text(const InputNote& input_note, const Arguments& arguments) {
  using Kind = InputNote::Kind;
  const StreamOptions& stream = arguments.stream;
  const bool is_standard_input = input_note.input == "-";
  const std::string name = (is_standard_input ? "standard input" : input_note.input) + ": ";
  const std::string file = is_standard_input ? "" : " " + shell_word(input_note.input);
  const std::string missing = "no token at " + stream.token_field + " in the first records; ";
  const std::string& place = input_note.place;
  switch (input_note.kind) {
    case Kind::array:
      return name + "a JSON array, not one record a line; unpack it: jq -c '.[]'" + file;
    case Kind::several_lines:
      return name + "JSON objects that are not one a line; write each on a line: jq -c ." + file;
    case Kind::wrapped:
      if (place.empty())
        return name + missing + "the records seem to be the items of a list within one line; unpack it with jq -c";
      return name + missing + "the records seem to be the items of the list " + place + "; unpack it: jq -c '" +
             jq_path(place) + "[]'" + file;
    case Kind::elsewhere:
      if (place.empty()) return name + missing + "tokens stand in another field; name it with --token-field";
      return name + missing + "tokens seem to stand at " + place + ": --token-field " + shell_word(place);
    case Kind::in_text:
      return name +
             (place.empty() ? "no line is a token by itself, but tokens stand within the text"
                            : "tokens stand within the text at " + place) +
             "; find and judge them there: assay audit" + options_for_audit(arguments) +
             (is_standard_input ? " -" : file);
  }
  return "";
}

std::string diagnosis_text(const StreamResult& result) {
  constexpr std::size_t kShown = 5;
  std::string text;
  if (!result.unknown_kids.empty()) {
    auto kids = result.unknown_kids;
    std::stable_sort(kids.begin(), kids.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
    text += "  unknown kids: ";
    for (std::size_t i = 0; i < std::min(kids.size(), kShown); ++i) {
      text += (i == 0 ? "" : ", ") + safe(in_quotes(kids[i].first)) + " " + with_commas(kids[i].second);
    }
    if (kids.size() > kShown || result.other_unknown_kids > 0) text += ", and others";
    text += "; fetch newer keys, or add those of these kids\n";
  }
  if (const StreamResult::TimeShift& shift = result.time_shift; shift.seconds != 0) {
    text += "  the times of the records seem to be " + hours(shift.seconds) +
            (shift.seconds > 0 ? " too late: " : " too early: ") + with_commas(shift.fitting) + " of " +
            with_commas(shift.looked_at) + " tokens looked at were valid then; are the times of another zone? " +
            "(--time-zone)\n";
  }
  for (const std::string& pointer : result.never_carried.pointers) {
    const std::string& fields = result.never_carried.fields;
    text += "  --carry " + shown(pointer) + " was in none of the " + with_commas(result.never_carried.records) +
            " records looked at; " +
            (fields.empty() ? "the first is no JSON object" : "the fields of the first are: " + shown(fields)) + "\n";
  }
  return text;
}

}  // namespace assay::cli
