// Bytes that grow: blocks of input, and the verdicts of a batch.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

#include "codec/json_fast.h"

namespace assay::stream {

// Bytes with a size, followed by kJsonPadding readable bytes. Not zeroed when it grows, unlike std::string, and keeps
// its memory. All that grow it throw std::bad_alloc.
class Buffer {
 public:
  char* data() noexcept { return bytes_.get(); }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  std::string_view view() const noexcept { return {bytes_.get(), size_}; }

  // `size` is at most the capacity.
  void resize(std::size_t size) noexcept { size_ = size; }
  // Room for `capacity` bytes in all; what is held stays.
  void reserve(std::size_t capacity) {
    if (capacity <= capacity_) return;
    std::unique_ptr<char[]> grown(new char[capacity + codec::kJsonPadding]);
    if (size_ != 0) std::memcpy(grown.get(), bytes_.get(), size_);
    std::memset(grown.get() + capacity, 0, codec::kJsonPadding);
    bytes_ = std::move(grown);
    capacity_ = capacity;
  }
  void assign(std::string_view bytes) {
    size_ = 0;
    *this += bytes;
  }
  void release() noexcept {
    bytes_.reset();
    size_ = capacity_ = 0;
  }

  // The end of what is held, with `bytes` writable bytes behind it. Whoever writes them says so with resize_to.
  char* room(std::size_t bytes) {
    if (capacity_ - size_ < bytes) reserve(std::max(size_ + bytes, 2 * capacity_));
    return bytes_.get() + size_;
  }
  void resize_to(const char* end) noexcept { size_ = static_cast<std::size_t>(end - bytes_.get()); }
  Buffer& operator+=(std::string_view bytes) {
    char* to = room(bytes.size());
    if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
    size_ += bytes.size();
    return *this;
  }
  Buffer& operator+=(char byte) {
    *room(1) = byte;
    ++size_;
    return *this;
  }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0, capacity_ = 0;
};

}  // namespace assay::stream
