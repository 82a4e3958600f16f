// Counts that each session keeps for itself, and their sums over all sessions, those that ended included.
//
// A session is what one thread works in. It writes only its own counts, which lie on cache lines of their own, so that
// no write waits for another thread; whoever asks for the sum reads them all.
#pragma once

#include <atomic>
#include <concepts>
#include <cstdint>
#include <vector>

#include "base/thread_annotations.h"

namespace assay::base {

// A count that one thread writes and any may read.
class Counter {
 public:
  void add(std::uint64_t n) noexcept { set(get() + n); }
  void set(std::uint64_t n) noexcept { value_.store(n, std::memory_order_relaxed); }
  std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Some Counters, and how they add up.
template <class Counts, class Sum>
concept SummedInto = std::default_initializable<Counts> && requires(const Counts& counts, Sum& sum) {
  { counts.add_to(sum) }
  noexcept;
};

// The registry. Thread safe.
template <class Counts, class Sum>
requires SummedInto<Counts, Sum>
class SessionCounters {
 public:
  // The counts of one session, registered for its life. What they say at its end stays in the sum.
  class alignas(64) Session {
   public:
    // The registry outlives the session.
    explicit Session(SessionCounters& all) : all_(all) { all_.enter(counts_); }
    ~Session() { all_.leave(counts_); }
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    Counts* operator->() noexcept { return &counts_; }

   private:
    Counts counts_;
    SessionCounters& all_;
  };

  SessionCounters() = default;
  SessionCounters(const SessionCounters&) = delete;
  SessionCounters& operator=(const SessionCounters&) = delete;

  Sum sum() const EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    Sum sum = ended_;
    for (const Counts* counts : sessions_) counts->add_to(sum);
    return sum;
  }

 private:
  void enter(const Counts& counts) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    sessions_.push_back(&counts);
  }
  void leave(const Counts& counts) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    std::erase(sessions_, &counts);
    counts.add_to(ended_);
  }

  mutable Mutex mutex_;
  std::vector<const Counts*> sessions_ GUARDED_BY(mutex_);
  Sum ended_ GUARDED_BY(mutex_) = {};  // of the sessions that ended
};

}  // namespace assay::base
