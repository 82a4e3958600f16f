// The token memo's hash table: from a token's tag to the places of its entries.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/page_memory.h"
#include "memo/memo_share.h"

namespace assay::memo {

// Where an entry lies, and how often it was found of late. 32 bits; all zero: no entry.
class Reference {
 public:
  static constexpr std::uint32_t kMostPlaces = (1u << 30) - 1;

  Reference() = default;
  // `place`: from 0, below kMostPlaces (EntryChunks). `uses`: 0 to 3.
  Reference(std::uint32_t place, std::uint32_t uses) noexcept : bits_(uses << kUseShift | (place + 1)) {}

  explicit operator bool() const noexcept { return bits_ != 0; }
  std::uint32_t place() const noexcept { return (bits_ & kMostPlaces) - 1; }
  std::uint32_t uses() const noexcept { return bits_ >> kUseShift; }
  void count_use() noexcept {
    if (uses() < kMostUses) bits_ += kOneUse;
  }
  void forget_use() noexcept { bits_ -= kOneUse; }  // only if there is one

 private:
  static constexpr unsigned kUseShift = 30;
  static constexpr std::uint32_t kOneUse = 1u << kUseShift;
  static constexpr std::uint32_t kMostUses = 3;
  std::uint32_t bits_ = 0;
};

// A table of sets of eight. The low bits of a tag name its set, so a lookup reads one cache line. Not thread safe.
class TokenTable {
 public:
  static constexpr std::size_t kWays = 8;
  // One cache line. Entry references[i] has tags[i].
  struct alignas(64) Set {
    std::array<std::uint32_t, kWays> tags;
    std::array<Reference, kWays> references;
  };

  // `memory` outlives the table.
  explicit TokenTable(MemoLoan& memory) noexcept : memory_(memory) {}

  // Doubles the table when half of its ways are in use. Returns false when there is no table and no memory for one.
  bool make_room() noexcept;
  // All below: only for a table that has sets.
  Set& set_of(std::uint32_t tag) const noexcept { return sets()[tag & set_mask_]; }
  // The reference to the entry at this place, or null.
  Reference* find(std::uint32_t tag, std::uint32_t place) const noexcept;
  // Adds an entry that the table does not have. In a full set it takes the way of the entry that was found least often,
  // and each other entry of the set loses a use.
  void add(std::uint32_t tag, Reference reference) noexcept;
  void remove(Reference& reference) noexcept;

  std::size_t entries() const noexcept { return entries_; }
  // Forgets all entries, and keeps its memory.
  void clear() noexcept;

 private:
  Set* sets() const noexcept { return static_cast<Set*>(pages_.data()); }
  std::size_t set_count() const noexcept { return pages_ ? std::size_t{set_mask_} + 1 : 0; }
  bool grow() noexcept;

  MemoLoan& memory_;
  base::PageMemory pages_;
  std::uint32_t set_mask_ = 0;
  std::size_t entries_ = 0;
};

}  // namespace assay::memo
