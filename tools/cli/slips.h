// What a slip in a command line is answered with: the nearest name that exists, and where help is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace assay::cli {

// "; did you mean --issuer?", or nothing if no name is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& names);
// Points to the help of a command ("" for the program's), as a sentence of its own after a question.
std::string with_help(const std::string& text, const std::string& command);
// Of a word that is no command of the program, or of the group.
std::string no_such_command(const std::string& word, const std::string& group = "");
// Of an option that does not exist here. `early`: it stands before the command.
std::string no_such_option(const std::string& option, const std::string& command, bool early);

}  // namespace assay::cli
