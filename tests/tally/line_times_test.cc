#include "tally/line_times.h"

#include <gtest/gtest.h>

namespace assay::tally {
namespace {

constexpr std::int64_t kMinute = 60;

void add(LineTimes& to, std::int64_t second, std::uint32_t nanoseconds = 0) {
  const Instant at{second, nanoseconds};
  to.add(&at);
}

TEST(LineTimes, TellsAGapOfMoreThanHalfAnHour) {
  LineTimes times;
  add(times, 0);
  add(times, 30 * kMinute);
  EXPECT_EQ(times.gap_count, 0u);
  add(times, 60 * kMinute, 1);
  ASSERT_EQ(times.gap_count, 1u);
  EXPECT_EQ(times.gaps[0].from, (Instant{30 * kMinute, 0}));
  EXPECT_EQ(times.gaps[0].to, (Instant{60 * kMinute, 1}));
}

TEST(LineTimes, CountsLinesWithoutATimeAndLooksAcrossThem) {
  LineTimes times;
  add(times, 0);
  times.add(nullptr);
  add(times, 100 * kMinute);
  EXPECT_EQ(times.lines, 3u);
  EXPECT_EQ(times.lines_without_time, 1u);
  EXPECT_EQ(times.gap_count, 1u);
}

TEST(LineTimes, PartsTellTheGapBetweenThem) {
  LineTimes whole, sum;
  for (int cut = 0; cut < 5; ++cut) {
    LineTimes left, right;
    whole.clear();
    for (int i = 0; i < 4; ++i) {
      add(whole, i * 40 * kMinute);
      add(i < cut ? left : right, i * 40 * kMinute);
    }
    left.add(right);
    EXPECT_EQ(left.gap_count, 3u);
    ASSERT_EQ(left.gaps.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(left.gaps[i].from, whole.gaps[i].from);
      EXPECT_EQ(left.gaps[i].to, whole.gaps[i].to);
    }
    EXPECT_EQ(left.times, whole.times);
    EXPECT_EQ(left.lines, 4u);
  }
}

TEST(LineTimes, KeepsTheFirstGapsAndCountsAll) {
  LineTimes times;
  for (int i = 0; i <= 100; ++i) add(times, i * 60 * kMinute);
  EXPECT_EQ(times.gap_count, 100u);
  EXPECT_EQ(times.gaps.size(), FileCoverage::kMostGaps);
}

}  // namespace
}  // namespace assay::tally
