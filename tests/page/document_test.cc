#include "page/document.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "page/chart.h"
#include "page/markup_checks.h"
#include "page/table.h"

namespace assay::page {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kHostile = "</style><script>alert('1')</script>\"&";

// A page of all parts, each of which shows `words`.
std::string page_of(const std::string& words) {
  HtmlTable table({words, words}, 1);
  table.add({words, words});
  const BarChart bars{.title = words, .series = {words}, .groups = {{words, {{words, 2, words}}}}};
  const LineChart lines{.name = words, .title = words, .lines = {{words, {{1, 2}, {4, 3}}}}, .unit = words};
  const ShareChart shares{.title = words, .sum_name = words, .bars = {{words, {1, 2}, words}}};
  const Markup body = section(words, text(words),
                              legend({{words, words}}) + framed(bar_chart(bars)) +
                                  side_by_side({line_chart(lines), line_chart(lines)}) + framed(share_chart(shares))) +
                      heading(words) + lead_paragraph(text(words)) + table.html() +
                      definitions({{words, code(words)}}) + bullets({words, words});
  return document({.title = words, .heading = words, .lead = text(words), .body = body});
}

TEST(Document, IsWellFormedAndFetchesNothing) {
  const std::string page = page_of("words");
  expect_balanced(page);
  for (const char* part : {"<script", "<link", "<img", "@import", "url("}) EXPECT_THAT(page, Not(HasSubstr(part)));
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme: dark"));
  EXPECT_THAT(page, HasSubstr("@media print"));
}

TEST(Document, ForbidsScriptsAndFetchesBeforeAnyContent) {
  const std::string page = page_of("words");
  const std::size_t policy = page.find("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; ");
  ASSERT_NE(policy, std::string::npos);
  EXPECT_LT(policy, page.find("words"));
}

TEST(Document, EscapesEveryPart) {
  const std::string page = page_of(kHostile);
  expect_balanced(page);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_EQ(page.find("</style>"), page.rfind("</style>")) << "the style is ended once";
  EXPECT_THAT(page, HasSubstr("<title>" + text(kHostile).html() + "</title>"));
  EXPECT_THAT(page, HasSubstr("<dd><code>" + text(kHostile).html() + "</code></dd>"));
}

TEST(HtmlTable, PutsNamesToTheLeftAndALineAboveARow) {
  HtmlTable table({"name", "count"}, 1);
  table.add({"a", "1"});
  table.gap();
  table.add({"b", "2"});
  EXPECT_EQ(table.html().html(),
            "<div class=\"wide\"><table>\n"
            "<thead><tr><th class=\"left\">name</th><th>count</th></tr></thead>\n<tbody>\n"
            "<tr><td class=\"left\">a</td><td>1</td></tr>\n"
            "<tr class=\"first\"><td class=\"left\">b</td><td>2</td></tr>\n"
            "</tbody></table></div>\n");
}

}  // namespace
}  // namespace assay::page
