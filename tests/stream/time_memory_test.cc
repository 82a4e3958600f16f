// Times read with the minute of the one before, against the reader that knows no other time.
#include "stream/time_memory.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/random.h"

namespace assay::stream {
namespace {

void expect_same(TimeMemory& memory, const base::TimeReader& times, const std::string& text) {
  const base::TimeReading read = memory.read(text), expected = times.read(text);
  ASSERT_EQ(read.at, expected.at) << text;
  if (!read.at) {
    ASSERT_EQ(read.fault, expected.fault) << text;
  }
  ASSERT_EQ(read.repeated, expected.repeated) << text;
  ASSERT_EQ(read.skipped, expected.skipped) << text;
}

TEST(TimeMemory, ReadsWhatTheReaderReads) {
  auto random = test::StructuredRandom::announced("TimeMemory.ReadsWhatTheReaderReads");
  const base::TimeReader times;
  TimeMemory memory(times);
  const auto one_of = [&](const std::vector<std::string>& list) { return list[random.below(list.size())]; };
  for (int i = 0; i < 20'000; ++i) {
    std::string text = one_of({"2026-11-29T12:34:", "2026-11-29T12:34:", "2016-12-31T23:59:", "2026-11-29 12:34:",
                               "2026-02-29T12:34:", "2028-02-29t00:00:"});
    text += one_of({"00", "07", "59", "60", "61", "5", "a5", "5a", "-1", ""});
    text += one_of({"", "", ".", ".5", ".25", ".000000001", ".1234567890123", ".x"});
    text += one_of({"Z", "Z", "z", "+01:00", "-00:30", "+01:0", "+0100", "", "Z ", "5Z", "+24:00"});
    expect_same(memory, times, text);
    if (HasFatalFailure()) return;
  }
  for (const char* text : {"", "1790000000", "2026-11-29", "29/Nov/2026:12:34:56 +0000", "soon"}) {
    expect_same(memory, times, text);
  }
}

TEST(TimeMemory, ReadsNumbersAsIfItKnewNoOther) {
  auto random = test::StructuredRandom::announced("TimeMemory.ReadsNumbersAsIfItKnewNoOther");
  const base::TimeReader times;
  TimeMemory memory(times);
  const auto one_of = [&](const std::vector<std::string>& list) { return list[random.below(list.size())]; };
  int again = 0;
  for (int i = 0; i < 20'000; ++i) {
    std::string text = one_of({"", "", "", "-", "0"});
    text += one_of({"17900000", "17900000", "17900000", "17899999", "99999999", "1790000", "179000000", "1790000."});
    text += one_of({"00", "07", "59", "99", "5", "", "0e", ".5", "5e0", "00000", "00000000", "00000000000"});
    text += one_of({"", "", "", ".0", ".25", ".000000001", ".1234567890123", ".", ".5e1", "e1", ".x"});
    const Instant before{-1, 1};
    Instant at = before;
    const std::optional<Instant> expected = parse_number_time(text);
    if (memory.read_number_again(text, at)) {
      ++again;
      ASSERT_EQ(at, expected) << text;
    } else {
      ASSERT_EQ(at, before) << text;
    }
    ASSERT_EQ(memory.read_number(text), expected) << text;
  }
  EXPECT_GT(again, 100);
}

TEST(TimeMemory, KnowsATimeAgainOnlyNearTheOneBefore) {
  const base::TimeReader times;
  TimeMemory memory(times);
  Instant at;
  EXPECT_FALSE(memory.read_number_again("0000000000", at));
  EXPECT_FALSE(memory.read_number_again(std::string_view("\0\0\0\0\0\0\0\00000", 12), at));
  EXPECT_FALSE(memory.read_again("2026-11-29T12:34:05Z", at));
  memory.read_number("1790000012");
  memory.read("2026-11-29T12:34:05Z");
  EXPECT_TRUE(memory.read_number_again("1790000099.5", at));
  EXPECT_EQ(at, (Instant{1790000099, 500'000'000}));
  EXPECT_TRUE(memory.read_again("2026-11-29T12:34:59.25Z", at));
  EXPECT_EQ(at, parse_rfc3339("2026-11-29T12:34:59.25Z"));
  for (const char* number : {"1790000100", "179000001", "17900000123", "1790000012.", "1790000012e1", "-1790000012"}) {
    EXPECT_FALSE(memory.read_number_again(number, at)) << number;
  }
  for (const char* time : {"2026-11-29T12:35:05Z", "2026-11-29T12:34:05", "2026-11-29T12:34:60Z",
                           "2026-11-29T12:34:05z", "2026-11-29T12:34:05Z ", "2026-11-29T12:34:05+00:00"}) {
    EXPECT_FALSE(memory.read_again(time, at)) << time;
  }
}

// The format says what the digits mean: here the last two are hours, and RFC 3339 must not be looked for.
TEST(TimeMemory, LeavesTimesOfAToldFormatToIt) {
  const auto times = base::TimeReader::create("%Y-%m-%dT%M:%S:%HZ", "UTC");
  ASSERT_TRUE(times) << times.error().message;
  TimeMemory memory(*times);
  for (const char* text : {"2026-11-29T12:34:05Z", "2026-11-29T12:34:06Z", "2026-11-29T12:34:24Z"}) {
    expect_same(memory, *times, text);
  }
  EXPECT_EQ(memory.read("2026-11-29T12:34:05Z").at, parse_rfc3339("2026-11-29T05:12:34Z"));
}

}  // namespace
}  // namespace assay::stream
