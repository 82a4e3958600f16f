// The flags of every command, each stated once.
//
// A row of the table (flag_table.cc) is all that there is to say about a flag. The parser, --help, the run's manifest,
// manual pages and shell completion come from it.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/result.h"
#include "flag_value.h"

namespace assay::cli {

// Whether the run's manifest holds the values of a flag. Secrets are never recorded.
enum class Record { value, url_without_credentials, nothing };

// Headings of --help that the commands look at, too.
inline constexpr const char* kKeys = "Keys";
inline constexpr const char* kPolicy = "Policy";
inline constexpr const char* kInput = "Input";

struct Flag {
  std::string name = "";         // "--output"; an argument without a flag has the name "FILE"
  std::string short_name = "";   // "-o"; empty: none
  std::string placeholder = "";  // "PATH", or the choices; empty: takes no value
  std::string group = "";        // heading in --help
  std::vector<std::string> commands = {};
  std::string help = "";  // description() adds whether it is required, whether it repeats, and the default
  Value value = {};
  // What completion offers if the value has no choices: words that stand for common values, else files if the
  // placeholder says so.
  std::vector<std::string> suggestions = {};
  std::string default_text = "";  // instead of the value's own
  Record record = Record::value;
  bool required = false;
  bool presentation = false;  // changes speed or what a person sees of the run, and nothing that is written
  std::string excludes = "";  // the name of a flag that cannot be given beside this one

  bool positional() const { return !name.starts_with('-'); }
  // The words that a shell may complete the value to.
  const std::vector<std::string>& words() const { return value.choices.empty() ? suggestions : value.choices; }
  bool takes_files() const;
  bool repeatable() const { return value.takes == Value::Takes::each; }
  std::string default_value() const { return default_text.empty() ? value.default_text : default_text; }
  // "write verdicts here; repeatable; default standard output"
  std::string description() const;
  // A value as a manifest may show it.
  std::string shown(const std::string& text) const;
};

// Every row. Built at the first call.
const std::vector<Flag>& all_flags();
// The rows of a command ("verify"), in the order of --help.
std::vector<std::reference_wrapper<const Flag>> flags_of(std::string_view command);

// A library error as the user sees it, with the flag that sets the faulty field in front: "--audience: is empty". If
// several flags fill one field, such as "keys", the message itself names the bad value. A field that no flag of the
// command sets appears under its own name.
std::string message_of(std::string_view command, const Error& error);

}  // namespace assay::cli
