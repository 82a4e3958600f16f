#include "base/arena.h"

namespace assay::base {

void Arena::next_block(std::size_t at_least) {
  Block* block;
  if (at_least > block_bytes_) {
    oversized_.push_back({std::make_unique_for_overwrite<char[]>(at_least), at_least});
    block = &oversized_.back();
  } else {
    if (next_ == blocks_.size()) {
      blocks_.push_back({std::make_unique_for_overwrite<char[]>(block_bytes_), block_bytes_});
    }
    block = &blocks_[next_++];
  }
  current_ = block->memory.get();
  capacity_ = block->size;
  used_ = 0;
}

void Arena::reset() noexcept {
  oversized_.clear();
  next_ = 0;
  current_ = nullptr;
  used_ = capacity_ = 0;
}

std::size_t Arena::bytes_held() const noexcept {
  std::size_t sum = blocks_.size() * block_bytes_;
  for (const Block& block : oversized_) sum += block.size;
  return sum;
}

}  // namespace assay::base
