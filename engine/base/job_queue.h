// A JobQueue runs jobs one after another in a background thread, while their owner goes on.
#pragma once

#include <functional>
#include <memory>

#include "base/fork_aware.h"

namespace assay::base {

// Thread safe. The thread starts with the first job. A child of fork() has the jobs that had not ended, and starts a
// thread of its own for them at the next add() or resume(); so a job may run in both processes.
class JobQueue final : private ForkAware {
 public:
  // AtFork says what fork() does if a job is running. waits_for_job waits until the job ends; use it for short jobs.
  // With runs_it_again, fork() does not wait, and the child runs the job again from its beginning. Use that for jobs
  // that may wait for others; their locks must be ForkSafeMutex.
  enum class AtFork { waits_for_job, runs_it_again };

  explicit JobQueue(AtFork at_fork);
  // Drops the jobs that wait, and waits for the one that runs.
  ~JobQueue();
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  // Returns false, and drops the job, if the system grants no thread. A job that throws is over.
  bool add(std::function<void()> job);
  // Makes sure that a thread is there for the jobs that wait. Returns false if the system grants none.
  bool resume();
  // Returns when no job waits or runs.
  void wait_until_idle();

 private:
  struct State;
  void before_fork() override;
  void after_fork_in_parent() override;
  void after_fork_in_child() override;

  const AtFork at_fork_;
  std::unique_ptr<State> state_;
};

}  // namespace assay::base
