#include "memo/memo_share.h"

#include <algorithm>
#include <bit>

namespace assay::memo {
namespace {

constexpr std::size_t kLeastChunk = std::size_t{256} << 10;
constexpr std::size_t kMostChunk = std::size_t{2} << 20;  // a huge page
constexpr std::size_t kChunks = 256;

}  // namespace

std::size_t MemoShare::chunk_bytes() const noexcept {
  const std::size_t chunk = std::clamp(std::bit_floor(bytes_ / kChunks), kLeastChunk, kMostChunk);
  return chunk <= bytes_ ? chunk : 0;
}

bool MemoShare::take(std::size_t bytes) noexcept {
  std::size_t taken = taken_.load(std::memory_order_relaxed);
  do {
    if (bytes > bytes_ || taken > bytes_ - bytes) return false;
  } while (!taken_.compare_exchange_weak(taken, taken + bytes, std::memory_order_relaxed));
  return true;
}

void MemoShare::enter(const MemoCounts* counts) {
  const base::MutexLock lock(mutex_);
  memos_.push_back(counts);
}

void MemoShare::leave(const MemoCounts* counts) {
  const base::MutexLock lock(mutex_);
  std::erase(memos_, counts);
  left_.lookups += counts->lookups.get();
  left_.hits += counts->hits.get();
}

MemoStatistics MemoShare::statistics() const {
  const base::MutexLock lock(mutex_);
  MemoStatistics sum = left_;
  for (const MemoCounts* counts : memos_) {
    sum.lookups += counts->lookups.get();
    sum.hits += counts->hits.get();
    sum.entries += counts->entries.get();
  }
  sum.bytes = taken_.load(std::memory_order_relaxed);
  return sum;
}

}  // namespace assay::memo
