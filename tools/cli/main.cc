// The program: chooses the command, and says in one line what is wrong with a command line.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "arguments.h"
#include "command.h"
#include "console.h"
#include "parser.h"
#include "readers.h"
#include "signals.h"
#include "slips.h"

namespace assay::cli {

namespace {

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

// The words of the command that was chosen, such as "verify" or "keys fetch"; empty: none.
std::string chosen_command(const CLI::App& program) {
  const auto first = program.get_subcommands();
  if (first.empty()) return "";
  const auto second = first.front()->get_subcommands();
  return first.front()->get_name() + (second.empty() ? "" : " " + second.front()->get_name());
}

// The first word behind `words` words that is no option; empty: there is none.
std::string word_behind(int argc, char** argv, int words) {
  for (int i = 1; i < argc; ++i) {
    if (argv[i][0] != '-' && words-- == 0) return argv[i];
  }
  return "";
}

// Says what is wrong with a command line, and returns the exit code.
int fail_usage(const CLI::App& program, const CLI::Error& error, int argc, char** argv) {
  const std::string command = chosen_command(program);
  if (command.empty() && argv[1][0] != '-') return fail("", no_such_command(argv[1]));
  const bool is_group = !command.empty() && command_named(command) == nullptr;
  if (is_group) {
    const std::string word = word_behind(argc, argv, 1);
    if (!word.empty()) return fail(command, no_such_command(word, command));
    return fail(command, with_help("which command? Use one of " + joined(second_words(command), ", "), command));
  }
  return fail(command, with_help(usage_error(program, command, error), command));
}

int run(int argc, char** argv) {
  int exit_code = 0;
  Arguments values;
  CLI::App program;
  build_program(program, values, exit_code);

  auto args = arguments(argc, argv);
  if (args.empty()) {
    std::fputs(help_of(program).c_str(), stderr);
    return 2;
  }
  try {
    program.parse(args);
    return exit_code;
  } catch (const CLI::CallForHelp&) {
    return print_page(help_of(program));
  } catch (const CLI::CallForVersion& version) {
    return print_page(version.what());
  } catch (const CLI::Error& error) {
    return fail_usage(program, error, argc, argv);
  }
}

}  // namespace

}  // namespace assay::cli

int main(int argc, char** argv) {
  assay::cli::prepare_process();
  try {
    return assay::cli::run(argc, argv);
  } catch (const std::bad_alloc&) {
    return assay::cli::fail("", "not enough memory; give the program more, or use fewer threads");
  } catch (const std::exception& error) {
    return assay::cli::fail("", error.what());
  }
}
