// Which tokens a memo looks for, and which it keeps: from how often tokens came again of late.
//
// Where tokens repeat, each is looked for and kept at once. Where few do, a token is kept when it is seen a second
// time. Where next to none do, tokens are looked for in one batch of sixteen, by chance, so that distinct tokens pay
// next to nothing. A token seen once leaves its tag for some hundred thousand tokens then, so those that repeat are
// found however they lie. Not thread safe: a memo has its own.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/page_memory.h"

namespace assay::memo {

class MemoAdmission {
 public:
  // Bytes that it takes when the first token is to be kept.
  static constexpr std::size_t kBytes = std::size_t{64} << 10;

  // Begins a batch. False: none of its tokens is looked for.
  bool begin_batch() noexcept {
    if (!sampling_) return true;
    // A generator of 64 bits, Knuth's MMIX: no pattern of a log falls into step with it.
    random_ = random_ * 6364136223846793005u + 1442695040888963407u;
    return random_ >> 60 == 0;
  }

  // After a batch: tokens that were looked for and those that were found.
  void count(std::size_t lookups, std::size_t hits) noexcept;

  // Fetches what admits() reads of a token.
  void fetch(std::uint32_t tag) const noexcept {
    if (seen_) __builtin_prefetch(&place_of(tag), 1);
  }
  // Whether a token that was looked for in vain, and is valid, is to be kept. `crowded`: others must go for it.
  bool admits(std::uint32_t tag, bool crowded) noexcept;

  // Takes the memory that admits() needs. False: the system has none.
  bool open() noexcept;
  bool is_open() const noexcept { return static_cast<bool>(seen_); }

 private:
  static constexpr std::uint32_t kPlaces = kBytes / sizeof(std::uint16_t);
  std::uint16_t& place_of(std::uint32_t tag) const noexcept {
    return static_cast<std::uint16_t*>(seen_.data())[tag % kPlaces];
  }

  // Tags of tokens seen once, each in the one place that its low bits name.
  base::PageMemory seen_;
  // Of late: halved again and again.
  std::uint64_t lookups_ = 0, hits_ = 0, repeats_ = 0;
  std::uint64_t random_ = 1;
  bool sampling_ = false;
};

}  // namespace assay::memo
