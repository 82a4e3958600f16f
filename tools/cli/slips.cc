#include "slips.h"

#include <algorithm>

#include "base/suggest.h"
#include "command.h"
#include "flags.h"
#include "readers.h"

namespace assay::cli {

namespace {

// The names of the options of a command; of the program itself if it has none.
std::vector<std::string> options_of(const std::string& command) {
  std::vector<std::string> names = {"--help"};
  if (command.empty()) names.emplace_back("--version");
  for (const Flag& flag : flags_of(command)) {
    if (!flag.positional()) names.push_back(flag.name);
  }
  return names;
}

}  // namespace

std::string did_you_mean(std::string_view word, const std::vector<std::string>& names) {
  const auto meant = base::nearest(word, names);
  return meant ? "; did you mean " + *meant + "?" : "";
}

std::string with_help(const std::string& text, const std::string& command) {
  const std::string help = command.empty() ? "assay --help" : "assay " + command + " --help";
  return text + (text.ends_with('?') ? " See " : "; see ") + help;
}

std::string no_such_command(const std::string& word, const std::string& group) {
  if (word.starts_with("eyJ")) return "a token is no command; explain it with: assay inspect < token.txt";
  const std::vector<std::string> names = group.empty() ? first_words() : second_words(group);
  return with_help(in_quotes(word) + ": no such command" + did_you_mean(word, names), group);
}

std::string no_such_option(const std::string& option, const std::string& command, bool early) {
  const std::vector<std::string> names = options_of(command);
  if (early && std::find(names.begin(), names.end(), option) != names.end())
    return option + ": stands before the command; write assay " + command + " " + option;
  const std::string meant = did_you_mean(option, names);
  if (!meant.empty()) return option + ": no such option" + meant;
  std::vector<std::string> others;  // commands that have it
  for (const Flag& flag : all_flags()) {
    if (flag.name == option || flag.name == "-" + option)
      others.insert(others.end(), flag.commands.begin(), flag.commands.end());
  }
  return option + ": no such option" + (others.empty() ? "" : " here; it goes with assay " + joined(others, ", "));
}

}  // namespace assay::cli
