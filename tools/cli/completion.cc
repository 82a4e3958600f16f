#include "completion.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "command.h"
#include "console.h"
#include "flags.h"
#include "readers.h"

namespace assay::cli {

namespace {

// A text in single quotation marks of bash, zsh and fish, which read a backslash in them differently.
std::string quoted(std::string_view text, Shell shell) {
  std::string to = "'";
  for (const char c : text) {
    if (shell == Shell::fish && (c == '\'' || c == '\\')) {
      to += '\\';
      to += c;
    } else if (c == '\'') {
      to += "'\\''";
    } else {
      to += c;
    }
  }
  return to + "'";
}

// The help up to its first semicolon, so that a list of flags fits on a screen.
std::string short_help(const Flag& flag) { return flag.help.substr(0, flag.help.find_first_of(";:")); }

bool takes_value(const Flag& flag) { return flag.value.takes != Value::Takes::nothing; }

// All names of a flag, the short one first.
std::vector<std::string> names_of(const Flag& flag) {
  return flag.short_name.empty() ? std::vector<std::string>{flag.name}
                                 : std::vector<std::string>{flag.short_name, flag.name};
}

// What may stand in the place of an argument: words, or files.
struct Argument {
  std::vector<std::string> words;
  bool is_file = false;
};
Argument argument_of(const Command& command) {
  if (command.name == std::string_view("help")) return {.words = first_words()};
  for (const Flag& flag : flags_of(command.name)) {
    if (flag.positional()) return {.words = flag.words(), .is_file = flag.takes_files()};
  }
  return {};
}

// bash ----------------------------------------------------------------------------------------------------------------

// The rows "COMMAND FLAG)" of a case over both.
std::string bash_values(const Command& command) {
  std::string to;
  for (const Flag& flag : flags_of(command.name)) {
    if (flag.positional() || !takes_value(flag)) continue;
    std::string pattern;
    for (const std::string& name : names_of(flag)) {
      pattern += (pattern.empty() ? "" : "|") + quoted(command.name + std::string(" ") + name, Shell::bash);
    }
    to += "    " + pattern + ") ";
    if (flag.takes_files()) {
      to += "_assay_files";
    } else if (!flag.words().empty()) {
      to += "_assay_words " + quoted(joined(flag.words(), " "), Shell::bash);
    } else {
      to += ":";
    }
    to += ";;\n";
  }
  return to;
}

// The rows "COMMAND)" of a case: its flags, and what its arguments are.
std::string bash_command(const Command& command) {
  std::vector<std::string> flags = {"--help"};
  for (const Flag& flag : flags_of(command.name)) {
    if (!flag.positional()) flags.push_back(flag.name);
  }
  const Argument argument = argument_of(command);
  std::string to = "    " + quoted(command.name, Shell::bash) + ")\n";
  to += "      if [[ $cur == -* ]]; then _assay_words " + quoted(joined(flags, " "), Shell::bash) + "\n";
  if (argument.is_file) to += "      else _assay_files\n";
  if (!argument.words.empty())
    to += "      else _assay_words " + quoted(joined(argument.words, " "), Shell::bash) + "\n";
  return to + "      fi;;\n";
}

std::string bash_script() {
  std::string values, arguments, groups;
  for (const Command& command : commands()) {
    values += bash_values(command);
    arguments += bash_command(command);
  }
  for (const CommandGroup& group : command_groups()) {
    groups += "    " + quoted(group.name, Shell::bash) + ") _assay_words " +
              quoted(joined(second_words(group.name), " "), Shell::bash) + ";;\n";
  }
  std::string group_names = "none";
  for (const CommandGroup& group : command_groups()) group_names += std::string("|") + group.name;
  return R"(# bash completion of assay, made by: assay completion bash
_assay_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}
_assay_files() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -f -- "$cur")
}
# Sets command to the words of the command before the cursor: one, or two if the first is a group.
_assay_command() {
  local i
  command=
  for ((i = 1; i < COMP_CWORD; i++)); do
    [[ ${COMP_WORDS[i]} == -* ]] && continue
    command+="${command:+ }${COMP_WORDS[i]}"
    case $command in
    )" + group_names +
         R"() ;;
    *) return ;;
    esac
  done
}
_assay() {
  local cur=${COMP_WORDS[COMP_CWORD]} flag= command
  COMPREPLY=()
  _assay_command
  # Readline splits --flag=value at the '='.
  if [[ $cur == = ]]; then
    flag=${COMP_WORDS[COMP_CWORD - 1]} cur=
  elif [[ ${COMP_WORDS[COMP_CWORD - 1]} == = ]]; then
    flag=${COMP_WORDS[COMP_CWORD - 2]}
  elif ((COMP_CWORD > 1)); then
    flag=${COMP_WORDS[COMP_CWORD - 1]}
  fi
  if [[ $flag == -* ]]; then
    case "$command $flag" in
)" + values +
         R"(    *) flag= ;;
    esac
    [[ $flag ]] && return
  fi
  case $command in
    '')
      if [[ $cur == -* ]]; then _assay_words '--help --version'
      else _assay_words )" +
         quoted(joined(first_words(), " "), Shell::bash) + R"(
      fi;;
)" + groups +
         arguments +
         R"(  esac
}
complete -F _assay assay
)";
}

