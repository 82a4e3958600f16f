// A register of AVX2 as four lanes, of 64-bit integers or of doubles: all that the kernels of fma/ know of the
// instruction set, in the namespace of these. registers/avx512f.h has the same names for eight lanes.
#pragma once

#include <cstdint>

#include "kernel/registers/intrinsics.h"

namespace assay::kernel::fma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

using Vector = __m256i;    // four integers of 64 bits
using Double = __m256d;    // four doubles
using LaneMask = __m256i;  // all ones in the lanes that it names, else zeros
using Quad = __m256i;      // four words of one lane

constexpr int kLanes = 4;

// ---- Integers

[[gnu::always_inline]] inline Vector zero() noexcept { return _mm256_setzero_si256(); }
[[gnu::always_inline]] inline Vector broadcast(std::uint64_t x) noexcept {
  return _mm256_set1_epi64x(static_cast<long long>(x));
}
[[gnu::always_inline]] inline Vector add(Vector a, Vector b) noexcept { return _mm256_add_epi64(a, b); }
[[gnu::always_inline]] inline Vector sub(Vector a, Vector b) noexcept { return _mm256_sub_epi64(a, b); }
[[gnu::always_inline]] inline Vector bit_and(Vector a, Vector b) noexcept { return _mm256_and_si256(a, b); }
[[gnu::always_inline]] inline Vector bit_or(Vector a, Vector b) noexcept { return _mm256_or_si256(a, b); }
[[gnu::always_inline]] inline Vector bit_xor(Vector a, Vector b) noexcept { return _mm256_xor_si256(a, b); }
// a without the bits of b.
[[gnu::always_inline]] inline Vector bit_clear(Vector a, Vector b) noexcept { return _mm256_andnot_si256(b, a); }
[[gnu::always_inline]] inline Vector shift_left(Vector a, int bits) noexcept { return _mm256_slli_epi64(a, bits); }
// Zeros come in from above. AVX2 has no arithmetic shift of 64-bit lanes.
[[gnu::always_inline]] inline Vector shift_right(Vector a, int bits) noexcept { return _mm256_srli_epi64(a, bits); }
// By a number of bits that is not known when compiling.
[[gnu::always_inline]] inline Vector shift_left_by(Vector a, int bits) noexcept {
  return _mm256_sll_epi64(a, _mm_cvtsi32_si128(bits));
}
[[gnu::always_inline]] inline Vector shift_right_by(Vector a, int bits) noexcept {
  return _mm256_srl_epi64(a, _mm_cvtsi32_si128(bits));
}
// By a number of bits for each lane.
[[gnu::always_inline]] inline Vector shift_left_each(Vector a, Vector bits) noexcept {
  return _mm256_sllv_epi64(a, bits);
}
[[gnu::always_inline]] inline Vector shift_right_each(Vector a, Vector bits) noexcept {
  return _mm256_srlv_epi64(a, bits);
}
// The product of the low 32 bits.
[[gnu::always_inline]] inline Vector multiply_low32(Vector a, Vector b) noexcept { return _mm256_mul_epu32(a, b); }

// ---- Doubles

[[gnu::always_inline]] inline Vector bits_of(Double a) noexcept { return _mm256_castpd_si256(a); }
[[gnu::always_inline]] inline Double from_bits(Vector bits) noexcept { return _mm256_castsi256_pd(bits); }
[[gnu::always_inline]] inline Double broadcast_double(double x) noexcept { return _mm256_set1_pd(x); }
[[gnu::always_inline]] inline Double broadcast_from(const double& x) noexcept { return _mm256_broadcast_sd(&x); }
[[gnu::always_inline]] inline Double add(Double a, Double b) noexcept { return _mm256_add_pd(a, b); }
[[gnu::always_inline]] inline Double sub(Double a, Double b) noexcept { return _mm256_sub_pd(a, b); }
[[gnu::always_inline]] inline Double bit_xor(Double a, Double b) noexcept { return _mm256_xor_pd(a, b); }
// a b + c, rounded once.
[[gnu::always_inline]] inline Double multiply_add(Double a, Double b, Double c) noexcept {
  return _mm256_fmadd_pd(a, b, c);
}

// ---- Masks

