// The memory of a token memo's entries: chunks of equal size, filled one after the other and reused in turn.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/page_memory.h"
#include "memo/memo_share.h"
#include "memo/token_entry.h"

namespace assay::memo {

// Entries begin at multiples of kUnit bytes; an entry's place is its unit, counted through all chunks. Not thread safe.
class EntryChunks {
 public:
  static constexpr std::size_t kUnit = 32;

  struct Chunk {
    base::PageMemory memory;
    std::size_t used = 0;  // bytes, a multiple of kUnit
  };

  // `chunk_bytes`: a power of two; 0: there is never room. `memory` outlives the chunks.
  EntryChunks(MemoLoan& memory, std::size_t chunk_bytes) noexcept : memory_(memory), chunk_bytes_(chunk_bytes) {}

  TokenEntry& at(std::uint32_t place) const noexcept {
    const std::size_t units = chunk_bytes_ / kUnit;
    char* chunk = data(chunks_[place >> static_cast<unsigned>(std::countr_zero(units))]);
    return *reinterpret_cast<TokenEntry*>(chunk + (place & (units - 1)) * kUnit);
  }

  // Room for an entry of at most `bytes`, behind the others of the current chunk, and its place. Null: there is none,
  // and wants_room() says so from now on.
  char* allocate(std::size_t bytes, std::uint32_t& place);
  // The entry that was written into the latest room takes `bytes`.
  void keep(TokenEntry& entry, std::size_t bytes) noexcept;

  // Whether an entry found no room since the last turn().
  bool wants_room() const noexcept { return wants_room_; }
  // Whether all memory that there may be is in use, so that old entries go for new ones.
  bool crowded() const noexcept { return crowded_; }
  // Makes the oldest chunk the current one, still filled; the caller says what of it stays. Null: there are no chunks.
  Chunk* turn() noexcept;
  // The place of the entry `offset` bytes into the current chunk.
  std::uint32_t place_at(std::size_t offset) const noexcept {
    return static_cast<std::uint32_t>((current_ * chunk_bytes_ + offset) / kUnit);
  }
  static char* data(const Chunk& chunk) noexcept { return static_cast<char*>(chunk.memory.data()); }
  std::size_t chunk_bytes() const noexcept { return chunk_bytes_; }

  // Forgets all entries, and keeps its memory.
  void clear() noexcept;

 private:
  bool open_chunk();

  MemoLoan& memory_;
  const std::size_t chunk_bytes_;
  std::vector<Chunk> chunks_;
  std::size_t current_ = 0;  // takes new entries
  bool wants_room_ = false;
  bool crowded_ = false;
};

}  // namespace assay::memo
