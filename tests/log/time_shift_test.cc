#include "log/time_shift.h"

#include <gtest/gtest.h>

#include <random>

namespace assay::log {
namespace {

constexpr std::int64_t kBegin = 1790000000, kHour = 3600;

// `count` tokens that live `life` seconds, each used at a random time of its life, on lines whose times are off.
TimeShift used_in_time(int count, std::int64_t life, std::int64_t off) {
  std::mt19937_64 random(7);
  TimeShift times;
  for (int i = 0; i < count; ++i) {
    const auto age = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(life));
    const std::int64_t iat = kBegin + 10 * i;
    times.add(iat + age + off, iat, iat + life);
  }
  return times;
}

TEST(TimeShift, FindsAWrongZoneHoweverLongTokensLive) {
  for (const std::int64_t life : {60, 300, 900, 3600, 2 * 3600}) {
    for (const std::int64_t off : {kHour, 2 * kHour, 14 * kHour, 5 * kHour + 1800, -5 * kHour, -8 * kHour}) {
      const auto found = used_in_time(400, life, off).finding();
      // Tokens that live long are mostly in time even if the zone is wrong by less.
      if (std::abs(off) < life) continue;
      ASSERT_TRUE(found) << life << " " << off;
      EXPECT_EQ(found->seconds, off) << life;
      EXPECT_EQ(found->seen, 400u);
      EXPECT_GE(found->fitting, 380u);
    }
  }
}

TEST(TimeShift, SaysNothingOfTimesThatAreRight) {
  for (const std::int64_t life : {60, 3600, 86400}) EXPECT_FALSE(used_in_time(400, life, 0).finding()) << life;
  EXPECT_FALSE(used_in_time(400, 3600, 40).finding()) << "a clock that is wrong by less than a minute";
  EXPECT_FALSE(used_in_time(400, 3600, 26 * kHour).finding()) << "no zones differ by that much";
  EXPECT_FALSE(used_in_time(4, 3600, 2 * kHour).finding()) << "too few tokens";
  // The old tokens of an attacker, tried over a day.
  TimeShift tried;
  for (int i = 0; i < 400; ++i) tried.add(kBegin + 200 * i + 7 * kHour, kBegin + i % 3, kBegin + kHour);
  EXPECT_FALSE(tried.finding());
  // One token, tried again and again within an hour.
  TimeShift one;
  for (int i = 0; i < 400; ++i) one.add(kBegin + 3 * kHour + i, kBegin, kBegin + kHour);
  EXPECT_FALSE(one.finding());
}

TEST(TimeShift, TakesTokensForFreshIfSeveralShiftsFit) {
  for (const std::int64_t off : {2 * kHour, -5 * kHour, -5 * kHour - 1800}) {
    TimeShift times;
    for (int i = 0; i < 20; ++i) times.add(kBegin + i + off + 2, kBegin + i, kBegin + i + kHour);
    ASSERT_TRUE(times.finding());
    EXPECT_EQ(times.finding()->seconds, off);
  }
}

TEST(TimeShift, AFewTokensMayBeUsedOutOfTime) {
  TimeShift times = used_in_time(400, 3600, 2 * kHour);
  for (int i = 0; i < 15; ++i) times.add(kBegin + 100 * kHour, kBegin, kBegin + 60);
  const auto found = times.finding();
  ASSERT_TRUE(found);
  EXPECT_EQ(found->seconds, 2 * kHour);
  EXPECT_EQ(found->fitting, 400u);
  for (int i = 0; i < 15; ++i) times.add(kBegin + 100 * kHour, kBegin, kBegin + 60);
  EXPECT_FALSE(times.finding());
}

TEST(TimeShift, AddsUpInAnyOrderAndGoesOn) {
  const TimeShift a = used_in_time(100, 600, kHour), b = used_in_time(50, 3600, kHour);
  TimeShift ab = a, ba = b;
  ab.add(b);
  TimeShift gone_on;
  gone_on.restore(ba.state());
  gone_on.add(a);
  ASSERT_TRUE(ab.finding());
  ASSERT_TRUE(gone_on.finding());
  EXPECT_EQ(ab.finding()->fitting, gone_on.finding()->fitting);
  EXPECT_EQ(ab.finding()->seen, 150u);
}

TEST(TimeShift, TakesAnyTimes) {
  TimeShift times;
  constexpr std::int64_t kExtremes[] = {INT64_MIN, -1, 0, INT64_MAX};
  for (const std::int64_t used : kExtremes) {
    for (const std::int64_t iat : kExtremes) {
      for (const std::int64_t exp : kExtremes) times.add(used, iat, exp);
    }
  }
  EXPECT_FALSE(times.finding());
  EXPECT_GT(times.state().seen, 0u);
}

}  // namespace
}  // namespace assay::log
