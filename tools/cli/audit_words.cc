#include "audit_words.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <utility>

#include "assay/reason.h"
#include "console.h"
#include "flags.h"
#include "run_words.h"

namespace assay::cli {

namespace {

constexpr std::size_t kShown = 3;  // names of a list

// "a.log, b.log, c.log and 2 others"
std::string few(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) text += (i == 0 ? "" : ", ") + safe(names[i]);
  if (names.size() > kShown) text += " and " + with_commas(names.size() - kShown) + " others";
  return text;
}

std::uint64_t count_of(const StreamResult& run, Reason reason) {
  for (const auto& [name, count] : run.by_reason) {
    if (name == to_string(reason)) return count;
  }
  return 0;
}

std::string counted(std::uint64_t count, const char* one, const char* several) {
  return with_commas(count) + " " + (count == 1 ? one : several);
}

// Says that the inputs held no text, and what to do.
std::string nothing_read(const std::vector<std::string>& inputs) {
  if (inputs.empty() || inputs == std::vector<std::string>{"-"})
    return "  nothing was read: standard input is empty; name the logs, or pipe them in\n";
  return "  nothing was read: there is no text in " + few(inputs) + "; name the files or folders that hold the logs\n";
}

}  // namespace

std::string audit_text(const AuditResult& result, const StreamOptions& stream) {
  std::string text = "assay: searched " + counted(result.lines, "line", "lines") + " of " +
                     counted(result.files, "file", "files") + "\n" + summary_text(result.run, "token");
  if (const std::uint64_t redacted = count_of(result.run, Reason::token_redacted); redacted != 0) {
    text += "  " + counted(redacted, "token was", "tokens were") +
            " masked before logging: nothing else can be said of " + (redacted == 1 ? "it" : "them") + "\n";
  }
  if (const std::uint64_t untimed = count_of(result.run, Reason::missing_time); untimed != 0) {
    text += "  " + counted(untimed, "token was", "tokens were") +
            " not judged for want of a time; see how the files are read: assay audit --explain-input\n";
  }
  if (result.other_credentials != 0) {
    text += "  other credentials seen (Basic, opaque bearer tokens): " + with_commas(result.other_credentials) + "\n";
  }
  if (result.repeated_hours != 0) {
    text += "  in the hour that the end of daylight saving repeats: " +
            counted(result.repeated_hours, "token, judged", "tokens, judged") + " at the first of the two times\n";
  }
  if (!result.without_tokens.empty()) text += "  no token in " + few(result.without_tokens) + "\n";
  if (result.files == 0 && result.run.stopped_by == 0 && result.run.faults.empty()) text += nothing_read(stream.inputs);
  if (result.run.rejected != 0 && stream.format == OutputFormat::none && stream.summary.empty())
    text += "  only counted; to see each one: -o findings.ndjson\n";
  if (!result.without_times.empty()) text += "  no times in " + few(result.without_times) + "\n";
  return text;
}

std::string explanation_text(const std::vector<LogExplanation>& explanations) {
  std::string text;
  const auto add = [&text](const char* name, const std::string& value) {
    if (value.empty()) return;
    text += std::string("  ") + name + std::string(13 - std::string_view(name).size(), ' ') + safe(value) + "\n";
  };
  for (const LogExplanation& file : explanations) {
    text += safe(file.input == "-" ? "standard input" : file.input) + "\n";
    add("compression", file.compression);
    add("format", file.format);
    if (file.lines != 0) {
      add("time", file.time_place.empty() ? "none found; tell it with --time-field or --time-format"
                                          : file.time_place + ", such as " + file.time_form);
    }
    add("read as", file.time_read);
    add("zone", file.zone);
    add("year", file.year);
    if (file.lines != 0) {
      add("understood", with_commas(file.understood) + " of the first " + counted(file.lines, "line", "lines"));
      add("tokens", file.tokens.empty() ? "none in these lines" : file.tokens);
    }
    if (file.need) add("needs", message_of("audit", *file.need));
    add("fault", file.fault);
  }
  return text;
}

}  // namespace assay::cli
