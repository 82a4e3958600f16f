// The commands of the program, one file each.
//
// A command has a name of one word, or of two: the name of a group and its own ("keys fetch"). Parser, --help, manual
// pages and shell completion come from this list and from the table of flags.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "arguments.h"

namespace assay::cli {

struct Command {
  const char* name;
  const char* summary;  // one line for --help
  // What --help and the manual page say behind the flags: paragraphs with an empty line between them. "Examples:" is
  // followed by lines that are indented, "Exit status:" by text; any other paragraph is a note.
  std::string footer;
  // Returns the exit code: 0 all accepted, 1 finished with a rejection, 2 could not start or finish, 128 + N ended by
  // signal N.
  int (*run)(Arguments& arguments);
};

Command verify_command();
Command audit_command();
Command inspect_command();
Command keys_show_command();
Command keys_fetch_command();
Command mint_command();
Command keygen_command();
Command report_command();
Command bench_command();
Command completion_command();
Command help_command();
Command version_command();

// All of them, in the order of --help. Built at the first call.
const std::vector<Command>& commands();
// The command of this name, or null.
const Command* command_named(std::string_view name);

// The first word of commands with two.
struct CommandGroup {
  const char* name;
  const char* summary;
};
const std::vector<CommandGroup>& command_groups();
// The group that a command of two words belongs to; empty for other commands.
std::string_view group_of(std::string_view command);

// What a person may write first: commands of one word, and groups, in the order of --help.
std::vector<std::string> first_words();
// The second words of a group's commands.
std::vector<std::string> second_words(std::string_view group);

}  // namespace assay::cli
