// Counts of sessions: summed over those that run and those that ended.
#include "base/session_counters.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <thread>
#include <vector>

namespace assay::base {
namespace {

struct Sum {
  std::uint64_t done = 0, held = 0;
};
struct Counts {
  Counter done, held;
  void add_to(Sum& sum) const noexcept {
    sum.done += done.get();
    sum.held += held.get();
  }
};
using Counters = SessionCounters<Counts, Sum>;

TEST(SessionCounters, SumRunningSessions) {
  Counters counters;
  EXPECT_EQ(counters.sum().done, 0u);
  Counters::Session one(counters), two(counters);
  one->done.add(3);
  one->done.add(4);
  two->done.add(10);
  two->held.set(5);
  two->held.set(2);
  EXPECT_EQ(counters.sum().done, 17u);
  EXPECT_EQ(counters.sum().held, 2u);
}

TEST(SessionCounters, KeepWhatEndedSessionsCounted) {
  Counters counters;
  for (int i = 0; i < 3; ++i) {
    Counters::Session session(counters);
    session->done.add(5);
    session->held.set(7);
    EXPECT_EQ(counters.sum().held, 7u);
    session->held.set(0);
  }
  EXPECT_EQ(counters.sum().done, 15u);
  EXPECT_EQ(counters.sum().held, 0u);
}

TEST(SessionCounters, HaveCacheLinesOfTheirOwn) {
  Counters counters;
  Counters::Session sessions[] = {Counters::Session(counters), Counters::Session(counters)};
  const auto at = [&](std::size_t i) { return reinterpret_cast<std::uintptr_t>(sessions[i].operator->()); };
  EXPECT_EQ(at(0) % 64, 0u);
  EXPECT_GE(at(1) - at(0), 64u);
}

TEST(SessionCounters, CountUnderManyThreads) {
  Counters counters;
  constexpr std::uint64_t kThreads = 3, kSessions = 200, kEach = 50;
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    std::uint64_t before = 0;
    while (!stop.load()) {
      const std::uint64_t now = counters.sum().done;
      EXPECT_GE(now, before) << "a session that ends is counted once, at every moment";
      before = now;
    }
  });
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (std::uint64_t s = 0; s < kSessions; ++s) {
        Counters::Session session(counters);
        for (std::uint64_t i = 0; i < kEach; ++i) session->done.add(1);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  stop = true;
  reader.join();
  EXPECT_EQ(counters.sum().done, kThreads * kSessions * kEach);
}

}  // namespace
}  // namespace assay::base
