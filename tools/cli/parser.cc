#include "parser.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "assay/version.h"
#include "command.h"
#include "console.h"
#include "flags.h"
#include "program_help.h"

namespace assay::cli {

namespace {

constexpr std::size_t kHelpColumn = 28;
constexpr std::size_t kHelpWidth = 100;

// Two columns, with descriptions folded to the width of a page.
class HelpFormat : public CLI::Formatter {
 public:
  HelpFormat() { column_width(kHelpColumn); }

  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    const std::string& placeholder = option->get_option_text();
    return row("  " + make_option_name(option, is_positional) + (placeholder.empty() ? "" : " " + placeholder),
               make_option_desc(option));
  }
  std::string make_subcommand(const CLI::App* command) const override {
    return row("  " + command->get_display_name(true), command->get_description());
  }

 private:
  static std::string row(std::string text, const std::string& description) {
    std::size_t column = text.size();
    if (column + 2 > kHelpColumn) {
      text += '\n';
      column = 0;
    }
    std::size_t begin = 0;
    while (begin < description.size()) {
      text.append(kHelpColumn - column, ' ');
      std::size_t end = description.size();
      if (end - begin > kHelpWidth - kHelpColumn) {
        end = description.rfind(' ', begin + kHelpWidth - kHelpColumn);
        if (end == std::string::npos || end <= begin) end = std::min(description.find(' ', begin), description.size());
      }
      text += description.substr(begin, end - begin) + '\n';
      begin = end + 1;
      column = 0;
    }
    return text;
  }
};

void take(const Flag& flag, const std::string& text, Arguments& arguments) {
  if (const Result<void> ok = flag.value.read(arguments, text); !ok) {
    throw CLI::ValidationError(flag.name, ok.error().message);
  }
  arguments.given.push_back({&flag, flag.shown(text)});
}

CLI::Option* add_flag(CLI::App& app, const Flag& flag, Arguments& arguments) {
  const std::string names = flag.short_name.empty() ? flag.name : flag.short_name + "," + flag.name;
  if (flag.value.takes == Value::Takes::nothing) {
    return app.add_flag_callback(
        names, [&flag, &arguments] { take(flag, "", arguments); }, flag.description());
  }
  const auto read = [&flag, &arguments](const CLI::results_t& values) {
    if (!flag.repeatable()) {
      take(flag, values.back(), arguments);
    } else {
      for (const std::string& value : values) take(flag, value, arguments);
    }
    return true;
  };
  CLI::Option* option = app.add_option(names, read, flag.description());
  option->option_text(flag.placeholder)->take_all()->required(flag.required);
  if (flag.positional() && flag.repeatable()) {
    // Any number of names, each as it is: CLI11 would take "[a,b]" for a list as soon as it may add arguments itself.
    constexpr int kMany = CLI::detail::expected_max_vector_size;
    option->expected(kMany - 1, kMany)->allow_extra_args(false);
  }
  return option;
}

}  // namespace

void add_flags(CLI::App& app, std::string_view command, Arguments& arguments) {
  const auto flags = flags_of(command);
  for (const Flag& flag : flags) {
    CLI::Option* option = add_flag(app, flag, arguments);
    if (!flag.positional()) option->group(flag.group);
  }
  for (const Flag& flag : flags) {
    if (!flag.excludes.empty()) app.get_option(flag.name)->excludes(app.get_option(flag.excludes));
  }
}

namespace {

// The app of a group, made at its first command.
CLI::App* app_of_group(CLI::App& program, std::string_view name) {
  const auto is_it = [name](const CLI::App* app) { return app->get_name() == name; };
  if (const auto known = program.get_subcommands(is_it); !known.empty()) return known.front();
  const auto group = std::find_if(command_groups().begin(), command_groups().end(),
                                  [name](const CommandGroup& row) { return row.name == name; });
  CLI::App* app = program.add_subcommand(group->name, group->summary);
  app->footer("`assay help " + std::string(name) + " COMMAND` shows the options of a command.\n");
  return app->require_subcommand(1);
}

void add_command(CLI::App& program, const Command& command, Arguments& arguments, int& exit_code) {
  const std::string_view group = group_of(command.name);
  CLI::App& parent = group.empty() ? program : *app_of_group(program, group);
  CLI::App* app = parent.add_subcommand(command.name + (group.empty() ? 0 : group.size() + 1), command.summary);
  add_flags(*app, command.name, arguments);
  app->footer(command.footer);
  app->callback([&command, &arguments, &exit_code] {
    const Result<void> settled = arguments.settle();
    exit_code = settled ? command.run(arguments) : fail(command.name, settled.error());
  });
}

}  // namespace

void build_program(CLI::App& program, Arguments& arguments, int& exit_code) {
  program.name("assay");
  program.description(kProgramSummary);
  program.set_help_flag("-h,--help", "show this help");
  program.set_version_flag("--version", build_description, "show version, OpenSSL, CPU features and backend");
  program.footer(std::string(kProgramExamples) + "\n" + kProgramNotes);
  program.formatter(std::make_shared<HelpFormat>());
  program.get_formatter()->label("SUBCOMMAND", "COMMAND");
  program.require_subcommand(1);
  for (const Command& command : commands()) add_command(program, command, arguments, exit_code);
}

std::string help_of(const CLI::App& program) {
  // CLI11 puts two blank lines between groups; one is enough.
  return CLI::detail::find_and_replace(program.help(), "\n\n\n", "\n\n");
}

std::string help_text(std::string_view command) {
  Arguments unused;
  int exit_code = 0;
  CLI::App program;
  build_program(program, unused, exit_code);
  CLI::App* app = &program;
  std::string parents;
  while (!command.empty()) {
    parents += (parents.empty() ? "" : " ") + app->get_name();
    const std::size_t blank = std::min(command.find(' '), command.size());
    app = app->get_subcommand(std::string(command.substr(0, blank)));
    command.remove_prefix(std::min(blank + 1, command.size()));
  }
  return CLI::detail::find_and_replace(app->help(parents), "\n\n\n", "\n\n");
}

}  // namespace assay::cli
