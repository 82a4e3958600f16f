// The unit of work: a block of input with its records as views, and what the stages make of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "assay/instant.h"
#include "codec/json_fast.h"
#include "stream/summary.h"

namespace assay::stream {

// Bytes with a size, followed by kJsonPadding readable bytes. Not zeroed when it grows, unlike std::string.
class Buffer {
 public:
  char* data() noexcept { return bytes_.get(); }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  std::string_view view() const noexcept { return {bytes_.get(), size_}; }

  // `size` is at most the capacity.
  void resize(std::size_t size) noexcept { size_ = size; }
  // Room for `capacity` bytes in all; what is held stays. Throws std::bad_alloc.
  void reserve(std::size_t capacity) {
    if (capacity <= capacity_) return;
    std::unique_ptr<char[]> grown(new char[capacity + codec::kJsonPadding]);
    if (size_ != 0) std::memcpy(grown.get(), bytes_.get(), size_);
    std::memset(grown.get() + capacity, 0, codec::kJsonPadding);
    bytes_ = std::move(grown);
    capacity_ = capacity;
  }
  void assign(std::string_view bytes) {
    reserve(bytes.size());
    if (!bytes.empty()) std::memcpy(data(), bytes.data(), bytes.size());
    size_ = bytes.size();
  }
  void release() noexcept {
    bytes_.reset();
    size_ = capacity_ = 0;
  }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_ = 0, capacity_ = 0;
};

// One unit of input that should hold a token.
struct Record {
  std::string_view text;  // the line without its '\n'; empty when too long
  bool too_long = false;  // longer than the splitter's limit
};

// All records are of one file and follow one another. One thread at a time; reused for the next block.
struct Batch {
  Buffer buffer;
  std::vector<Record> records;     // views into `buffer`
  std::size_t file = 0;            // index of the input
  std::uint64_t first_record = 1;  // number of records[0] in the run
  std::uint64_t first_line = 1;    // and in its file
  std::uint64_t bytes = 0;         // of input consumed for this batch, skipped ones included
  Instant now;                     // when the batch was read

  std::string output;  // verdicts, in order
  Counts counts;
  Tally tally;

  // Empties the batch for the next block. Memory that one giant record took is given back.
  void recycle(std::size_t ordinary_bytes);
};

}  // namespace assay::stream
