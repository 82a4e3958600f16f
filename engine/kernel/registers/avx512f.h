// A register of AVX-512 as eight lanes, of 64-bit integers or of doubles: registers/avx2.h at twice the width.
//
// It asks for AVX-512 F, BW, DQ and VL, which every CPU with AVX-512F has since Skylake-SP (only Knights Landing has F
// without the others). None of what came later is used: neither IFMA nor VBMI.
#pragma once

#include <cstdint>

#include "kernel/registers/intrinsics.h"

namespace assay::kernel::fma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

using Vector = __m512i;     // eight integers of 64 bits
using Double = __m512d;     // eight doubles
using LaneMask = __mmask8;  // bit i names lane i
using Quad = __m256i;       // four words of one lane

constexpr int kLanes = 8;

// ---- Integers

[[gnu::always_inline]] inline Vector zero() noexcept { return _mm512_setzero_si512(); }
[[gnu::always_inline]] inline Vector broadcast(std::uint64_t x) noexcept {
  return _mm512_set1_epi64(static_cast<long long>(x));
}
// Modulo 2^64, as those of bit patterns are.
using WordsInLanes = std::uint64_t __attribute__((vector_size(64)));
[[gnu::always_inline]] inline Vector add(Vector a, Vector b) noexcept {
  return Vector(WordsInLanes(a) + WordsInLanes(b));
}
[[gnu::always_inline]] inline Vector sub(Vector a, Vector b) noexcept {
  return Vector(WordsInLanes(a) - WordsInLanes(b));
}
[[gnu::always_inline]] inline Vector bit_and(Vector a, Vector b) noexcept { return _mm512_and_si512(a, b); }
[[gnu::always_inline]] inline Vector bit_or(Vector a, Vector b) noexcept { return _mm512_or_si512(a, b); }
[[gnu::always_inline]] inline Vector bit_xor(Vector a, Vector b) noexcept { return _mm512_xor_si512(a, b); }
[[gnu::always_inline]] inline Vector bit_clear(Vector a, Vector b) noexcept { return _mm512_andnot_si512(b, a); }
[[gnu::always_inline]] inline Vector shift_left(Vector a, int bits) noexcept {
  return _mm512_slli_epi64(a, static_cast<unsigned>(bits));
}
[[gnu::always_inline]] inline Vector shift_right(Vector a, int bits) noexcept {
  return _mm512_srli_epi64(a, static_cast<unsigned>(bits));
}
[[gnu::always_inline]] inline Vector shift_left_by(Vector a, int bits) noexcept {
  return _mm512_sll_epi64(a, _mm_cvtsi32_si128(bits));
}
[[gnu::always_inline]] inline Vector shift_right_by(Vector a, int bits) noexcept {
  return _mm512_srl_epi64(a, _mm_cvtsi32_si128(bits));
}
[[gnu::always_inline]] inline Vector shift_left_each(Vector a, Vector bits) noexcept {
  return _mm512_sllv_epi64(a, bits);
}
[[gnu::always_inline]] inline Vector shift_right_each(Vector a, Vector bits) noexcept {
  return _mm512_srlv_epi64(a, bits);
}
[[gnu::always_inline]] inline Vector multiply_low32(Vector a, Vector b) noexcept { return _mm512_mul_epu32(a, b); }

// ---- Doubles

[[gnu::always_inline]] inline Vector bits_of(Double a) noexcept { return _mm512_castpd_si512(a); }
[[gnu::always_inline]] inline Double from_bits(Vector bits) noexcept { return _mm512_castsi512_pd(bits); }
[[gnu::always_inline]] inline Double broadcast_double(double x) noexcept { return _mm512_set1_pd(x); }
[[gnu::always_inline]] inline Double broadcast_from(const double& x) noexcept { return _mm512_set1_pd(x); }
[[gnu::always_inline]] inline Double add(Double a, Double b) noexcept { return _mm512_add_pd(a, b); }
[[gnu::always_inline]] inline Double sub(Double a, Double b) noexcept { return _mm512_sub_pd(a, b); }
[[gnu::always_inline]] inline Double bit_xor(Double a, Double b) noexcept { return _mm512_xor_pd(a, b); }
[[gnu::always_inline]] inline Double multiply_add(Double a, Double b, Double c) noexcept {
  return _mm512_fmadd_pd(a, b, c);
}

// ---- Masks

