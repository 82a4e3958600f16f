#include "flags.h"

#include <algorithm>

namespace assay::cli {

std::string Flag::description() const {
  std::string text = help;
  if (required) text += "; required";
  if (repeatable() && !positional()) text += "; repeatable";
  if (const std::string usual = default_value(); !usual.empty()) text += "; default " + usual;
  return text;
}

std::string Flag::shown(const std::string& text) const {
  if (record == Record::nothing) return "";
  return record == Record::url_without_credentials && is_url(text) ? without_credentials(text) : text;
}

std::vector<std::reference_wrapper<const Flag>> flags_of(std::string_view command) {
  std::vector<std::reference_wrapper<const Flag>> flags;
  for (const Flag& flag : all_flags()) {
    if (std::find(flag.commands.begin(), flag.commands.end(), command) != flag.commands.end()) flags.push_back(flag);
  }
  return flags;
}

std::string message_of(std::string_view command, const Error& error) {
  if (error.field.empty()) return error.message;
  std::vector<std::string> names;  // of the flags that give the field a value
  for (const Flag& flag : flags_of(command)) {
    const auto& fields = flag.value.fields;
    if (flag.value.takes == Value::Takes::nothing && !names.empty()) continue;
    if (std::find(fields.begin(), fields.end(), error.field) != fields.end()) {
      names.push_back(flag.positional() ? "" : flag.name);
    }
  }
  if (names.empty()) return error.field + ": " + error.message;
  if (names.size() > 1 || names.front().empty()) return error.message;
  return names.front() + ": " + error.message;
}

}  // namespace assay::cli
