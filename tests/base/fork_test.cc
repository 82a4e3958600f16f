// What a child of fork() finds: free locks, jobs that go on, and an end that waits for nobody.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <memory>
#include <thread>

#include "base/fork_aware.h"
#include "base/job_queue.h"
#include "support/sanitizer.h"

namespace assay::base {
namespace {

// Runs `body` in a child and returns its exit status, or the signal that ended it as a negative number. A child that
// hangs ends after a minute.
int status_in_child(const std::function<int()>& body) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(60);
    ::_exit(body());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

class Fork : public testing::Test {
 protected:
  void SetUp() override {
    if (!follows_forks()) GTEST_SKIP() << "a child cannot start a thread here";
  }
};

TEST_F(Fork, AChildFindsAMutexFreeThatThreadsKeepTaking) {
  ForkSafeMutex mutex;
  std::atomic<bool> stop{false};
  std::thread other([&] {
    while (!stop) {
      const MutexLock lock(mutex);
      std::this_thread::yield();
    }
  });
  for (int i = 0; i < 20; ++i) {
    EXPECT_EQ(status_in_child([&] {
                const MutexLock lock(mutex);
                return 7;
              }),
              7);
  }
  stop = true;
  other.join();
}

TEST_F(Fork, AChildEndsAQueueWhoseThreadItLacks) {
  auto queue = std::make_unique<JobQueue>(JobQueue::AtFork::waits_for_job);
  queue->add([] {});
  queue->wait_until_idle();
  EXPECT_EQ(status_in_child([&] {
              queue.reset();
              return 7;
            }),
            7);
}

TEST_F(Fork, AChildRunsItsOwnJobs) {
  JobQueue queue(JobQueue::AtFork::waits_for_job);
  queue.add([] {});
  EXPECT_EQ(status_in_child([&] {
              int ran = 0;
              queue.add([&] { ran = 7; });
              queue.wait_until_idle();
              return ran;
            }),
            7);
}

TEST_F(Fork, AJobThatLastsIsRunAgainInTheChild) {
  std::atomic<bool> begun{false}, may_end{false};
  std::atomic<int> ran{0};
  JobQueue queue(JobQueue::AtFork::runs_it_again);
  queue.add([&] {
    begun = true;
    while (!may_end) std::this_thread::yield();
    ++ran;
  });
  while (!begun) std::this_thread::yield();
  EXPECT_EQ(status_in_child([&] {
              may_end = true;
              queue.wait_until_idle();
              return ran.load();
            }),
            1);
  may_end = true;
  queue.wait_until_idle();
  EXPECT_EQ(ran, 1);
}

TEST_F(Fork, AJobThatEndsSoonHasEndedInTheChild) {
  std::atomic<bool> begun{false};
  std::atomic<int> ran{0};
  JobQueue queue(JobQueue::AtFork::waits_for_job);
  queue.add([&] {
    begun = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    ++ran;
  });
  while (!begun) std::this_thread::yield();
  EXPECT_EQ(status_in_child([&] { return ran.load(); }), 1);
}

}  // namespace
}  // namespace assay::base
