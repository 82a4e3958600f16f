// Compares secrets in a time that does not depend on their bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace assay::digest {

// Returns whether `size` bytes are equal. Compares eight at a time: a MAC of 32 bytes takes four steps.
inline bool equal_in_constant_time(const void* a, const void* b, std::size_t size) noexcept {
  const auto* x = static_cast<const unsigned char*>(a);
  const auto* y = static_cast<const unsigned char*>(b);
  std::uint64_t difference = 0;
  std::size_t at = 0;
  for (; at + 8 <= size; at += 8) {
    std::uint64_t left, right;
    std::memcpy(&left, x + at, 8);
    std::memcpy(&right, y + at, 8);
    difference |= left ^ right;
    asm volatile("" : "+r"(difference));  // else the compiler might stop at the first difference
  }
  for (; at < size; ++at) {
    difference |= static_cast<std::uint64_t>(x[at] ^ y[at]);
    asm volatile("" : "+r"(difference));
  }
  return difference == 0;
}

}  // namespace assay::digest
