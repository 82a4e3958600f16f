#include "lanes/build_queue.h"

#include <system_error>
#include <utility>

namespace assay::lanes {

BuildQueue::~BuildQueue() {
  {
    const base::MutexLock lock(mutex_);
    stop_ = true;
    builds_.clear();
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void BuildQueue::add(std::function<void()> build) {
  const base::MutexLock lock(mutex_);
  if (!thread_.joinable()) {
    try {
      thread_ = std::thread([this] { run(); });
    } catch (const std::system_error&) {
      return;
    }
  }
  builds_.push_back(std::move(build));
  changed_.notify_all();
}

void BuildQueue::run() {
  base::UniqueLock lock(mutex_);
  for (;;) {
    while (!stop_ && builds_.empty()) lock.wait(changed_);
    if (stop_) return;
    {
      const std::function<void()> build = std::move(builds_.front());
      builds_.pop_front();
      building_ = true;
      lock.unlock();
      build();
    }
    lock.lock();
    building_ = false;
    changed_.notify_all();
  }
}

void BuildQueue::wait_until_idle() {
  base::UniqueLock lock(mutex_);
  while (building_ || !builds_.empty()) lock.wait(changed_);
}

}  // namespace assay::lanes
