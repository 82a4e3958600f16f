#include "bench/numbers.h"

#include <gtest/gtest.h>

#include "bench/report.h"
#include "bench/svg.h"
#include "bench/text_table.h"

namespace assay::bench {
namespace {

TEST(Numbers, AreGroupedAndRoundedForReaders) {
  EXPECT_EQ(grouped(1234567.4), "1,234,567");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(-1234), "-1,234");
  EXPECT_EQ(three_digits(0.1234), "0.123");
  EXPECT_EQ(three_digits(1.234), "1.23");
  EXPECT_EQ(three_digits(9.996), "10.0");
  EXPECT_EQ(three_digits(99.96), "100");
  EXPECT_EQ(three_digits(1234.5), "1,234");
  EXPECT_EQ(in_percent(0.0123), "1.2 %");
  EXPECT_EQ(plus_minus(0.27), "± 27 %");
  EXPECT_EQ(short_number(1'200'000), "1.2M");
  EXPECT_EQ(short_number(350'000), "350k");
  EXPECT_EQ(short_number(1000), "1k");
  EXPECT_EQ(short_number(12), "12");
  EXPECT_EQ(short_number(1.5), "1.5");
  EXPECT_EQ(short_number(0), "0");
}

TEST(Numbers, NamesAreCutByCharacters) {
  EXPECT_EQ(shortened("ES256", 5), "ES256");
  EXPECT_EQ(shortened("access.ndjson", 6), "acces…");
  EXPECT_EQ(shortened("ääääää", 4), "äää…");
  EXPECT_EQ(width_of("± 5 µs"), 6u);
}

TEST(Middle, IsTheMedianWithHalfTheRange) {
  EXPECT_DOUBLE_EQ(middle_of({3, 1, 2}).value, 2);
  EXPECT_DOUBLE_EQ(middle_of({3, 1, 2}).spread, 0.5);
  EXPECT_DOUBLE_EQ(middle_of({1, 2, 3, 4}).value, 2.5);
  EXPECT_DOUBLE_EQ(middle_of({7}).spread, 0);
  EXPECT_DOUBLE_EQ(middle_of({}).value, 0);
}

TEST(Figures, CountCpuTimeWithOneThreadAndTheClockWithMore) {
  const std::vector<Sample> samples = {
      {.tokens = 1000, .wall_seconds = 2, .cpu_seconds = 1, .cycles = {}, .unit_seconds = 0.01}};
  EXPECT_DOUBLE_EQ(figures_of(samples, 1).per_second.value, 1000);
  EXPECT_DOUBLE_EQ(figures_of(samples, 2).per_second.value, 500);
  EXPECT_DOUBLE_EQ(figures_of(samples, 1).ratio->value, 10);
  EXPECT_FALSE(figures_of(samples, 1).cycles_per_token);
  EXPECT_DOUBLE_EQ(figures_of({}, 1).per_second.value, 0);
}

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

TEST(TextTable, PadsByCharacters) {
  TextTable table({"name", "µs"}, 1);
  table.add({"a", "1"});
  table.gap();
  table.add({"é", "12"});
  EXPECT_EQ(table.text(), "name  µs\na      1\n\né     12\n");
}

}  // namespace
}  // namespace assay::bench
