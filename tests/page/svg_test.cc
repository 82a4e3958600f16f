#include "page/svg.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay::page {
namespace {

using testing::HasSubstr;

TEST(Ticks, AreRoundAndReachTheLargest) {
  EXPECT_EQ(round_ticks(97, 5), (std::vector<double>{0, 20, 40, 60, 80, 100}));
  EXPECT_EQ(round_ticks(1, 4), (std::vector<double>{0, 0.5, 1}));
  EXPECT_EQ(round_ticks(0, 4), (std::vector<double>{0, 1}));
  for (const double most : {0.003, 1.9, 64.0, 859'325.0, 2.6e6}) {
    const std::vector<double> ticks = round_ticks(most, 5);
    EXPECT_GE(ticks.back(), most * 0.999);
    EXPECT_LE(ticks.size(), 6u);
  }
}

TEST(Svg, EscapesTextAndTitle) {
  Svg svg(100, 50, "a<b");
  svg.text(1, 2, Anchor::end, "soft", "c&d");
  const std::string text = svg.finish().html();
  EXPECT_THAT(text, HasSubstr("<title>a&lt;b</title>"));
  EXPECT_THAT(text, HasSubstr("text-anchor=\"end\" class=\"soft\">c&amp;d</text>"));
}

}  // namespace
}  // namespace assay::page
