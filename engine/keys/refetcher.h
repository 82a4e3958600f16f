// A thread that runs a job on request, at most once in an interval and never twice at a time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <thread>

#include "base/thread_annotations.h"
#include "keys/clock.h"

namespace assay::keys {

// All members may be called from any thread.
class Refetcher {
 public:
  // Starts the thread. `job` must not throw. The first interval begins now.
  Refetcher(double interval_seconds, std::function<void()> job);
  // Waits for a job that is running, and drops a request that is waiting.
  ~Refetcher();
  Refetcher(const Refetcher&) = delete;
  Refetcher& operator=(const Refetcher&) = delete;

  // Asks for a run of the job. Ignored while one runs and until an interval has passed since the last one ended. Never
  // blocks on the job; cheap enough to call for each token.
  void request() noexcept;

 private:
  void work();

  const double interval_seconds_;
  const std::function<void()> job_;
  std::atomic<bool> busy_{false};  // a run was asked for and has not ended
  std::atomic<Clock::time_point> not_before_;
  base::Mutex mutex_;
  std::condition_variable_any changed_;
  bool wanted_ GUARDED_BY(mutex_) = false;
  bool closing_ GUARDED_BY(mutex_) = false;
  std::thread thread_;  // the last member: it uses all others
};

}  // namespace assay::keys
