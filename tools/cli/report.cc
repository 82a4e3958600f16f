// assay report: adds up the summaries of several runs or machines, and draws them for people.
#include <cstdio>
#include <optional>
#include <string>
#include <utility>

#include "base/output_file.h"
#include "command.h"
#include "console.h"
#include "report/baseline.h"
#include "report/compose.h"
#include "report/html.h"
#include "report/markdown.h"
#include "report_text.h"
#include "signals.h"
#include "summary_files.h"
#include "tally/summary.h"

namespace assay::cli {

namespace {

constexpr const char* kExamples =
    R"(Examples:
  assay report audit.json
  assay report audit.json -o audit.html
  assay report web-1.json web-2.json web-3.json -o audit.html --baseline before.json
  assay report web-*.json -o all.json

verify and audit write a SUMMARY with --summary, and draw their own with --report.
Exit status: 0 written, 2 could not read or write.
)";

Result<std::optional<report::Baseline>> read_baseline(const std::string& path) {
  std::optional<report::Baseline> baseline;
  if (path.empty()) return baseline;
  const Result<tally::Summary> summary = read_summary_file(path);
  if (!summary) return Error{"--baseline " + summary.error().message};
  baseline = report::Baseline{path, tally::overview(*summary)};
  return baseline;
}

// An output that replaced what it is made of would count it twice the next time.
Result<void> check_output(const ReportArguments& flags) {
  const auto place = base::OutputFile::place_of(flags.output);
  const auto check = [&](const std::string& input) -> Result<void> {
    if (!place || input == "-" || base::OutputFile::place_of(input) != place) return {};
    return Error{"-o " + flags.output + " and " + input + " are one file; write elsewhere"};
  };
  for (const std::string& input : flags.summaries) {
    if (Result<void> ok = check(input); !ok) return ok;
  }
  return flags.baseline.empty() ? Result<void>() : check(flags.baseline);
}

std::string document(const std::string& path, const tally::Summary& summary, const report::Baseline* baseline) {
  if (path.ends_with(".json")) return tally::summary_json(summary);
  const tally::Overview overview = tally::overview(summary);
  return path.ends_with(".md") ? report::markdown(overview, baseline) : report::html(overview, baseline);
}

Result<void> write(const std::string& path, const std::string& text) {
  Result<base::OutputFile> file = base::OutputFile::open(path);
  if (!file) return file.error();
  const Result<base::OutputFile::Outcome> wrote = file->write(text);
  if (!wrote) return wrote.error();
  // A reader that closed the pipe has read enough.
  return *wrote == base::OutputFile::Outcome::closed ? Result<void>() : file->commit();
}

int run(Arguments& arguments) {
  const ReportArguments& flags = arguments.report;
  signals();  // ignores SIGPIPE from here on, so that a closed pipe is an outcome of write
  if (!flags.output.empty()) {
    if (Result<void> ok = check_output(flags); !ok) return fail("report", ok.error());
  }
  if (flags.output.ends_with(".json") && !flags.baseline.empty())
    return fail("report", "--baseline compares in a page or a text; leave it out with -o NAME.json");
  const Result<MergedSummaries> merged = merge_summary_files(flags.summaries);
  if (!merged) return fail("report", merged.error());
  for (const std::string& remark : merged->notes) note(remark);
  const Result<std::optional<report::Baseline>> baseline = read_baseline(flags.baseline);
  if (!baseline) return fail("report", baseline.error());
  const report::Baseline* compared = *baseline ? &**baseline : nullptr;
  std::string text;
  if (flags.output.empty()) {
    const tally::Overview overview = tally::overview(merged->summary);
    text = report_text(report::content_of(overview, compared), overview);
  } else {
    text = document(flags.output, merged->summary, compared);
  }
  if (Result<void> written = write(flags.output, text); !written) return fail("report", written.error());
  return 0;
}

}  // namespace

Command report_command() {
  return {.name = "report",
          .summary = "Add up the summaries of several runs, and draw them as one page",
          .footer = kExamples,
          .run = run};
}

}  // namespace assay::cli
