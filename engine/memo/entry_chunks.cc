#include "memo/entry_chunks.h"

#include <utility>

#include "memo/token_table.h"

namespace assay::memo {
namespace {

// Readable bytes behind every entry: callers copy its texts in blocks.
constexpr std::size_t kPadding = 64;

}  // namespace

char* EntryChunks::allocate(std::size_t bytes, std::uint32_t& place) {
  const std::size_t usable = chunk_bytes_ - kPadding;
  if (chunks_.empty() || chunks_[current_].used + bytes > usable) {
    if (crowded_ || !open_chunk()) {
      crowded_ = wants_room_ = true;
      return nullptr;
    }
  }
  const Chunk& chunk = chunks_[current_];
  place = place_at(chunk.used);
  return data(chunk) + chunk.used;
}

void EntryChunks::keep(TokenEntry& entry, std::size_t bytes) noexcept {
  const std::size_t units = (bytes + kUnit - 1) / kUnit;
  entry.units = static_cast<std::uint16_t>(units);
  chunks_[current_].used += units * kUnit;
}

// Makes an empty chunk the current one: the next, which clear() left empty, or a new one.
bool EntryChunks::open_chunk() {
  if (current_ + 1 < chunks_.size()) {
    ++current_;
    return true;
  }
  if (chunk_bytes_ == 0 || (chunks_.size() + 1) * (chunk_bytes_ / kUnit) >= Reference::kMostPlaces) return false;
  if (!memory_.take(chunk_bytes_)) return false;
  base::PageMemory memory(chunk_bytes_);
  if (!memory) {
    memory_.give_back(chunk_bytes_);
    return false;
  }
  chunks_.push_back({std::move(memory), 0});
  current_ = chunks_.size() - 1;
  return true;
}

EntryChunks::Chunk* EntryChunks::turn() noexcept {
  wants_room_ = false;
  if (chunks_.empty()) {
    crowded_ = false;  // another memo may have given back what this one wants
    return nullptr;
  }
  current_ = (current_ + 1) % chunks_.size();
  return &chunks_[current_];
}

void EntryChunks::clear() noexcept {
  for (Chunk& chunk : chunks_) chunk.used = 0;
  current_ = 0;
  wants_room_ = crowded_ = false;
}

}  // namespace assay::memo
