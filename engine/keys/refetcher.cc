#include "keys/refetcher.h"

#include <utility>

namespace assay::keys {

Refetcher::Refetcher(double interval_seconds, std::function<void()> job)
    : interval_seconds_(interval_seconds),
      job_(std::move(job)),
      not_before_(after(Clock::now(), interval_seconds)),
      thread_([this] { work(); }) {}

Refetcher::~Refetcher() {
  {
    const base::MutexLock lock(mutex_);
    closing_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Refetcher::request() noexcept {
  if (busy_.load(std::memory_order_relaxed)) return;
  if (Clock::now() < not_before_.load(std::memory_order_relaxed)) return;
  if (busy_.exchange(true, std::memory_order_acquire)) return;
  // Another run may have ended between the two looks at the time.
  if (Clock::now() < not_before_.load(std::memory_order_relaxed)) {
    busy_.store(false, std::memory_order_release);
    return;
  }
  {
    const base::MutexLock lock(mutex_);
    wanted_ = true;
  }
  changed_.notify_one();
}

void Refetcher::work() {
  base::UniqueLock lock(mutex_);
  while (true) {
    while (!wanted_ && !closing_) lock.wait(changed_);
    if (closing_) return;
    wanted_ = false;
    lock.unlock();
    job_();
    not_before_.store(after(Clock::now(), interval_seconds_), std::memory_order_relaxed);
    busy_.store(false, std::memory_order_release);
    lock.lock();
  }
}

}  // namespace assay::keys
