// Bytes that grow: blocks of input, and the verdicts of a batch.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>

#include "codec/json_fast.h"

namespace assay::input {

// Bytes with a size, followed by kJsonPadding readable bytes. Unlike a std::string it does not zero what it grows by,
// and it keeps its memory. Members that grow it throw std::bad_alloc. A buffer that was moved from is empty.
class Buffer {
 public:
  Buffer() = default;
  Buffer(Buffer&& other) noexcept
      : bytes_(std::move(other.bytes_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  char* data() noexcept { return bytes_.get(); }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  std::string_view view() const noexcept { return {bytes_.get(), size_}; }

  // `size` is at most the capacity.
  void resize(std::size_t size) noexcept { size_ = size; }
  // Makes room for `capacity` bytes in all and keeps those that are there.
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

  // Returns the end of the bytes held, with at least `bytes` writable bytes behind it. Call resize_to after writing.
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

}  // namespace assay::input
