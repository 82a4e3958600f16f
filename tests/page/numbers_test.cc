#include "page/numbers.h"

#include <gtest/gtest.h>

namespace assay::page {
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

}  // namespace
}  // namespace assay::page
