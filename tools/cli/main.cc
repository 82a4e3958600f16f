// The program: chooses the command, and says in one line what is wrong with a command line.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arguments.h"
#include "assay/version.h"
#include "base/suggest.h"
#include "console.h"
#include "flags.h"
#include "parser.h"
#include "readers.h"
#include "signals.h"

namespace assay::cli {

namespace {

constexpr const char* kExamples =
    R"(Examples:
  assay keygen --private key.pem --public pub.pem --jwks jwks.json
  assay mint --key key.pem --count 1000 --fault expired=0.05 -o tokens.txt
  assay verify --jwks jwks.json tokens.txt
  head -1 tokens.txt | assay inspect --jwks jwks.json
  assay bench --algorithm RS256,ES256,EdDSA

Every example of this program and its guide uses these files; a log of your own is access.ndjson.

`assay help COMMAND` and `assay COMMAND --help` show the options of a command.
)";

// The arguments in reverse, as CLI11 wants them. "--name=" becomes two arguments, the second empty: CLI11 would take
// the argument that follows for the value.
std::vector<std::string> arguments(int argc, char** argv) {
  std::vector<std::string> args;
  bool options_ended = false;
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    options_ended = options_ended || arg == "--";
    const std::size_t equals = arg.find('=');
    if (!options_ended && arg.starts_with("--") && arg.ends_with('=') && equals == arg.size() - 1) {
      args.push_back(arg.substr(0, equals));
      args.emplace_back();
    } else {
      args.push_back(arg);
    }
  }
  return {args.rbegin(), args.rend()};
}

// "; did you mean --issuer?", or nothing if no name is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& names) {
  const auto meant = base::nearest(word, names);
  return meant ? "; did you mean " + *meant + "?" : "";
}

// Points to a help, as a sentence of its own after a question.
std::string with_help(const std::string& text, const std::string& command) {
  const std::string help = command.empty() ? "assay --help" : "assay " + command + " --help";
  return text + (text.ends_with('?') ? " See " : "; see ") + help;
}

std::string no_such_command(const CLI::App& program, const std::string& word) {
  if (word.starts_with("eyJ")) return "a token is no command; explain it with: assay inspect < token.txt";
  std::vector<std::string> names;
  for (const CLI::App* command : program.get_subcommands({})) names.push_back(command->get_name());
  return with_help(in_quotes(word) + ": no such command" + did_you_mean(word, names), "");
}

// The names of the options of a command; of the program itself if it has none.
std::vector<std::string> options_of(const std::string& command) {
  std::vector<std::string> names = {"--help"};
  if (command.empty()) names.emplace_back("--version");
  for (const Flag& flag : flags_of(command)) {
    if (!flag.positional()) names.push_back(flag.name);
  }
  return names;
}

// Says what to write instead of an option that does not exist here. `early`: it stands before the command.
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

// Says what CLI11 found wrong, in one line that begins with the option.
std::string usage_error(const CLI::App& program, const std::string& command, const CLI::Error& error) {
  const std::vector<std::string> early = program.remaining(false);
  for (const std::string& extra : program.remaining(true)) {
    const bool before = !command.empty() && std::find(early.begin(), early.end(), extra) != early.end();
    if (extra.starts_with('-')) return no_such_option(extra.substr(0, extra.find('=')), command, before);
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) {
    const std::vector<std::string> extras = program.remaining(true);
    if (!extras.empty()) return in_quotes(extras.front()) + ": not expected here";
  }
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const std::string text = error.what();
    return text.substr(0, text.find(':')) + ": needs a value";
  }
  return error.what();
}

// CLI11 puts two blank lines between groups; one is enough.
std::string one_blank_line(const std::string& help) { return CLI::detail::find_and_replace(help, "\n\n\n", "\n\n"); }
// The help of the command that was chosen, or of the program.
std::string help_of(const CLI::App& program) { return one_blank_line(program.help()); }

int print(std::string text) {
  if (!text.ends_with('\n')) text += '\n';
  std::fputs(text.c_str(), stdout);
  if (!stdout_failed() || errno == EPIPE) return 0;
  return fail("", std::string("cannot write to standard output: ") + std::strerror(errno));
}

// `help` and `version` do what --help and --version do, for people who try a word first.
struct WordCommands {
  CLI::App* help;
  CLI::App* version;
  std::string topic;
};
void add_word_commands(CLI::App& program, WordCommands& words) {
  words.help = program.add_subcommand("help", "Show help for the program, or for one command");
  words.help->add_option("COMMAND", words.topic, "explain this command")->option_text(" ");
  words.help->footer("Examples:\n  assay help\n  assay help verify\n");
  words.version = program.add_subcommand("version", "Show version, OpenSSL, CPU features and backend");
  words.version->footer("Examples:\n  assay version\n");
}

int show_help(CLI::App& program, const std::string& topic) {
  program.clear();  // or the program's help would be that of `help`
  if (topic.empty()) return print(help_of(program));
  for (const CLI::App* command : std::as_const(program).get_subcommands({})) {
    if (command->get_name() == topic) return print(one_blank_line(command->help("assay")));
  }
  return fail("help", no_such_command(program, topic));
}

int run(int argc, char** argv) {
  int exit_code = 0;
  Arguments values;
  WordCommands words;
  CLI::App program("assay verifies JSON Web Tokens in bulk.", "assay");
  program.set_help_flag("-h,--help", "show this help");
  program.set_version_flag("--version", build_description, "show version, OpenSSL, CPU features and backend");
  add_commands(program, values, exit_code);
  add_word_commands(program, words);
  program.footer(kExamples);

  auto args = arguments(argc, argv);
  if (args.empty()) {
    std::fputs(help_of(program).c_str(), stderr);
    return 2;
  }
  try {
    program.parse(args);
    if (words.help->parsed()) return show_help(program, words.topic);
    return words.version->parsed() ? print(build_description()) : exit_code;
  } catch (const CLI::CallForHelp&) {
    return print(help_of(program));
  } catch (const CLI::CallForVersion& version) {
    return print(version.what());
  } catch (const CLI::Error& error) {
    const auto chosen = program.get_subcommands();
    const std::string command = chosen.empty() ? "" : chosen.front()->get_name();
    if (command.empty() && argv[1][0] != '-') return fail("", no_such_command(program, argv[1]));
    return fail(command, with_help(usage_error(program, command, error), command));
  }
}

}  // namespace

}  // namespace assay::cli

int main(int argc, char** argv) {
  assay::cli::prepare_process();
  try {
    return assay::cli::run(argc, argv);
  } catch (const std::bad_alloc&) {
    return assay::cli::fail("", "not enough memory");
  } catch (const std::exception& error) {
    return assay::cli::fail("", error.what());
  }
}
