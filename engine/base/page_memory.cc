#include "base/page_memory.h"

#include <sys/mman.h>

#include <cstdlib>
#include <cstring>
#include <utility>

namespace assay::base {
namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kHugePage = std::size_t{2} << 20;
// Below this the heap serves: an RSA modulus is 1.3 KB.
constexpr std::size_t kMapped = std::size_t{16} << 10;

constexpr std::size_t up_to(std::size_t bytes, std::size_t unit) noexcept { return (bytes + unit - 1) / unit * unit; }

// A table's lookups touch a page each: 20 to 130 a signature. Huge pages spare most of their TLB misses. They are used
// if rounding up to whole ones adds at most a third, as it does to tables of P-256 of 11 bits, which a hundred keys
// get.
constexpr bool is_large(std::size_t bytes) noexcept { return up_to(bytes, kHugePage) <= bytes / 3 * 4; }

// `bytes` of whole huge pages, aligned to one: maps one more, and gives back what lies outside.
void* map_aligned(std::size_t bytes) noexcept {
  void* mapped = mmap(nullptr, bytes + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  const auto begin = reinterpret_cast<std::uintptr_t>(mapped);
  const std::size_t before = up_to(begin, kHugePage) - begin;
  char* const aligned = static_cast<char*>(mapped) + before;
  if (before > 0) munmap(mapped, before);
  if (before < kHugePage) munmap(aligned + bytes, kHugePage - before);
  // This is only a wish: the system may have no huge pages, or be configured to grant none.
  static_cast<void>(madvise(aligned, bytes, MADV_HUGEPAGE));
  return aligned;
}

}  // namespace

std::size_t PageMemory::rounded(std::size_t bytes) noexcept {
  if (bytes < kMapped) return up_to(bytes, 64);
  return is_large(bytes) ? up_to(bytes, kHugePage) : up_to(bytes, kPage);
}

PageMemory::PageMemory(std::size_t bytes) : bytes_(rounded(bytes)) {
  if (bytes_ == 0) return;
  if (bytes_ < kMapped) {
    data_ = std::aligned_alloc(64, bytes_);
    if (data_ != nullptr) std::memset(data_, 0, bytes_);
  } else if (is_large(bytes_)) {
    data_ = map_aligned(bytes_);
  } else {
    data_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data_ == MAP_FAILED) data_ = nullptr;
  }
}

PageMemory::~PageMemory() {
  if (data_ == nullptr) return;
  if (bytes_ < kMapped) {
    std::free(data_);
  } else {
    munmap(data_, bytes_);
  }
}

PageMemory::PageMemory(PageMemory&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), bytes_(std::exchange(other.bytes_, 0)) {}

PageMemory& PageMemory::operator=(PageMemory&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

void* PageMemory::release() noexcept {
  bytes_ = 0;
  return std::exchange(data_, nullptr);
}

PageMemory PageMemory::adopt(void* data, std::size_t bytes) noexcept {
  PageMemory memory;
  memory.data_ = data;
  memory.bytes_ = rounded(bytes);
  return memory;
}

}  // namespace assay::base
