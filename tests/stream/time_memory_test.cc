// Times read with the minute of the one before, against the reader that knows no other time.
#include "stream/time_memory.h"

#include <gtest/gtest.h>

#include <string>
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
