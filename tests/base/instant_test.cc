#include "assay/instant.h"

#include <gtest/gtest.h>

#include <string>

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

// Each byte at each place: only a digit may stand for a digit, and a separator only for itself.
TEST(Rfc3339, TakesAByteOnlyWhereItBelongs) {
  const std::string text = "2026-11-13T11:11:11Z";
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int c = 0; c < 256; ++c) {
      std::string changed = text;
      changed[at] = static_cast<char>(c);
      const bool is_digit = c >= '0' && c <= '9';
      bool good = changed == text;
      if (text[at] == 'T') good = c == 'T' || c == 't' || c == ' ';
      if (text[at] == 'Z') good = c == 'Z' || c == 'z';
      if (at < 4 || at == 6 || at == 9 || at == 12 || at == 15 || at == 18) good = is_digit;
      if (at == 5) good = c == '0' || c == '1';               // the month 01 or 11
      if (at == 6) good = c >= '0' && c <= '2';               // 10 to 12
      if (at == 8) good = c >= '0' && c <= '2';               // no 33 November
      if (at == 11) good = c >= '0' && c <= '2';              // 01, 11, 21
      if (at == 14 || at == 17) good = c >= '0' && c <= '5';  // 01 to 51
      EXPECT_EQ(parse_rfc3339(changed).has_value(), good) << changed << ' ' << c;
    }
  }
}

// Digits are read eight at a time.
TEST(UnixSeconds, ReadsNumbersOfEachLengthAndNoOtherByte) {
  std::string digits;
  std::int64_t value = 0;
  for (int length = 1; length <= 18; ++length) {
    const int digit = length * 7 % 10;
    digits += static_cast<char>('0' + digit);
    value = value * 10 + digit;
    EXPECT_EQ(parse_unix_seconds(digits), (Instant{value, 0}));
    EXPECT_EQ(parse_unix_seconds("-" + digits), (Instant{-value, 0}));
    EXPECT_EQ(parse_unix_seconds(digits + ".5"), (Instant{value, 500000000}));
    for (std::size_t at = 0; at < digits.size(); ++at) {
      for (int c = 0; c < 256; ++c) {
        if (c >= '0' && c <= '9') continue;
        std::string changed = digits;
        changed[at] = static_cast<char>(c);
        const bool good = (c == '.' && at > 0 && at + 1 < digits.size()) || (c == '-' && at == 0 && digits.size() > 1);
        ASSERT_EQ(parse_unix_seconds(changed).has_value(), good) << changed << ' ' << c;
      }
    }
  }
  EXPECT_EQ(parse_unix_seconds("00000000000000000000000000017"), (Instant{17, 0}));
  EXPECT_EQ(parse_unix_seconds("99999999"), (Instant{99999999, 0}));
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
