// What the token memos of an engine share: the memory that they may take, and their counts.
//
// Thread safe. Memos write here only when they grow; their counts are their own, and read by whoever asks.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/session_counters.h"

namespace assay::memo {

// Counts since the engine was made, of all sessions together.
struct MemoStatistics {
  std::uint64_t lookups = 0;  // tokens that were looked for
  std::uint64_t hits = 0;     // those whose signature was known
  std::uint64_t entries = 0;  // now
  std::uint64_t bytes = 0;    // now
};

// The counts of one memo.
struct MemoCounts {
  base::Counter lookups, hits, entries;

  void add_to(MemoStatistics& sum) const noexcept {
    sum.lookups += lookups.get();
    sum.hits += hits.get();
    sum.entries += entries.get();
  }
};
using MemoCounters = base::SessionCounters<MemoCounts, MemoStatistics>;

class MemoShare {
 public:
  explicit MemoShare(std::size_t bytes) noexcept : bytes_(bytes) {}
  MemoShare(const MemoShare&) = delete;
  MemoShare& operator=(const MemoShare&) = delete;

  // What memos take their memory in: a power of two, so that some two hundred memos find a place; 0: too little for
  // any.
  std::size_t chunk_bytes() const noexcept;
  // False: that much is not left. Then nothing is written, so that threads may ask again and again.
  bool take(std::size_t bytes) noexcept;
  void give_back(std::size_t bytes) noexcept { taken_.fetch_sub(bytes, std::memory_order_relaxed); }

  MemoCounters& counters() noexcept { return counters_; }
  MemoStatistics statistics() const;

 private:
  const std::size_t bytes_;
  std::atomic<std::size_t> taken_{0};
  MemoCounters counters_;
};

}  // namespace assay::memo
