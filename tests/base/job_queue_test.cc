// Jobs in the background: in order, one at a time, and none after the end.
#include "base/job_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <new>
#include <thread>
#include <vector>

namespace assay::base {
namespace {

TEST(JobQueue, RunsJobsInOrderInOneOtherThread) {
  JobQueue queue(JobQueue::AtFork::waits_for_job);
  std::vector<int> order;
  std::vector<std::thread::id> threads;
  for (int i = 0; i < 5; ++i) {
    queue.add([&, i] {
      order.push_back(i);
      threads.push_back(std::this_thread::get_id());
    });
  }
  queue.wait_until_idle();
  EXPECT_THAT(order, testing::ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(threads, testing::Each(threads.front()));
  EXPECT_NE(threads.front(), std::this_thread::get_id());
}

TEST(JobQueue, FinishesTheRunningJobAndDropsTheOthersAtItsEnd) {
  std::atomic<bool> begun{false}, may_end{false}, ended{false};
  const auto dropped = std::make_shared<int>();
  auto queue = std::make_unique<JobQueue>(JobQueue::AtFork::waits_for_job);
  queue->add([&] {
    begun = true;
    while (!may_end.load()) std::this_thread::yield();
    ended = true;
  });
  while (!begun.load()) std::this_thread::yield();
  queue->add([dropped] { ADD_FAILURE() << "it waited when the queue ended"; });
  EXPECT_EQ(dropped.use_count(), 2);
  std::thread ender([&] { queue.reset(); });
  while (dropped.use_count() != 1) std::this_thread::yield();  // dropped while the first still runs
  EXPECT_FALSE(ended.load());
  may_end = true;
  ender.join();
  EXPECT_TRUE(ended.load());
}

TEST(JobQueue, GoesOnAfterAJobThatThrows) {
  JobQueue queue(JobQueue::AtFork::waits_for_job);
  bool ran = false;
  EXPECT_TRUE(queue.add([] { throw std::bad_alloc(); }));
  EXPECT_TRUE(queue.add([&] { ran = true; }));
  queue.wait_until_idle();
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace assay::base
