// A register of AVX-512 as eight lanes of 64 bits, and the operations that all kernels of this folder build upon.
//
// The multiply-add instructions of IFMA read the low 52 bits of their factors and ignore the rest.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/registers/words.h"

namespace assay::kernel::ifma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

using Vector = __m512i;
using LaneMask = __mmask8;

constexpr int kLanes = 8;
constexpr int kLimbBits = 52;
constexpr std::uint64_t kLimbMask = (std::uint64_t{1} << kLimbBits) - 1;

[[gnu::always_inline]] inline Vector zero() noexcept { return _mm512_setzero_si512(); }
[[gnu::always_inline]] inline Vector broadcast(std::uint64_t x) noexcept {
  return _mm512_set1_epi64(static_cast<long long>(x));
}
[[gnu::always_inline]] inline Vector add(Vector a, Vector b) noexcept { return _mm512_add_epi64(a, b); }
// Sums modulo 2^64, of words that fill a lane. Every other sum of this folder is of limbs, which keep their sign.
using WordsInLanes = std::uint64_t __attribute__((vector_size(64)));
[[gnu::always_inline]] inline Vector add_words(Vector a, Vector b) noexcept {
  return Vector(WordsInLanes(a) + WordsInLanes(b));
}
[[gnu::always_inline]] inline Vector sub_words(Vector a, Vector b) noexcept {
  return Vector(WordsInLanes(a) - WordsInLanes(b));
}
// Returns accumulator + the low 52 bits of a b.
[[gnu::always_inline]] inline Vector add_low(Vector accumulator, Vector a, Vector b) noexcept {
  return _mm512_madd52lo_epu64(accumulator, a, b);
}
// Returns accumulator + the high 52 bits of a b.
[[gnu::always_inline]] inline Vector add_high(Vector accumulator, Vector a, Vector b) noexcept {
  return _mm512_madd52hi_epu64(accumulator, a, b);
}

// Byte i: i.
[[gnu::always_inline]] inline Vector ascending() noexcept {
  return _mm512_set_epi8(63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41, 40,
                         39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17, 16,
                         15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
}
// Byte i: last - positions[i]. An index of a permutation counts modulo 64.
[[gnu::always_inline]] inline Vector backwards(std::size_t last, Vector positions) noexcept {
  return _mm512_sub_epi8(_mm512_set1_epi8(static_cast<char>(last)), positions);
}

}  // namespace
}  // namespace assay::kernel::ifma
