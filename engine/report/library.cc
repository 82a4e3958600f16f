// assay/report.h over JSON texts.
#include <optional>
#include <utility>

#include "assay/report.h"
#include "report/html.h"
#include "report/markdown.h"
#include "tally/summary.h"

namespace assay {
namespace {

using Draw = std::string (*)(const tally::Overview& overview, const report::Baseline* baseline);

Result<std::string> draw(const SummaryDocument& document, const SummaryDocument* baseline, Draw form) {
  const Result<tally::Summary> summary = tally::read_summary(document.json, document.name);
  if (!summary) return summary.error();
  std::optional<report::Baseline> before;
  if (baseline != nullptr) {
    const Result<tally::Summary> read = tally::read_summary(baseline->json, baseline->name);
    if (!read) return read.error();
    before = report::Baseline{std::string(baseline->name), tally::overview(*read)};
  }
  return form(tally::overview(*summary), before ? &*before : nullptr);
}

}  // namespace

Result<std::string> merge_summaries(std::span<const SummaryDocument> documents) {
  if (documents.empty()) return Error{"no summary is given; give at least one", "summaries"};
  tally::Summary all;
  for (const SummaryDocument& document : documents) {
    Result<tally::Summary> summary = tally::read_summary(document.json, document.name);
    if (!summary) return summary.error();
    if (&document == &documents.front()) {
      all = std::move(*summary);
    } else {
      tally::merge(all, *summary);
    }
  }
  return tally::summary_json(all);
}

Result<std::string> report_html(const SummaryDocument& summary, const SummaryDocument* baseline) {
  return draw(summary, baseline, report::html);
}

Result<std::string> report_markdown(const SummaryDocument& summary, const SummaryDocument* baseline) {
  return draw(summary, baseline, report::markdown);
}

}  // namespace assay