// zsh -----------------------------------------------------------------------------------------------------------------

// A text within a specification of _arguments, where colons and brackets part its pieces.
std::string zsh_escaped(std::string_view text) {
  std::string to;
  for (const char c : text) {
    if (c == ':' || c == '[' || c == ']' || c == '\\') to += '\\';
    to += c;
  }
  return to;
}

std::string zsh_action(const std::vector<std::string>& words, bool is_file) {
  if (is_file) return "_files";
  if (words.empty()) return " ";
  return "(" + joined(words, " ") + ")";
}

std::string zsh_flag(const Flag& flag) {
  std::string value;
  if (takes_value(flag)) {
    value = ":" + zsh_escaped(flag.placeholder) + ":" + zsh_action(flag.words(), flag.takes_files());
  }
  std::string to;
  for (const std::string& name : names_of(flag)) {
    const std::string form = !takes_value(flag) ? "" : name.starts_with("--") ? "=" : "+";
    to += " \\\n      " +
          quoted((flag.repeatable() ? "*" : "") + name + form + "[" + zsh_escaped(short_help(flag)) + "]" + value,
                 Shell::zsh);
  }
  return to;
}

std::string zsh_command(const Command& command) {
  std::string to = "    _arguments -s -S '(- *)'{-h,--help}'[show this help]'";
  for (const Flag& flag : flags_of(command.name)) {
    if (!flag.positional()) to += zsh_flag(flag);
  }
  const Argument argument = argument_of(command);
  if (argument.is_file || !argument.words.empty()) {
    to += " \\\n      " + quoted("*:argument:" + zsh_action(argument.words, argument.is_file), Shell::zsh);
  }
  return to + "\n";
}

// The second word of a group, and what stands behind it.
std::string zsh_group(const CommandGroup& group) {
  std::string names, cases;
  for (const Command& command : commands()) {
    if (group_of(command.name) != group.name) continue;
    const std::string word = command.name + std::string_view(group.name).size() + 1;
    names += " " + quoted(word + ":" + zsh_escaped(command.summary), Shell::zsh);
    cases += "    " + word + ")\n" + zsh_command(command) + "    ;;\n";
  }
  return "  " + std::string(group.name) +
         ")\n    _arguments -C '1: :->word' '*:: :->rest'\n    if [[ $state == word ]]; then\n      local -a "
         "words_of=(" +
         names + ")\n      _describe command words_of\n      return\n    fi\n    case $words[1] in\n" + cases +
         "    esac\n    ;;\n";
}

