// Memory for tables: from the system directly, given back to it when freed, on huge pages where large.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

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

  // Gives the memory to the caller, who gives it back through adopt() with the bytes that were asked for.
  void* release() noexcept;
  static PageMemory adopt(void* data, std::size_t bytes) noexcept;

  // What a request takes from the system: whole pages, small ones or huge ones.
  static std::size_t rounded(std::size_t bytes) noexcept;

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

// An allocator for vectors that grow long: an array of kLargeArray or more comes from PageMemory, on huge pages if the
// system has some. The first touch of fresh memory then costs one page fault for 2 MiB in place of 512. Smaller arrays
// come from the heap, which keeps memory between calls.
constexpr std::size_t kLargeArray = std::size_t{8} << 20;

template <class T>
struct PageAllocator {
  using value_type = T;
  PageAllocator() = default;
  template <class U>
  PageAllocator(const PageAllocator<U>&) noexcept {}

  T* allocate(std::size_t count) {
    if (count > static_cast<std::size_t>(-1) / 2 / sizeof(T)) throw std::bad_array_new_length();
    const std::size_t bytes = count * sizeof(T);
    if (bytes < kLargeArray) return static_cast<T*>(::operator new(bytes));
    PageMemory memory(bytes);
    if (!memory) throw std::bad_alloc();
    return static_cast<T*>(memory.release());
  }
  void deallocate(T* array, std::size_t count) noexcept {
    const std::size_t bytes = count * sizeof(T);
    if (bytes < kLargeArray) {
      ::operator delete(array);
    } else {
      const PageMemory memory = PageMemory::adopt(array, bytes);
    }
  }
  bool operator==(const PageAllocator&) const noexcept { return true; }
};

}  // namespace assay::base
