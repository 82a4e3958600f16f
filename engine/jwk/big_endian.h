// Unsigned integers of any size as big-endian bytes, the form in which JOSE writes them (RFC 7518 §2).
//
// For public values only: time depends on the value.
#pragma once

#include <bit>
#include <cstddef>
#include <string_view>

namespace assay::jwk {

// True if the number is even.
inline bool is_even(std::string_view big_endian) noexcept {
  return big_endian.empty() || (static_cast<unsigned char>(big_endian.back()) & 1) == 0;
}

inline std::string_view without_leading_zeros(std::string_view big_endian) noexcept {
  while (!big_endian.empty() && big_endian.front() == 0) big_endian.remove_prefix(1);
  return big_endian;
}

// Bits without leading zeros; 0 of zero.
inline std::size_t bit_length(std::string_view big_endian) noexcept {
  big_endian = without_leading_zeros(big_endian);
  if (big_endian.empty()) return 0;
  return big_endian.size() * 8 - static_cast<std::size_t>(std::countl_zero(static_cast<unsigned char>(big_endian[0])));
}

}  // namespace assay::jwk
