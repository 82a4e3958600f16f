#include "keys/refetcher.h"

#include <gtest/gtest.h>

namespace assay::keys {
namespace {

// A minute is far more than any of this takes.
template <class Condition>
bool eventually(Condition condition) {
  for (int i = 0; i < 60'000; ++i) {
    if (condition()) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

TEST(Refetcher, RunsItsJobForARequest) {
  std::atomic<int> runs{0};
  Refetcher refetcher(0, [&] { ++runs; });
  EXPECT_TRUE(eventually([&] {
    refetcher.request();
    return runs >= 3;
  }));
}

TEST(Refetcher, WaitsForTheFirstInterval) {
  std::atomic<int> runs{0};
  {
    Refetcher refetcher(3600, [&] { ++runs; });
    for (int i = 0; i < 1000; ++i) refetcher.request();
  }
  EXPECT_EQ(runs, 0);
}

TEST(Refetcher, IgnoresRequestsWhileItsJobRuns) {
  std::atomic<int> runs{0};
  std::atomic<bool> end{false};
  {
    Refetcher refetcher(0, [&] {
      ++runs;
      EXPECT_TRUE(eventually([&] { return end.load(); }));
    });
    refetcher.request();
    EXPECT_TRUE(eventually([&] { return runs == 1; }));
    for (int i = 0; i < 1000; ++i) refetcher.request();
    end = true;
  }
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace assay::keys
