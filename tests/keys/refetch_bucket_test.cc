#include "keys/refetch_bucket.h"

#include <gtest/gtest.h>

namespace assay::keys {
namespace {

using std::chrono::seconds;

const Clock::time_point kStart{seconds(1'000'000)};

TEST(RefetchBucket, GrantsThreeAtOnceAndThenOneEachInterval) {
  RefetchBucket bucket(30, kStart);
  for (int i = 0; i < RefetchBucket::kMost; ++i) EXPECT_TRUE(bucket.take(kStart));
  EXPECT_FALSE(bucket.take(kStart));
  EXPECT_FALSE(bucket.take(kStart + seconds(29)));
  EXPECT_TRUE(bucket.take(kStart + seconds(30)));
  EXPECT_FALSE(bucket.take(kStart + seconds(59)));
  EXPECT_TRUE(bucket.take(kStart + seconds(60)));
}

TEST(RefetchBucket, NeverHoldsMoreThanThree) {
  RefetchBucket bucket(30, kStart);
  const Clock::time_point much_later = kStart + seconds(100'000);
  for (int i = 0; i < RefetchBucket::kMost; ++i) EXPECT_TRUE(bucket.take(much_later));
  EXPECT_FALSE(bucket.take(much_later));
}

TEST(RefetchBucket, RefusalsCostNothing) {
  RefetchBucket bucket(30, kStart);
  for (int i = 0; i < RefetchBucket::kMost; ++i) EXPECT_TRUE(bucket.take(kStart));
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(bucket.take(kStart + seconds(29)));
  EXPECT_TRUE(bucket.take(kStart + seconds(30)));
}

TEST(RefetchBucket, IsNeverEmptyWithoutAnInterval) {
  RefetchBucket bucket(0, kStart);
  for (int i = 0; i < 100; ++i) EXPECT_TRUE(bucket.take(kStart));
}

TEST(RefetchBucket, TakesAnIntervalOfAnyLength) {
  RefetchBucket bucket(1e300, kStart);
  for (int i = 0; i < RefetchBucket::kMost; ++i) EXPECT_TRUE(bucket.take(kStart));
  EXPECT_FALSE(bucket.take(kStart + std::chrono::hours(24 * 364)));
}

}  // namespace
}  // namespace assay::keys
