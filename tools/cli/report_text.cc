#include "report_text.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "console.h"
#include "page/numbers.h"
#include "report/findings.h"
#include "wrapping.h"

namespace assay::cli {

namespace {

constexpr std::size_t kWidth = 100;

void append_reasons(std::string& to, const tally::Overview& overview) {
  std::vector<tally::ReasonRow> rows = overview.reasons;
  std::stable_sort(rows.begin(), rows.end(), [](const tally::ReasonRow& a, const tally::ReasonRow& b) {
    return std::pair(a.served, a.decided) > std::pair(b.served, b.decided);
  });
  if (rows.empty()) return;
  const auto padded = [](const std::string& text, std::size_t width) {
    return std::string(width - std::min(width, text.size()), ' ') + text;
  };
  to += "\n  reason                        uses  answered as good\n";
  for (const tally::ReasonRow& row : rows) {
    std::string name(to_string(row.reason));
    name.resize(std::max<std::size_t>(name.size(), 24), ' ');
    to += "  " + name + padded(report::number(row.decided), 10) + padded(report::number(row.served), 18) + "\n";
  }
}

}  // namespace

std::string report_text(const report::Content& content, const tally::Overview& overview) {
  std::string text;
  append_wrapped(text, "", content.headline.sentence + ".", kWidth);
  append_wrapped(text, "", safe(content.headline.how_sure.plain()), kWidth);
  if (!content.findings.empty()) text += "\n";
  for (const report::Finding& finding : content.findings) {
    std::string head(report::to_string(finding.severity));
    head.resize(14, ' ');
    std::string words = safe(finding.what.plain());
    if (!finding.action.empty() && finding.severity != report::Severity::good_to_know)
      words += " " + safe(finding.action.plain());
    append_wrapped(text, head, words, kWidth);
  }
  append_reasons(text, overview);
  return text;
}

}  // namespace assay::cli