// Lane i is named if bit i of m is set.
[[gnu::always_inline]] inline LaneMask full_mask(unsigned m) noexcept {
  const Vector bits = _mm256_setr_epi64x(1, 2, 4, 8);
  return _mm256_cmpeq_epi64(bit_and(broadcast(m), bits), bits);
}
// The way back.
[[gnu::always_inline]] inline std::uint8_t mask_bits(LaneMask mask) noexcept {
  return static_cast<std::uint8_t>(_mm256_movemask_pd(from_bits(mask)));
}
// The top bits of the lanes.
[[gnu::always_inline]] inline std::uint8_t top_bits(Vector a) noexcept { return mask_bits(a); }
[[gnu::always_inline]] inline LaneMask no_lanes() noexcept { return zero(); }
[[gnu::always_inline]] inline LaneMask mask_and(LaneMask a, LaneMask b) noexcept { return bit_and(a, b); }
[[gnu::always_inline]] inline LaneMask mask_or(LaneMask a, LaneMask b) noexcept { return bit_or(a, b); }
[[gnu::always_inline]] inline LaneMask mask_xor(LaneMask a, LaneMask b) noexcept { return bit_xor(a, b); }
[[gnu::always_inline]] inline LaneMask equal_lanes(Vector a, Vector b) noexcept { return _mm256_cmpeq_epi64(a, b); }
[[gnu::always_inline]] inline LaneMask every_lane() noexcept { return equal_lanes(zero(), zero()); }
// a < b, unsigned: AVX2 compares only numbers with signs.
[[gnu::always_inline]] inline LaneMask less_lanes(Vector a, Vector b) noexcept {
  const Vector top = broadcast(std::uint64_t{1} << 63);
  return _mm256_cmpgt_epi64(bit_xor(b, top), bit_xor(a, top));
}
// a where the mask is set, else b.
[[gnu::always_inline]] inline Vector choose(LaneMask mask, Vector a, Vector b) noexcept {
  return _mm256_blendv_epi8(b, a, mask);
}
[[gnu::always_inline]] inline Double choose(LaneMask mask, Double a, Double b) noexcept {
  return _mm256_blendv_pd(b, a, from_bits(mask));
}
// a in the lanes in which `sign` is negative, else b.
[[gnu::always_inline]] inline Vector if_negative(Vector sign, Vector a, Vector b) noexcept {
  return bits_of(_mm256_blendv_pd(from_bits(b), from_bits(a), from_bits(sign)));
}
// a where the mask is set, else zero.
[[gnu::always_inline]] inline Vector keep(LaneMask mask, Vector a) noexcept { return bit_and(mask, a); }
// ~a where the mask is set, else a.
[[gnu::always_inline]] inline Vector invert_bits(LaneMask mask, Vector a) noexcept { return bit_xor(a, mask); }
// a + 1 or a - 1 where the mask is set, else a.
[[gnu::always_inline]] inline Vector increment(LaneMask mask, Vector a) noexcept { return sub(a, mask); }
[[gnu::always_inline]] inline Vector decrement(LaneMask mask, Vector a) noexcept { return add(a, mask); }

// ---- Memory

// Any address.
[[gnu::always_inline]] inline Vector load(const void* from) noexcept {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}
[[gnu::always_inline]] inline void store(void* to, Vector a) noexcept {
  _mm256_storeu_si256(static_cast<__m256i*>(to), a);
}
// One word for each lane.
[[gnu::always_inline]] inline Vector load_lanes(const std::uint64_t (&words)[kLanes]) noexcept { return load(words); }
// The word of lane 0.
[[gnu::always_inline]] inline std::uint64_t first_lane(Vector a) noexcept {
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm256_castsi256_si128(a)));
}

// ---- Places

// Four rows hold four words of every lane: row l is what `quad_of(l)` returns.
template <class QuadOf>
[[gnu::always_inline]] inline void load_rows(Vector (&rows)[4], QuadOf&& quad_of) noexcept {
#pragma GCC unroll 4
  for (int l = 0; l < 4; ++l) rows[l] = quad_of(l);
}
// The words of lane l.
[[gnu::always_inline]] inline Quad quad_of_row(const Vector (&rows)[4], int l) noexcept { return rows[l]; }

// From rows to words: rows[i] becomes word i of every lane. And back. Cost: 8 shuffles.
[[gnu::always_inline]] inline void transpose(Vector (&r)[4]) noexcept {
  const Vector even01 = _mm256_unpacklo_epi64(r[0], r[1]), odd01 = _mm256_unpackhi_epi64(r[0], r[1]);
  const Vector even23 = _mm256_unpacklo_epi64(r[2], r[3]), odd23 = _mm256_unpackhi_epi64(r[2], r[3]);
  r[0] = _mm256_permute2x128_si256(even01, even23, 0x20);
  r[1] = _mm256_permute2x128_si256(odd01, odd23, 0x20);
  r[2] = _mm256_permute2x128_si256(even01, even23, 0x31);
  r[3] = _mm256_permute2x128_si256(odd01, odd23, 0x31);
}
// The same 16 bytes over and over.
[[gnu::always_inline]] inline Vector repeat(__m128i a) noexcept { return _mm256_broadcastsi128_si256(a); }
// Of each 16 bytes: byte i becomes byte places[i] & 15, or zero if the top bit of places[i] is set.
[[gnu::always_inline]] inline Vector shuffle_bytes(Vector a, Vector places) noexcept {
  return _mm256_shuffle_epi8(a, places);
}
// Moves lane i XOR kDistance to lane i.
template <int kDistance>
[[gnu::always_inline]] inline Double turned(Double a) noexcept {
  static_assert(kDistance == 1 || kDistance == 2);
  return _mm256_permute4x64_pd(a, kDistance == 2 ? 0x4e : 0xb1);
}

}  // namespace
}  // namespace assay::kernel::fma
