// Builds that run one after another in a background thread, while the sessions go on as before.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <thread>

#include "base/thread_annotations.h"

namespace assay::lanes {

// Thread safe. The thread starts with the first build.
class BuildQueue {
 public:
  BuildQueue() = default;
  // Drops the builds that wait, and waits for the one that runs.
  ~BuildQueue();
  BuildQueue(const BuildQueue&) = delete;
  BuildQueue& operator=(const BuildQueue&) = delete;

  // Drops the build if the system grants no thread.
  void add(std::function<void()> build) EXCLUDES(mutex_);
  // Returns when no build waits or runs.
  void wait_until_idle() EXCLUDES(mutex_);

 private:
  void run() EXCLUDES(mutex_);

  base::Mutex mutex_;
  std::condition_variable_any changed_;
  std::deque<std::function<void()>> builds_ GUARDED_BY(mutex_);
  bool building_ GUARDED_BY(mutex_) = false;
  bool stop_ GUARDED_BY(mutex_) = false;
  std::thread thread_ GUARDED_BY(mutex_);
};

}  // namespace assay::lanes
