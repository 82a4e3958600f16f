#include "man_page.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "assay/version.h"
#include "base/output_file.h"
#include "command.h"
#include "flags.h"
#include "program_help.h"

namespace assay::cli {

namespace {

// A text for man(7). Hyphens stay hyphens and quotation marks stay straight, so that what a reader copies is what a
// shell takes.
std::string roff(std::string_view text) {
  std::string to;
  for (const char c : text) {
    switch (c) {
      case '\\':
        to += "\\e";
        break;
      case '-':
        to += "\\-";
        break;
      case '\'':
        to += "\\(aq";
        break;
      case '`':
        to += "\\(ga";
        break;
      case '^':
        to += "\\(ha";
        break;
      case '~':
        to += "\\(ti";
        break;
      case '"':
        to += "\\(dq";
        break;
      default:
        to += c;
    }
  }
  if (to.starts_with('.')) to.insert(0, "\\&");
  return to;
}

// The same in lines of at most 80 bytes, where blanks allow it, with a newline at the end.
std::string roff_lines(std::string_view text) {
  constexpr std::size_t kWidth = 80;
  std::string to, line;
  while (!text.empty()) {
    const std::size_t blank = std::min(text.find(' '), text.size());
    const std::string word = roff(text.substr(0, blank));
    text.remove_prefix(std::min(blank + 1, text.size()));
    if (!line.empty() && line.size() + 1 + word.size() > kWidth) {
      to += line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return to + line + "\n";
}

std::string bold(std::string_view text) { return "\\fB" + roff(text) + "\\fR"; }
std::string italic(std::string_view text) { return "\\fI" + roff(text) + "\\fR"; }

// "verify" -> "assay-verify"
std::string page_name(std::string_view command) {
  std::string name = "assay";
  if (!command.empty()) name.append("-").append(command);
  std::replace(name.begin(), name.end(), ' ', '-');
  return name;
}

std::string head(std::string_view command, std::string_view summary) {
  std::string title = page_name(command);
  std::transform(title.begin(), title.end(), title.begin(), [](char c) { return c >= 'a' && c <= 'z' ? c - 32 : c; });
  return ".TH " + roff(title) + " 1 \"\" \"assay " + kVersion + "\" \"User Commands\"\n.SH NAME\n" +
         roff(page_name(command)) + " \\- " + roff(summary) + "\n.SH SYNOPSIS\n";
}

// The parts of what stands behind the flags in --help. See Command::footer.
struct Footer {
  std::vector<std::string> examples;  // lines
  std::string exit_status;
  std::vector<std::string> notes;  // paragraphs, or what stands behind the examples
};

std::vector<std::string_view> split(std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    if (const std::string_view part = text.substr(0, at); !part.empty()) parts.push_back(part);
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + separator.size());
  }
}

Footer read_footer(std::string_view text) {
  constexpr std::string_view kExamples = "Examples:", kExitStatus = "Exit status: ";
  Footer footer;
  for (std::string_view paragraph : split(text, "\n\n")) {
    while (paragraph.ends_with('\n')) paragraph.remove_suffix(1);
    if (paragraph.starts_with(kExitStatus)) {
      footer.exit_status = paragraph.substr(kExitStatus.size());
      continue;
    }
    std::string note;
    const bool has_examples = paragraph.starts_with(kExamples);
    for (const std::string_view line : split(has_examples ? paragraph.substr(kExamples.size()) : paragraph, "\n")) {
      if (has_examples && line.starts_with("  ")) {
        footer.examples.emplace_back(line.substr(2));
      } else {
        note += (note.empty() ? "" : "\n") + std::string(line);
      }
    }
    if (!note.empty()) footer.notes.push_back(std::move(note));
  }
  return footer;
}

std::string lines_of(std::string_view text) {
  std::string to;
  for (const std::string_view line : split(text, "\n")) to += roff_lines(line);
  return to;
}

void append_footer(std::string& to, const Footer& footer) {
  if (!footer.exit_status.empty()) to += ".SH EXIT STATUS\n" + lines_of(footer.exit_status);
  if (!footer.notes.empty()) to += ".SH NOTES\n";
  for (std::size_t i = 0; i < footer.notes.size(); ++i) {
    if (i != 0) to += ".PP\n";
    to += lines_of(footer.notes[i]);
  }
  if (footer.examples.empty()) return;
  to += ".SH EXAMPLES\n.nf\n";
  for (const std::string& line : footer.examples) to += roff(line) + "\n";
  to += ".fi\n";
}

void append_flag(std::string& to, const Flag& flag) {
  to += ".TP\n";
  if (!flag.short_name.empty()) to += bold(flag.short_name) + ", ";
  to += flag.positional() ? italic(flag.name) : bold(flag.name);
  if (!flag.placeholder.empty()) to += " " + italic(flag.placeholder);
  to += "\n" + roff_lines(flag.description());
}

std::string synopsis(const Command& command) {
  std::string to = bold(std::string("assay ") + command.name) + " [" + italic("OPTIONS") + "]";
  for (const Flag& flag : flags_of(command.name)) {
    if (!flag.positional()) continue;
    std::string word = italic(flag.name);
    if (flag.repeatable()) word += "...";
    to += flag.required ? " " + word : " [" + word + "]";
  }
  return to + "\n";
}

void append_options(std::string& to, const Command& command) {
  to += ".SH OPTIONS\n";
  std::string group;
  for (const Flag& flag : flags_of(command.name)) {
    if (flag.group != group) to += ".SS " + roff(flag.group) + "\n";
    group = flag.group;
    append_flag(to, flag);
  }
  to += ".SS Help\n.TP\n" + bold("-h") + ", " + bold("--help") + "\nshow this help\n";
}

std::string program_page() {
  std::string to = head("", "verify JSON Web Tokens in bulk");
  to += bold("assay") + " " + italic("COMMAND") + " [" + italic("OPTIONS") + "] [" + italic("ARGUMENTS") + "]\n";
  to += ".SH DESCRIPTION\n" + roff(kProgramSummary) +
        "\nEach command has a manual page of its own, such as\n.BR assay\\-verify (1).\n.SH COMMANDS\n";
  for (const Command& command : commands()) to += ".TP\n" + bold(command.name) + "\n" + roff_lines(command.summary);
  to += ".SH OPTIONS\n.TP\n" + bold("-h") + ", " + bold("--help") + "\nshow this help\n.TP\n" + bold("--version") +
        "\nshow version, OpenSSL, CPU features and backend\n";
  to += ".SH EXIT STATUS\n";
  for (const auto& [code, meaning] :
       {std::pair{"0", "all records are accepted, or the command did what it was asked to"},
        {"1", "finished, and at least one record is rejected"},
        {"2", "could not start or finish; one line on standard error says why"},
        {"130, 143", "ended by SIGINT, SIGTERM, after the records that were read"}}) {
    to += ".TP\n" + bold(code) + "\n" + roff_lines(meaning);
  }
  to += ".SH ENVIRONMENT\n";
  for (const auto& [name, meaning] :
       {std::pair{"ASSAY_BACKEND", "the backend that --backend auto takes: openssl or lanes"},
        {"ASSAY_CPU",
         "hides instructions of the CPU: portable all special ones, fma AVX-512, avx512f only IFMA and VBMI"},
        {"NO_COLOR", "inspect uses no colour if this is set"},
        {"XDG_CACHE_HOME", "bench keeps its tokens in the folder assay/bench below this one, else below ~/.cache"}}) {
    to += ".TP\n" + bold(name) + "\n" + roff_lines(meaning);
  }
  append_footer(to, read_footer(std::string(kProgramExamples) + "\n" + kProgramNotes));
  to += ".SH SEE ALSO\n";
  for (std::size_t i = 0; i < commands().size(); ++i) {
    const bool is_last = i + 1 == commands().size();
    to += ".BR " + roff(page_name(commands()[i].name)) + " (1)" + (is_last ? "" : ",") + "\n";
  }
  return to;
}

}  // namespace

std::string man_file_name(std::string_view command) { return page_name(command) + ".1"; }

std::string man_page(std::string_view name) {
  if (name.empty()) return program_page();
  const Command& command = *command_named(name);
  std::string summary = command.summary;
  if (!summary.empty() && summary[0] >= 'A' && summary[0] <= 'Z') summary[0] = static_cast<char>(summary[0] + 32);
  std::string to = head(name, summary) + synopsis(command);
  append_options(to, command);
  append_footer(to, read_footer(command.footer));
  return to + ".SH SEE ALSO\n.BR assay (1)\n";
}

Result<void> write_man_pages(const std::string& folder) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  if (failure) return Error{"cannot make the folder " + folder + ": " + failure.message()};
  std::vector<std::string> names = {""};
  for (const Command& command : commands()) names.emplace_back(command.name);
  for (const std::string& name : names) {
    Result<base::OutputFile> file = base::OutputFile::open(folder + "/" + man_file_name(name));
    if (!file) return file.error();
    if (const auto wrote = file->write(man_page(name)); !wrote) return wrote.error();
    if (Result<void> done = file->commit(); !done) return done;
  }
  return {};
}

}  // namespace assay::cli
