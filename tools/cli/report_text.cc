#include "report_text.h"

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "console.h"
#include "page/numbers.h"
#include "report/findings.h"

namespace assay::cli {

namespace {

constexpr std::size_t kWidth = 100;

// Appends the words of `text` in lines, the first behind `head`, the others as far in as `head` is wide.
void append_wrapped(std::string& to, const std::string& head, const std::string& text) {
  const std::string indent(page::width_of(head), ' ');
  std::string line = head;
  std::size_t words = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = text.substr(at, end - at);
    at = end + 1;
    if (words > 0 && page::width_of(line) + 1 + page::width_of(word) > kWidth) {
      to += line + "\n";
      line = indent;
      words = 0;
    }
    line += (words++ > 0 ? " " : "") + word;
  }
  to += line + "\n";
}

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
  append_wrapped(text, "", content.headline.sentence + ".");
  append_wrapped(text, "", safe(content.headline.how_sure.plain()));
  if (!content.findings.empty()) text += "\n";
  for (const report::Finding& finding : content.findings) {
    std::string head(report::to_string(finding.severity));
    head.resize(14, ' ');
    std::string words = safe(finding.what.plain());
    if (!finding.action.empty() && finding.severity != report::Severity::good_to_know)
      words += " " + safe(finding.action.plain());
    append_wrapped(text, head, words);
  }
  append_reasons(text, overview);
  return text;
}

}  // namespace assay::cli
