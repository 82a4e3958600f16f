#include "report/markdown.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "codec/utf.h"
#include "report/hostile.h"
#include "report/incident.h"

namespace assay::report {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return lines;
}

// What stands outside of code spans, where Markdown is obeyed. Fails the test if a span does not end on its line.
std::string outside_code(std::string_view line) {
  std::string outside;
  bool code = false;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '`' && !(i > 0 && line[i - 1] == '\\' && !code)) {
      code = !code;
    } else if (!code) {
      outside += line[i];
    }
  }
  EXPECT_FALSE(code) << line;
  return outside;
}

// Columns of a line of a table: a bar ends one everywhere, even in code.
std::size_t bars_of(std::string_view line) {
  std::size_t bars = 0;
  for (std::size_t i = 0; i < line.size(); ++i) bars += line[i] == '|' && (i == 0 || line[i - 1] != '\\') ? 1 : 0;
  return bars;
}

TEST(ReportMarkdown, LeavesHostileTextsTexts) {
  const Baseline plain_baseline{"plain", hostile_overview("other")};
  const std::string plain_text = markdown(hostile_overview("plain"), &plain_baseline);
  const std::vector<std::string_view> plain = lines_of(plain_text);
  for (const std::string& words : hostile_texts()) {
    SCOPED_TRACE(testing::PrintToString(words.substr(0, 60)));
    const Baseline baseline{words, hostile_overview("other")};
    const std::string text = markdown(hostile_overview(words), &baseline);
    EXPECT_EQ(codec::utf8_prefix(text, false), text.size());
    const std::vector<std::string_view> lines = lines_of(text);
    ASSERT_TRUE(lines.size() == plain.size()) << "the text added no line";
    for (std::size_t i = 0; i < lines.size(); ++i) {
      EXPECT_EQ(outside_code(lines[i]), outside_code(plain[i])) << "whatever differs stands in code spans";
      EXPECT_EQ(bars_of(lines[i]), bars_of(plain[i]));
    }
  }
}

TEST(ReportMarkdown, IsTablesOfOneWidth) {
  const std::string text = markdown(incident(), nullptr);
  std::size_t width = 0, tables = 0;
  for (const std::string_view line : lines_of(text)) {
    if (!line.starts_with("|")) {
      width = 0;
      continue;
    }
    tables += width == 0 ? 1 : 0;
    if (width == 0) width = bars_of(line);
    EXPECT_EQ(bars_of(line), width) << line;
  }
  EXPECT_GT(tables, 12u);
}

TEST(ReportMarkdown, HasTablesInPlaceOfCharts) {
  const std::string text = markdown(incident(), nullptr);
  EXPECT_THAT(text, HasSubstr("| day (UTC) | rejected, answered as good | rejected, not | accepted |\n| --- | ---: | "
                              "---: | ---: |\n| 2026-11-24 |"));
  EXPECT_THAT(text, Not(HasSubstr("<")));
}

TEST(ReportMarkdown, BeginsWithWhatHappened) {
  EXPECT_TRUE(markdown(incident(), nullptr)
                  .starts_with("# 1,361 requests with tokens that were not valid were answered as good.\n"));
}

}  // namespace
}  // namespace assay::report
