#include "command.h"

#include <algorithm>

namespace assay::cli {

const std::vector<Command>& commands() {
  static const std::vector<Command> all = {verify_command(),     audit_command(),     report_command(),
                                           inspect_command(),    keys_show_command(), keys_fetch_command(),
                                           mint_command(),       keygen_command(),    bench_command(),
                                           completion_command(), help_command(),      version_command()};
  return all;
}

const Command* command_named(std::string_view name) {
  const auto found =
      std::find_if(commands().begin(), commands().end(), [&](const Command& command) { return command.name == name; });
  return found == commands().end() ? nullptr : &*found;
}

const std::vector<CommandGroup>& command_groups() {
  static const std::vector<CommandGroup> groups = {{"keys", "Show keys, and keep key sets as dated snapshots"}};
  return groups;
}

std::string_view group_of(std::string_view command) {
  const std::size_t blank = command.find(' ');
  return blank == std::string_view::npos ? std::string_view() : command.substr(0, blank);
}

std::vector<std::string> first_words() {
  std::vector<std::string> words;
  for (const Command& command : commands()) {
    const std::string_view group = group_of(command.name);
    std::string word(group.empty() ? command.name : group);
    if (words.empty() || words.back() != word) words.push_back(std::move(word));
  }
  return words;
}

std::vector<std::string> second_words(std::string_view group) {
  std::vector<std::string> words;
  for (const Command& command : commands()) {
    if (!group.empty() && group_of(command.name) == group) words.emplace_back(command.name + group.size() + 1);
  }
  return words;
}

}  // namespace assay::cli
