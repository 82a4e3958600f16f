#include "page/time_chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <regex>
#include <string>
#include <vector>

#include "page/markup_checks.h"
#include "page/svg.h"
#include "page/time_axis.h"

namespace assay::page {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kDay = 86'400, kNovember26 = 1'795'651'200;  // 2026-11-26T00:00:00Z

std::vector<std::string> labels(std::int64_t from, std::int64_t to, int most = 8) {
  std::vector<std::string> labels;
  for (const TimeAxis::Tick& tick : TimeAxis({from, 0}, {to, 0}, 0, 100).ticks(most)) labels.push_back(tick.label);
  return labels;
}

TEST(TimeAxis, HasMarksAtRoundTimesInUtc) {
  EXPECT_THAT(labels(kNovember26 + 100, kNovember26 + 100 + kDay / 2), ElementsAre("03:00", "06:00", "09:00", "12:00"));
  EXPECT_THAT(labels(kNovember26, kNovember26 + 2 * kDay),
              ElementsAre("26 Nov", "06:00", "12:00", "18:00", "27 Nov", "06:00", "12:00", "18:00", "28 Nov"));
  EXPECT_THAT(labels(kNovember26, kNovember26 + 12), ElementsAre("26 Nov", "00:00:05", "00:00:10"));
  EXPECT_THAT(labels(kNovember26, kNovember26 + 400 * kDay),
              ElementsAre("Jan 2027", "Apr 2027", "Jul 2027", "Oct 2027"));
}

TEST(TimeAxis, NeverHasManyMarks) {
  for (std::int64_t span = 1; span < std::int64_t{1} << 50; span = span * 5 / 3 + 1)
    EXPECT_LE(labels(kNovember26, kNovember26 + span).size(), 9u) << span;
  constexpr std::int64_t kFar = std::numeric_limits<std::int64_t>::max();
  EXPECT_LE(labels(-kFar, kFar).size(), 9u);
  EXPECT_LE(labels(kFar, -kFar).size(), 9u);
}

TEST(TimeAxis, PlacesMomentsBetweenItsEdges) {
  const TimeAxis axis({100, 0}, {200, 0}, 10, 110);
  EXPECT_DOUBLE_EQ(axis.place({150, 0}), 60);
  EXPECT_DOUBLE_EQ(axis.place({150, 500'000'000}), 60.5);
  EXPECT_DOUBLE_EQ(axis.place({0, 0}), 10);
  EXPECT_DOUBLE_EQ(axis.place({999, 0}), 110);
  EXPECT_TRUE(axis.holds({200, 0}));
  EXPECT_FALSE(axis.holds({201, 0}));
}

TimeBars two_hours() {
  TimeBars chart;
  chart.title = "title";
  chart.from = {kNovember26, 0};
  chart.to = {kNovember26 + 7200, 0};
  chart.series = {"served", "good"};
  chart.bars = {{{kNovember26, 0}, {10, 30}}, {{kNovember26 + 3600, 0}, {0, 20}}};
  return chart;
}

// The heights of the rectangles of a class.
std::vector<double> heights(const std::string& svg, const std::string& series) {
  const std::regex rect("height=\"([0-9.]+)\" class=\"" + series + "\"");
  std::vector<double> found;
  for (std::sregex_iterator it(svg.begin(), svg.end(), rect), end; it != end; ++it)
    found.push_back(std::stod((*it)[1]));
  return found;
}

TEST(TimeBars, StackThePartsInProportion) {
  const std::string svg = time_bars(two_hours()).html();
  expect_balanced(svg);
  const std::vector<double> good = heights(svg, "good"), served = heights(svg, "served");
  ASSERT_EQ(good.size(), 2u);
  ASSERT_EQ(served.size(), 1u) << "an empty part is not drawn";
  EXPECT_NEAR(good[0], 3 * served[0], 0.2);
  EXPECT_NEAR(good[1], 2 * served[0], 0.2);
}

TEST(TimeBars, HatchWhatMustBeSeenWithoutColour) {
  EXPECT_THAT(time_bars(two_hours()).html(), HasSubstr("class=\"hatch\""));
  TimeBars chart = two_hours();
  chart.series = {"refused", "good"};
  EXPECT_THAT(time_bars(chart).html(), Not(HasSubstr("class=\"hatch\"")));
}

TEST(TimeBars, ShowWindowsBehindTheBarsAndLabelsAsText) {
  TimeBars chart = two_hours();
  chart.bands = {{{kNovember26 + 3600, 0}, chart.to, "compromised"}};
  chart.marks = {{{kNovember26 + 3600, 0}, "compromised", "<k1> compromised"}};
  const std::string svg = time_bars(chart).html();
  expect_balanced(svg);
  EXPECT_LT(svg.find("class=\"band compromised\""), svg.find("class=\"good\""));
  EXPECT_THAT(svg, HasSubstr("&lt;k1&gt; compromised</text>"));
  expect_balanced(time_bars(TimeBars()).html());
}

TEST(TimeRows, DrawPiecesAndOnlyMarksWithinTheAxis) {
  TimeRows chart{"title", {0, 0}, {1000, 0}, {}};
  chart.rows.push_back({"k<1>",
                        {{{0, 0}, {500, 0}, "good"}, {{500, 0}, {1000, 0}, "gap"}},
                        {{{700, 0}, "retired", "retired"}, {{2000, 0}, "border", "later"}},
                        "1,234"});
  const std::string svg = time_rows(chart).html();
  expect_balanced(svg);
  for (const char* part : {"k&lt;1&gt;</text>", "class=\"good\"", "class=\"gap\"", "class=\"hatch\"",
                           "class=\"mark retired\"", "1,234</text>"})
    EXPECT_THAT(svg, HasSubstr(part));
  EXPECT_THAT(svg, Not(HasSubstr("later")));
  expect_balanced(time_rows(TimeRows()).html());
}

TEST(Hatch, StaysWithinItsRectangle) {
  Svg svg(100, 100, "title");
  svg.hatch(10, 20, 30, 8, "hatch");
  const std::string text = svg.finish().html();
  const std::regex point("[ML]([0-9.]+) ([0-9.]+)");
  int points = 0;
  const std::string path = text.substr(text.find("<path"));
  for (std::sregex_iterator it(path.begin(), path.end(), point), end; it != end; ++it, ++points) {
    EXPECT_GE(std::stod((*it)[1]), 10);
    EXPECT_LE(std::stod((*it)[1]), 40);
    EXPECT_GE(std::stod((*it)[2]), 20);
    EXPECT_LE(std::stod((*it)[2]), 28);
  }
  EXPECT_GE(points, 10);
}

}  // namespace
}  // namespace assay::page
