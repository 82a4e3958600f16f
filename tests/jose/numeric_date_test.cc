#include "jose/numeric_date.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>

#include "support/random.h"

namespace assay::jose {
namespace {

std::strong_ordering against(std::string_view number, Instant at, std::int64_t add = 0) {
  return compare(parse_numeric_date(number), add, at);
}
constexpr auto kLess = std::strong_ordering::less;
constexpr auto kEqual = std::strong_ordering::equal;
constexpr auto kGreater = std::strong_ordering::greater;

TEST(NumericDate, ReadsAllFormsOfANumber) {
  EXPECT_EQ(against("1790000000", {1790000000, 0}), kEqual);
  EXPECT_EQ(against("1.79e9", {1790000000, 0}), kEqual);
  EXPECT_EQ(against("179000000000E-2", {1790000000, 0}), kEqual);
  EXPECT_EQ(against("0.0", {0, 0}), kEqual);
  EXPECT_EQ(against("-0", {0, 0}), kEqual);
  EXPECT_EQ(against("0e999999999999999999999", {0, 0}), kEqual);
  EXPECT_EQ(against("1790000000.5", {1790000000, 500000000}), kEqual);
}

TEST(NumericDate, ReadsDigitsAloneAsItReadsThemBeforeAPoint) {
  auto random = test::StructuredRandom::announced("NumericDate.ReadsDigitsAloneAsItReadsThemBeforeAPoint");
  for (std::size_t size = 1; size <= 20; ++size) {
    for (int round = 0; round < 200; ++round) {
      const std::string digits = random.text(size, random.one_in(2) ? "0123456789" : "09");
      const NumericDate plain = parse_numeric_date(digits), pointed = parse_numeric_date(digits + ".0");
      ASSERT_EQ(plain.seconds, pointed.seconds) << digits;
      ASSERT_EQ(plain.saturated, pointed.saturated) << digits;
      ASSERT_EQ(plain.nanoseconds, 0u) << digits;
      // A point anywhere among them is seen.
      std::string halves = digits;
      halves.insert(random.below(std::min<std::size_t>(size, 18)) + 1, ".5");
      ASSERT_NE(parse_numeric_date(halves).nanoseconds, 0u) << halves;
    }
  }
}

TEST(NumericDate, FloorsNegativeNumbers) {
  const NumericDate half = parse_numeric_date("-0.5");
  EXPECT_EQ(half.seconds, -1);
  EXPECT_EQ(half.nanoseconds, 500000000u);
  const NumericDate tiny = parse_numeric_date("-1e-12");
  EXPECT_EQ(tiny.seconds, -1);
  EXPECT_EQ(tiny.nanoseconds, 999999999u);
  EXPECT_TRUE(tiny.beyond_nanoseconds);
}

TEST(NumericDate, ComparesWhatADoubleCannotTellApart) {
  EXPECT_EQ(against("1800000000.0000000000000001", {1800000000, 0}), kGreater);
  EXPECT_EQ(against("1799999999.9999999999999999", {1800000000, 0}), kLess);
}

TEST(NumericDate, SaturatesBeyond64Bits) {
  const std::int64_t max = std::numeric_limits<std::int64_t>::max();
  EXPECT_FALSE(parse_numeric_date("9223372036854775807").saturated);
  EXPECT_TRUE(parse_numeric_date("9223372036854775808").saturated);
  EXPECT_FALSE(parse_numeric_date("-9223372036854775808").saturated);
  EXPECT_TRUE(parse_numeric_date("-9223372036854775808.1").saturated);
  EXPECT_EQ(against("1e400", {max, 0}), kGreater);
  EXPECT_EQ(against("-1e400", {std::numeric_limits<std::int64_t>::min(), 0}), kLess);
  EXPECT_EQ(against("1e99999999999999999999", {max, 0}), kGreater);
  EXPECT_EQ(against("1e-99999999999999999999", {0, 0}), kGreater);
  EXPECT_EQ(against(std::string(5000, '9'), {max, 0}), kGreater);
}

TEST(NumericDate, MovesWithoutOverflow) {
  EXPECT_EQ(against("100", {110, 0}, 10), kEqual);
  EXPECT_EQ(against("9223372036854775807", {std::numeric_limits<std::int64_t>::max(), 0}, 10), kGreater);
}

}  // namespace
}  // namespace assay::jose