std::string zsh_script() {
  std::string names, cases;
  for (const CommandGroup& group : command_groups()) {
    names += "    " + quoted(group.name + std::string(":") + zsh_escaped(group.summary), Shell::zsh) + "\n";
    cases += zsh_group(group);
  }
  for (const Command& command : commands()) {
    if (!group_of(command.name).empty()) continue;
    names += "    " + quoted(command.name + std::string(":") + zsh_escaped(command.summary), Shell::zsh) + "\n";
    cases += "  " + std::string(command.name) + ")\n" + zsh_command(command) + "    ;;\n";
  }
  return R"(#compdef assay
# zsh completion of assay, made by: assay completion zsh
_assay() {
  local curcontext=$curcontext state line
  typeset -A opt_args
  _arguments -C '(- *)'{-h,--help}'[show this help]' '(- *)--version[show version, OpenSSL, CPU features and backend]' \
    '1: :->command' '*:: :->arguments'
  if [[ $state == command ]]; then
    local -a names=(
)" + names +
         R"(    )
    _describe command names
    return
  fi
  [[ $state == arguments ]] || return
  case $words[1] in
)" + cases +
         R"(  esac
}
if [[ $funcstack[1] == _assay ]]; then
  _assay "$@"
else
  compdef _assay assay
fi
)";
}

// fish ----------------------------------------------------------------------------------------------------------------

std::string fish_flag(const Flag& flag, const std::string& condition) {
  std::string to = "complete -c assay -n " + condition;
  for (const std::string& name : names_of(flag)) {
    to += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  }
  if (takes_value(flag)) {
    to += flag.takes_files() ? " -r -F" : " -x";
    if (!flag.words().empty()) to += " -a " + quoted(joined(flag.words(), " "), Shell::fish);
  }
  return to + " -d " + quoted(short_help(flag), Shell::fish) + "\n";
}

std::string fish_command(const Command& command) {
  const std::string condition = quoted("test (__assay_command) = " + quoted(command.name, Shell::fish), Shell::fish);
  std::string to;
  for (const Flag& flag : flags_of(command.name)) {
    if (!flag.positional()) to += fish_flag(flag, condition);
  }
  const Argument argument = argument_of(command);
  if (argument.is_file) to += "complete -c assay -n " + condition + " -F\n";
  if (!argument.words.empty()) {
    to += "complete -c assay -n " + condition + " -a " + quoted(joined(argument.words, " "), Shell::fish) + "\n";
  }
  return to;
}

std::string fish_word(const std::string& parent, const std::string& word, const std::string& summary) {
  const std::string condition = quoted("test (__assay_command) = " + quoted(parent, Shell::fish), Shell::fish);
  return "complete -c assay -n " + condition + " -a " + word + " -d " + quoted(summary, Shell::fish) + "\n";
}

std::string fish_script() {
  std::string rows, group_names;
  for (const CommandGroup& group : command_groups()) {
    group_names += std::string(" ") + group.name;
    rows += fish_word("", group.name, group.summary);
  }
  for (const Command& command : commands()) {
    const std::string_view group = group_of(command.name);
    rows += fish_word(std::string(group), command.name + (group.empty() ? 0 : group.size() + 1), command.summary);
    rows += fish_command(command);
  }
  return R"(# fish completion of assay, made by: assay completion fish
# Prints the words of the command before the cursor: one, or two if the first is a group.
function __assay_command
    set -l words
    for word in (commandline -opc)[2..]
        string match -q -- '-*' $word; and continue
        set -a words $word
        contains -- "$words" )" +
         (group_names.empty() ? "''" : group_names.substr(1)) +
         R"(; or break
    end
    echo "$words"
end
complete -c assay -f
complete -c assay -s h -l help -d 'show this help'
complete -c assay -n "test (__assay_command) = ''" -l version -d 'show version, OpenSSL, CPU features and backend'
)" + rows;
}

constexpr const char* kExamples =
    R"text(Examples:
  assay completion zsh > _assay
  assay completion fish > assay.fish
  eval "$(assay completion bash)"
The last line can stand in ~/.bashrc. Put _assay into a folder of zsh's fpath, and assay.fish
into ~/.config/fish/completions. The packages of assay install all three.
)text";

int run(Arguments& arguments) { return print_page(completion_script(*arguments.completion)); }

}  // namespace

std::string completion_script(Shell shell) {
  switch (shell) {
    case Shell::bash:
      return bash_script();
    case Shell::zsh:
      return zsh_script();
    case Shell::fish:
      return fish_script();
  }
  return "";
}

Command completion_command() {
  return {.name = "completion",
          .summary = "Print the completion of a shell: bash, zsh or fish",
          .footer = kExamples,
          .run = run};
}

}  // namespace assay::cli
