// The program: chooses the command, and says in one line what is wrong with a command line.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "arguments.h"
#include "assay/version.h"
#include "console.h"
#include "parser.h"
#include "readers.h"

namespace assay::cli {

namespace {

constexpr const char* kExamples =
    R"(Examples:
  assay verify --jwks jwks.json tokens.txt
  assay inspect --jwks jwks.json < token.txt
  assay keygen --private key.pem --public pub.pem --jwks jwks.json
  assay mint --key key.pem --count 1000 --fault expired=0.05 -o tokens.txt
  assay bench --algorithm RS256,ES256,EdDSA

`assay COMMAND --help` shows the options of a command.
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

// Says what CLI11 found wrong, in one line that begins with the option.
std::string usage_error(const CLI::App& program, const CLI::Error& error) {
  for (const std::string& extra : program.remaining(true)) {
    if (extra.starts_with('-')) return extra.substr(0, extra.find('=')) + ": no such option";
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

// The help of the command that was chosen. CLI11 puts two blank lines between groups; one is enough.
std::string help_of(const CLI::App& program) { return CLI::detail::find_and_replace(program.help(), "\n\n\n", "\n\n"); }

int run(int argc, char** argv) {
  int exit_code = 0;
  Arguments values;
  CLI::App program("assay verifies JSON Web Tokens in bulk.", "assay");
  program.set_help_flag("-h,--help", "show this help");
  program.set_version_flag("--version", build_description, "show version, OpenSSL, CPU features and backend");
  add_commands(program, values, exit_code);
  program.footer(kExamples);

  auto args = arguments(argc, argv);
  if (args.empty()) {
    std::fputs(help_of(program).c_str(), stderr);
    return 2;
  }
  std::string said;
  try {
    program.parse(args);
    return exit_code;
  } catch (const CLI::CallForHelp&) {
    said = help_of(program);
  } catch (const CLI::CallForVersion& version) {
    said = version.what();
    if (!said.ends_with('\n')) said += '\n';
  } catch (const CLI::Error& error) {
    const auto chosen = program.get_subcommands();
    const std::string command = chosen.empty() ? "" : chosen.front()->get_name();
    const std::string help = command.empty() ? "assay --help" : "assay " + command + " --help";
    if (command.empty() && argv[1][0] != '-') return fail("", in_quotes(argv[1]) + ": no such command; see " + help);
    return fail(command, usage_error(program, error) + "; see " + help);
  }
  std::fputs(said.c_str(), stdout);
  return stdout_failed() ? fail("", "cannot write to standard output") : 0;
}

}  // namespace

}  // namespace assay::cli

int main(int argc, char** argv) {
  try {
    return assay::cli::run(argc, argv);
  } catch (const std::bad_alloc&) {
    return assay::cli::fail("", "not enough memory");
  } catch (const std::exception& error) {
    return assay::cli::fail("", error.what());
  }
}
