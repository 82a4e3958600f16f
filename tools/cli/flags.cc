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

bool Flag::takes_files() const {
  if (!words().empty() || value.takes == Value::Takes::nothing) return false;
  const std::string& what = positional() ? name : placeholder;
  return what.starts_with("PATH") || what == "FILE" || what == "DIR";
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

namespace {

// The names of the command's flags that give the field a value; "" for a positional one.
std::vector<std::string> flags_for(std::string_view command, const std::string& field) {
  std::vector<std::string> names;
  for (const Flag& flag : flags_of(command)) {
    const auto& fields = flag.value.fields;
    if (flag.value.takes == Value::Takes::nothing && !names.empty()) continue;
    if (std::find(fields.begin(), fields.end(), field) != fields.end()) {
      names.push_back(flag.positional() ? "" : flag.name);
    }
  }
  return names;
}

// "; to audit a server that took it: --profile fastmcp --algorithm HS256". Empty if there is no way out, or the
// command lacks a flag for it.
std::string way_out_of(std::string_view command, const Error& error) {
  std::string flags;
  for (const Setting& setting : error.way_out) {
    const std::vector<std::string> names = flags_for(command, setting.field);
    if (names.empty() || names.front().empty()) return {};
    flags += " " + names.front() + " " + setting.value;
  }
  return flags.empty() ? flags : "; to audit a server that took it:" + flags;
}

}  // namespace

std::string message_of(std::string_view command, const Error& error) {
  const std::string message = error.message + way_out_of(command, error);
  if (error.field.empty()) return message;
  const std::vector<std::string> names = flags_for(command, error.field);
  if (names.empty()) return error.field + ": " + message;
  if (names.size() > 1 || names.front().empty()) return message;
  return names.front() + ": " + message;
}

}  // namespace assay::cli
