// Decides which tokens a token memo looks up and which it stores, by how often tokens repeated of late.
//
// If many tokens repeat, each is looked up, and stored when it is first seen. If few repeat, a token is stored when it
// is seen a second time. If hardly any do, one batch in sixteen is looked up, chosen at random, so that distinct tokens
// cost next to nothing. A token that was seen once leaves its tag for about a hundred thousand tokens, so a second
// sight is noticed even when the two are far apart.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/page_memory.h"

namespace assay::memo {

// Not thread safe: each memo has its own.
class MemoAdmission {
 public:
  // The memory that open() takes.
  static constexpr std::size_t kBytes = std::size_t{64} << 10;

  // Begins a batch. Returns false when none of its tokens is to be looked up.
  bool begin_batch() noexcept {
    if (!sampling_) return true;
    // Knuth's MMIX generator of 64 bits: batches are chosen at random, lest a log has a period of sixteen batches.
    random_ = random_ * 6364136223846793005u + 1442695040888963407u;
    return random_ >> 60 == 0;
  }

  // Counts the tokens of a batch that were looked up, and those of them that were found.
  void count(std::size_t lookups, std::size_t hits) noexcept;

  // Prefetches what admits() reads.
  void prefetch(std::uint32_t tag) const noexcept {
    if (seen_) __builtin_prefetch(&place_of(tag), 1);
  }
  // Whether to store a valid token that was looked up and not found. `crowded`: an older one must go for it.
  bool admits(std::uint32_t tag, bool crowded) noexcept;

  // Takes the memory for the tags of tokens that were seen once. Returns false when the system has none. Until then
  // admits() admits only what it admits at first sight.
  bool open() noexcept;
  bool is_open() const noexcept { return static_cast<bool>(seen_); }

 private:
  static constexpr std::uint32_t kPlaces = kBytes / sizeof(std::uint16_t);
  std::uint16_t& place_of(std::uint32_t tag) const noexcept {
    return static_cast<std::uint16_t*>(seen_.data())[tag % kPlaces];
  }

  // Tags of tokens that were seen once. The tag's low bits name its place, the other bits stand there.
  base::PageMemory seen_;
  // Sums in which the past counts less and less: they are halved again and again.
  std::uint64_t lookups_ = 0, hits_ = 0, repeats_ = 0;
  std::uint64_t random_ = 1;
  bool sampling_ = false;  // one batch in sixteen is looked up
};

}  // namespace assay::memo
