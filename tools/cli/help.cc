// assay help, assay version: what --help and --version do, for people who try a word first; and manual pages.
#include <string>

#include "assay/version.h"
#include "command.h"
#include "console.h"
#include "man_page.h"
#include "program_help.h"
#include "readers.h"
#include "slips.h"

namespace assay::cli {

namespace {

constexpr const char* kHelpExamples =
    R"(Examples:
  assay help
  assay help verify
  assay help --man verify > assay-verify.1
)";

bool is_group(const std::string& word) { return !second_words(word).empty(); }

int help(Arguments& arguments) {
  const HelpArguments& asked = arguments.help;
  if (!asked.man_dir.empty()) {
    const Result<void> written = write_man_pages(asked.man_dir);
    return written ? 0 : fail("help", "--man-dir: " + written.error().message);
  }
  std::string topic;
  for (const std::string& word : asked.topic) {
    const bool is_first = topic.empty();
    if (!is_first && !is_group(topic)) return fail("help", with_help(in_quotes(word) + ": not expected here", "help"));
    const std::string longer = is_first ? word : topic + " " + word;
    const bool exists = command_named(longer) != nullptr || (is_first && is_group(word));
    if (!exists) return fail("help", no_such_command(word, topic));
    topic = longer;
  }
  if (!asked.man) return print_page(help_text(topic));
  if (is_group(topic)) {
    return fail("help", "--man: " + topic +
                            " has no page of its own; name one of its commands: " + joined(second_words(topic), ", "));
  }
  return print_page(man_page(topic));
}

int version(Arguments&) { return print_page(build_description()); }

}  // namespace

Command help_command() {
  return {
      .name = "help", .summary = "Show help for the program, or for one command", .footer = kHelpExamples, .run = help};
}

Command version_command() {
  return {.name = "version",
          .summary = "Show version, OpenSSL, CPU features and backend",
          .footer = "Examples:\n  assay version\n",
          .run = version};
}

}  // namespace assay::cli
