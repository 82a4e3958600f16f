// What the token memos of an engine share: a limit on their memory, and their counts summed up.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/counter.h"
#include "base/thread_annotations.h"

namespace assay::memo {

// Counts of all token memos of an engine.
struct MemoStatistics {
  std::uint64_t lookups = 0;  // tokens that were looked up, since the engine was made
  std::uint64_t hits = 0;     // those whose signature was known, since the engine was made
  std::uint64_t entries = 0;  // tokens remembered now
  std::uint64_t bytes = 0;    // memory taken now
};

// The counts of one memo. They have cache lines of their own, so that counting never waits for another thread.
struct alignas(64) MemoCounts {
  base::Counter lookups, hits, entries;
};

// Thread safe. A memo writes to it only when its memory grows or shrinks.
class MemoShare {
 public:
  // `bytes`: the limit.
  explicit MemoShare(std::size_t bytes) noexcept : bytes_(bytes) {}
  MemoShare(const MemoShare&) = delete;
  MemoShare& operator=(const MemoShare&) = delete;

  // The unit in which a memo takes memory for its entries: a power of two, so small that about two hundred memos get
  // one each. 0: the limit is too small for any.
  std::size_t chunk_bytes() const noexcept;
  // Returns false when less than `bytes` is left. Then nothing is written, so asking again and again costs little.
  bool take(std::size_t bytes) noexcept;
  void give_back(std::size_t bytes) noexcept { taken_.fetch_sub(bytes, std::memory_order_relaxed); }

  // A memo enters its counts when it is made and leaves at its end; lookups and hits stay in the sum.
  void enter(const MemoCounts* counts);
  void leave(const MemoCounts* counts);
  MemoStatistics statistics() const;

 private:
  const std::size_t bytes_;
  std::atomic<std::size_t> taken_{0};
  mutable base::Mutex mutex_;
  std::vector<const MemoCounts*> memos_ GUARDED_BY(mutex_);
  MemoStatistics left_ GUARDED_BY(mutex_);  // sums over memos that have left
};

// What one memo has taken of a share. All of it goes back at the end. Not thread safe; the share outlives it.
class MemoLoan {
 public:
  explicit MemoLoan(MemoShare& share) noexcept : share_(share) {}
  ~MemoLoan() { share_.give_back(bytes_); }
  MemoLoan(const MemoLoan&) = delete;
  MemoLoan& operator=(const MemoLoan&) = delete;

  bool take(std::size_t bytes) noexcept {
    if (!share_.take(bytes)) return false;
    bytes_ += bytes;
    return true;
  }
  void give_back(std::size_t bytes) noexcept {
    share_.give_back(bytes);
    bytes_ -= bytes;
  }

 private:
  MemoShare& share_;
  std::size_t bytes_ = 0;
};

}  // namespace assay::memo
