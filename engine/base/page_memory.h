// Memory for tables: from the system directly, given back to it when freed, on huge pages where large.
#pragma once

#include <cstddef>
#include <cstdint>

namespace assay::base {

// Aligned to 64 bytes, or to 2 MiB when large. Zero-filled. Moves; does not copy. Not thread safe.
class PageMemory {
 public:
  PageMemory() = default;
  // At least `bytes`. Empty when the system has none left.
  explicit PageMemory(std::size_t bytes);
  ~PageMemory();
  PageMemory(PageMemory&& other) noexcept;
  PageMemory& operator=(PageMemory&& other) noexcept;

  explicit operator bool() const noexcept { return data_ != nullptr; }
  std::uint64_t* words() const noexcept { return static_cast<std::uint64_t*>(data_); }
  void* data() const noexcept { return data_; }

  // What a request takes from the system: whole pages, small ones or huge ones.
  static std::size_t rounded(std::size_t bytes) noexcept;

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace assay::base