[[gnu::always_inline]] inline LaneMask full_mask(unsigned m) noexcept { return static_cast<LaneMask>(m); }
[[gnu::always_inline]] inline std::uint8_t mask_bits(LaneMask mask) noexcept { return mask; }
[[gnu::always_inline]] inline std::uint8_t top_bits(Vector a) noexcept { return _mm512_movepi64_mask(a); }
[[gnu::always_inline]] inline LaneMask no_lanes() noexcept { return 0; }
[[gnu::always_inline]] inline LaneMask every_lane() noexcept { return 0xff; }
[[gnu::always_inline]] inline LaneMask mask_and(LaneMask a, LaneMask b) noexcept {
  return static_cast<LaneMask>(a & b);
}
[[gnu::always_inline]] inline LaneMask mask_or(LaneMask a, LaneMask b) noexcept { return static_cast<LaneMask>(a | b); }
[[gnu::always_inline]] inline LaneMask mask_xor(LaneMask a, LaneMask b) noexcept {
  return static_cast<LaneMask>(a ^ b);
}
[[gnu::always_inline]] inline LaneMask equal_lanes(Vector a, Vector b) noexcept {
  return _mm512_cmpeq_epi64_mask(a, b);
}
[[gnu::always_inline]] inline LaneMask less_lanes(Vector a, Vector b) noexcept { return _mm512_cmplt_epu64_mask(a, b); }
[[gnu::always_inline]] inline Vector choose(LaneMask mask, Vector a, Vector b) noexcept {
  return _mm512_mask_mov_epi64(b, mask, a);
}
[[gnu::always_inline]] inline Double choose(LaneMask mask, Double a, Double b) noexcept {
  return _mm512_mask_mov_pd(b, mask, a);
}
[[gnu::always_inline]] inline Vector if_negative(Vector sign, Vector a, Vector b) noexcept {
  return choose(_mm512_movepi64_mask(sign), a, b);
}
[[gnu::always_inline]] inline Vector keep(LaneMask mask, Vector a) noexcept { return _mm512_maskz_mov_epi64(mask, a); }
[[gnu::always_inline]] inline Vector invert_bits(LaneMask mask, Vector a) noexcept {
  return _mm512_mask_xor_epi64(a, mask, a, broadcast(~std::uint64_t{0}));
}
[[gnu::always_inline]] inline Vector increment(LaneMask mask, Vector a) noexcept {
  return choose(mask, add(a, broadcast(1)), a);
}
[[gnu::always_inline]] inline Vector decrement(LaneMask mask, Vector a) noexcept {
  return choose(mask, sub(a, broadcast(1)), a);
}

// ---- Memory

[[gnu::always_inline]] inline Vector load(const void* from) noexcept { return _mm512_loadu_si512(from); }
[[gnu::always_inline]] inline void store(void* to, Vector a) noexcept { _mm512_storeu_si512(to, a); }
[[gnu::always_inline]] inline Vector load_lanes(const std::uint64_t (&words)[kLanes]) noexcept { return load(words); }
[[gnu::always_inline]] inline std::uint64_t first_lane(Vector a) noexcept {
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm512_castsi512_si128(a)));
}

// ---- Places

// Four rows hold four words of every lane: row l is what `quad_of(l)` returns, and above it `quad_of(l + 4)`.
template <class QuadOf>
[[gnu::always_inline]] inline void load_rows(Vector (&rows)[4], QuadOf&& quad_of) noexcept {
#pragma GCC unroll 4
  for (int l = 0; l < 4; ++l) rows[l] = _mm512_inserti64x4(_mm512_castsi256_si512(quad_of(l)), quad_of(l + 4), 1);
}
[[gnu::always_inline]] inline Quad quad_of_row(const Vector (&rows)[4], int l) noexcept {
  return l < 4 ? _mm512_castsi512_si256(rows[l]) : _mm512_extracti64x4_epi64(rows[l - 4], 1);
}

// From rows to words: rows[i] becomes word i of every lane. And back. Cost: 8 shuffles.
[[gnu::always_inline]] inline void transpose(Vector (&r)[4]) noexcept {
  const Vector even01 = _mm512_unpacklo_epi64(r[0], r[1]), odd01 = _mm512_unpackhi_epi64(r[0], r[1]);
  const Vector even23 = _mm512_unpacklo_epi64(r[2], r[3]), odd23 = _mm512_unpackhi_epi64(r[2], r[3]);
  // The lower and the upper quarter of each half.
  const Vector lower = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
  const Vector upper = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
  r[0] = _mm512_permutex2var_epi64(even01, lower, even23);
  r[1] = _mm512_permutex2var_epi64(odd01, lower, odd23);
  r[2] = _mm512_permutex2var_epi64(even01, upper, even23);
  r[3] = _mm512_permutex2var_epi64(odd01, upper, odd23);
}
[[gnu::always_inline]] inline Vector repeat(__m128i a) noexcept { return _mm512_broadcast_i32x4(a); }
[[gnu::always_inline]] inline Vector shuffle_bytes(Vector a, Vector places) noexcept {
  return _mm512_shuffle_epi8(a, places);
}
template <int kDistance>
[[gnu::always_inline]] inline Double turned(Double a) noexcept {
  static_assert(kDistance == 1 || kDistance == 2 || kDistance == 4);
  if constexpr (kDistance == 4) {
    return _mm512_shuffle_f64x2(a, a, 0x4e);
  } else {
    return _mm512_permutex_pd(a, kDistance == 2 ? 0x4e : 0xb1);
  }
}

}  // namespace
}  // namespace assay::kernel::fma
