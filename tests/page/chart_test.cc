#include "page/chart.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>
#include <string>
#include <vector>

namespace assay::page {
namespace {

using testing::HasSubstr;
using testing::Not;

// An attribute of every <tag>, in the order of the drawing.
std::vector<double> numbers_of(const Markup& drawing, const std::string& tag, const std::string& attribute) {
  const std::regex wanted("<" + tag + "[^>]* " + attribute + "=\"([-0-9.]+)\"");
  const std::string& html = drawing.html();
  std::vector<double> numbers;
  for (std::sregex_iterator it(html.begin(), html.end(), wanted), end; it != end; ++it)
    numbers.push_back(std::stod((*it)[1]));
  return numbers;
}

TEST(BarChart, DrawsBarsInProportion) {
  const Markup drawing = bar_chart({.title = "speed",
                                    .series = {"lanes", "openssl"},
                                    .groups = {{"ES256", {{"openssl", 100, "100/s"}, {"lanes", 400, "400/s"}}}}});
  const std::vector<double> widths = numbers_of(drawing, "rect", "width");
  ASSERT_EQ(widths.size(), 2u);
  EXPECT_NEAR(widths[0], 4 * widths[1], 0.3) << "the series' order decides, not the bars'";
  EXPECT_THAT(drawing.html(), HasSubstr(">400/s</text>"));
}

TEST(BarChart, GoesByPowersOfTenIfItIsLogarithmic) {
  const BarChart chart = {
      .title = "",
      .series = {"lanes"},
      .groups = {{"a", {{"lanes", 2000, ""}}}, {"b", {{"lanes", 20'000, ""}}}, {"c", {{"lanes", 2e6, ""}}}},
      .logarithmic = true};
  const Markup drawing = bar_chart(chart);
  const std::vector<double> widths = numbers_of(drawing, "rect", "width");
  ASSERT_EQ(widths.size(), 3u);
  EXPECT_NEAR(widths[2] - widths[1], 2 * (widths[1] - widths[0]), 0.3);
  for (const char* tick : {">1k<", ">10k<", ">100k<", ">1M<", ">10M<"}) EXPECT_THAT(drawing.html(), HasSubstr(tick));
}

TEST(BarChart, LogarithmicDrawsNothingFromNothing) {
  const Markup drawing =
      bar_chart({.title = "", .series = {"lanes"}, .groups = {{"a", {{"lanes", 0, ""}}}}, .logarithmic = true});
  EXPECT_EQ(numbers_of(drawing, "rect", "width"), std::vector<double>{1});
}

TEST(BarChart, KeepsThePlaceOfAMissingBar) {
  const auto chart = [](std::vector<BarChart::Bar> bars) {
    return bar_chart({.title = "", .series = {"lanes", "openssl"}, .groups = {{"ES256", std::move(bars)}}});
  };
  EXPECT_EQ(numbers_of(chart({{"openssl", 1, ""}}), "rect", "y").front(),
            numbers_of(chart({{"lanes", 1, ""}, {"openssl", 1, ""}}), "rect", "y").back());
}

TEST(LineChart, PlacesXByItsLogarithm) {
  const Markup drawing =
      line_chart({.name = "ES256", .title = "speed", .lines = {{"lanes", {{1, 5}, {10, 5}, {100, 5}}}}});
  const std::vector<double> xs = numbers_of(drawing, "circle", "cx");
  ASSERT_EQ(xs.size(), 3u);
  EXPECT_NEAR(xs[1] - xs[0], xs[2] - xs[1], 0.2);
  EXPECT_THAT(drawing.html(), Not(HasSubstr("class=\"ideal\"")));
}

TEST(LineChart, ProportionalLineRisesAsXDoes) {
  const Markup drawing =
      line_chart({.name = "", .title = "", .lines = {{"lanes", {{2, 1}, {4, 2}}}}, .proportional = true, .unit = "×"});
  const std::string& html = drawing.html();
  // The measured line lies on the dashed one.
  const std::size_t ideal = html.find("<polyline"), measured = html.find("<polyline", ideal + 1);
  ASSERT_NE(measured, std::string::npos);
  const auto points = [&](std::size_t at) { return html.substr(at, html.find("\" class", at) - at); };
  EXPECT_EQ(points(ideal), points(measured));
  EXPECT_THAT(html, HasSubstr("2.00×"));
}

TEST(LineChart, LabelsOfLinesThatEndTogetherDoNotOverlap) {
  const Markup drawing =
      line_chart({.name = "", .title = "", .lines = {{"lanes", {{1, 1}, {2, 50}}}, {"openssl", {{1, 1}, {2, 50.5}}}}});
  const std::vector<double> ys = numbers_of(drawing, "text", "y");
  ASSERT_GE(ys.size(), 2u);
  EXPECT_GE(std::abs(ys[ys.size() - 1] - ys[ys.size() - 2]), 12.9);
}

TEST(ShareChart, DividesEachBarByItsOwnSum) {
  const Markup drawing = share_chart(
      {.title = "", .sum_name = "ns", .bars = {{"a", {1, 3}, "4"}, {"b", {100, 300}, "400"}, {"none", {0, 0}, "0"}}});
  const std::vector<double> widths = numbers_of(drawing, "rect", "width");
  ASSERT_EQ(widths.size(), 4u) << "a bar without a sum has no parts";
  EXPECT_NEAR(widths[1], 3 * widths[0], 0.3);
  EXPECT_NEAR(widths[2], widths[0], 0.1);
  EXPECT_THAT(drawing.html(), HasSubstr(">75 %</text>"));
}

TEST(Legend, NamesEachSeries) {
  EXPECT_EQ(legend({{"s0", "read"}, {"dashed", "a<b"}}).html(),
            "<ul class=\"legend\"><li><i class=\"s0\"></i>read</li>"
            "<li><i class=\"dashed\"></i>a&lt;b</li></ul>\n");
}

}  // namespace
}  // namespace assay::page
