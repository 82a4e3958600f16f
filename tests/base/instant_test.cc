#include "assay/instant.h"

#include <gtest/gtest.h>

namespace assay {
namespace {

TEST(Rfc3339, ReadsDateTimesWithEveryOffsetAndFraction) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z"), (Instant{0, 0}));
  EXPECT_EQ(parse_rfc3339("2026-11-23T09:51:01.5+01:00"), (Instant{1795423861, 500000000}));
  EXPECT_EQ(parse_rfc3339("2026-11-23 08:51:01z"), (Instant{1795423861, 0}));
  EXPECT_EQ(parse_rfc3339("2026-11-23t03:21:01.1234567899-05:30"), (Instant{1795423861, 123456789}));
  EXPECT_EQ(parse_rfc3339("1969-12-31T23:59:59.25Z"), (Instant{-1, 250000000}));
  EXPECT_EQ(parse_rfc3339("2000-02-29T00:00:00Z"), (Instant{951782400, 0}));
  EXPECT_EQ(parse_rfc3339("0000-01-01T00:00:00Z"), (Instant{-62167219200, 0}));
}

TEST(Rfc3339, TakesALeapSecondAtTheEndOfAUtcDayAlone) {
  EXPECT_EQ(parse_rfc3339("1990-12-31T23:59:60Z"), parse_rfc3339("1991-01-01T00:00:00Z"));
  EXPECT_EQ(parse_rfc3339("1990-12-31T15:59:60-08:00"), parse_rfc3339("1991-01-01T00:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("1990-12-31T22:59:60Z"));
}

TEST(Rfc3339, RejectsEverythingElse) {
  for (const char* text :
       {"", "2026-11-23", "2026-11-23T09:51:01", "2026-11-23T09:51Z", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z", "2026-01-01T00:00:61Z", "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00+0100",
        "2026-01-01T00:00:00+24:00", "2026-01-01T00:00:00Z ", " 2026-01-01T00:00:00Z", "26-01-01T00:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

TEST(UnixSeconds, ReadsDecimalNumbersDownToNanoseconds) {
  EXPECT_EQ(parse_unix_seconds("1790000000"), (Instant{1790000000, 0}));
  EXPECT_EQ(parse_unix_seconds("1790000000.25"), (Instant{1790000000, 250000000}));
  EXPECT_EQ(parse_unix_seconds("0.0000000019"), (Instant{0, 1}));
  EXPECT_EQ(parse_unix_seconds("-1.5"), (Instant{-2, 500000000}));
  EXPECT_EQ(parse_unix_seconds("9223372036854775807"), (Instant{9223372036854775807, 0}));
  for (const char* text : {"", "-", ".5", "1.", "1e9", "+1", " 1", "1 ", "0x1", "9223372036854775808", "now"}) {
    EXPECT_FALSE(parse_unix_seconds(text)) << text;
  }
}

TEST(UnixByMagnitude, TellsUnitsApart) {
  const Instant at{1790000000, 250000000};
  EXPECT_EQ(parse_unix_by_magnitude("1790000000.25"), at);
  EXPECT_EQ(parse_unix_by_magnitude("1790000000250"), at);
  EXPECT_EQ(parse_unix_by_magnitude("1790000000250000"), at);
  EXPECT_EQ(parse_unix_by_magnitude("1790000000250000000"), at);
  EXPECT_EQ(parse_unix_by_magnitude("1790000000249.5"), (Instant{1790000000, 249500000}));
  EXPECT_EQ(parse_unix_by_magnitude("99999999999"), (Instant{99999999999, 0}));
  EXPECT_EQ(parse_unix_by_magnitude("100000000000"), (Instant{100000000, 0}));
  EXPECT_FALSE(parse_unix_by_magnitude("soon"));
}

TEST(ToRfc3339, IsReadBackAsTheSameInstant) {
  EXPECT_EQ(to_rfc3339({1795423861, 0}), "2026-11-23T08:51:01Z");
  EXPECT_EQ(to_rfc3339({1795423861, 250000000}), "2026-11-23T08:51:01.25Z");
  for (std::int64_t seconds = -62167219200; seconds < 253402300800; seconds += 86400 * 13 + 12345) {
    const Instant at{seconds, static_cast<std::uint32_t>(seconds & 0xFFFFF)};
    EXPECT_EQ(parse_rfc3339(to_rfc3339(at)), at) << seconds;
  }
}

TEST(Instant, NowIsAfterThisWasWritten) {
  EXPECT_GT(Instant::now(), (Instant{1700000000, 0}));
  EXPECT_LT(Instant::now().nanoseconds, 1000000000u);
}

}  // namespace
}  // namespace assay
