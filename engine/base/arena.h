// Memory for one batch: allocated by moving a pointer, given back all at once.
//
// Holds the decoded bytes, claims and details of the tokens of a batch; after the first batches no allocation is left.
// Not thread safe: each thread has its own.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace assay::base {

class Arena {
 public:
  explicit Arena(std::size_t block_bytes = 64 << 10) : block_bytes_(block_bytes) {}
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // `bytes` uninitialised bytes, valid until reset(). Throws std::bad_alloc.
  char* allocate(std::size_t bytes, std::size_t align = 1) {
    std::size_t at = (used_ + align - 1) & ~(align - 1);
    if (current_ == nullptr || at + bytes > capacity_) {
      next_block(bytes + align);
      at = (used_ + align - 1) & ~(align - 1);
    }
    used_ = at + bytes;
    return current_ + at;
  }

  // Gives back the tail of the latest allocation, which was `allocated` bytes and needs only `kept`.
  void shrink_last(std::size_t allocated, std::size_t kept) noexcept { used_ -= allocated - kept; }

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* to = allocate(text.size());
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

  // Value-initialised objects that need no destructor.
  template <class T>
  std::span<T> array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    if (count == 0) return {};
    T* first = reinterpret_cast<T*>(allocate(count * sizeof(T), alignof(T)));
    for (std::size_t i = 0; i < count; ++i) new (first + i) T();
    return {first, count};
  }

  // Forgets every allocation; keeps the ordinary blocks, frees the oversized ones.
  void reset() noexcept;
  // Bytes held, used or not.
  std::size_t bytes_held() const noexcept;

 private:
  struct Block {
    std::unique_ptr<char[]> memory;
    std::size_t size;
  };
  void next_block(std::size_t at_least);

  std::size_t block_bytes_;
  std::vector<Block> blocks_;     // ordinary, reused
  std::vector<Block> oversized_;  // larger than block_bytes_, freed at reset
  std::size_t next_ = 0;          // index of the next ordinary block to use
  char* current_ = nullptr;
  std::size_t used_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace assay::base
