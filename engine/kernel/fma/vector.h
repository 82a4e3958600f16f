// A register of AVX2 as four lanes, of 64-bit integers or of doubles, and the operations that all kernels of this
// folder build upon.
//
// A limb is an integer of 52 bits, held as a double. Two FMAs give the exact product of two limbs in two halves
// (N. Emmart, J. Zheng, C. Weems, "Faster modular exponentiation using double precision floating point arithmetic on
// the GPU", ARITH 2018). With C1 = 2^104 and C2 = C1 + 2^52,
//
//     high = fma(a, b, C1)          is  C1 + 2^52 floor(a b / 2^52),
//     low  = fma(a, b, C2 - high)   is  2^52 + (a b mod 2^52).
//
// Rounding must be toward zero: then high is rounded down to a multiple of 2^52, and low is below 2^53 and exact. Bit
// patterns of doubles of one binade are linear, so the patterns of high and low are kBits104 and kBits52 plus the
// halves. Sums of patterns are sums of halves; who adds them takes the constants out in bulk. The halves are those of
// AVX-512 IFMA. If factors have signs, C1 = 1.5 * 2^104 leaves room on both sides, and high is rounded down all the
// same.
//
// Every function that a caller outside this folder can reach sets the rounding mode with RoundTowardZero. The
// arithmetic itself sits in noinline functions, since a compiler may move an operation on doubles, but not a call,
// across a change of the mode.
#pragma once

// GCC bug 105593: GCC 12 gives false alarms about its own intrinsics.
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#include <cstdint>

namespace assay::kernel::fma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

using Vector = __m256i;  // four integers of 64 bits
using Double = __m256d;  // four doubles

constexpr int kLanes = 4;
constexpr int kLimbBits = 52;
constexpr std::uint64_t kLimbMask = (std::uint64_t{1} << kLimbBits) - 1;

// Bit patterns of doubles.
constexpr std::uint64_t kBits52 = 0x4330000000000000;         // 2^52
constexpr std::uint64_t kBits52Signed = 0x4338000000000000;   // 1.5 * 2^52
constexpr std::uint64_t kBits104 = 0x4670000000000000;        // 2^104
constexpr std::uint64_t kBits104Signed = 0x4678000000000000;  // 1.5 * 2^104

// MXCSR as the kernels need it for as long as this object lives: rounding toward zero, all exceptions masked, subnormal
// numbers as they are. Then it is what it was before, flags included.
class RoundTowardZero {
 public:
  RoundTowardZero() noexcept : saved_(_mm_getcsr()) { _mm_setcsr(kTowardZero); }
  ~RoundTowardZero() { _mm_setcsr(saved_); }
  RoundTowardZero(const RoundTowardZero&) = delete;
  RoundTowardZero& operator=(const RoundTowardZero&) = delete;

 private:
  static constexpr unsigned kTowardZero = 0x7f80;
  const unsigned saved_;
};

// ---- Integers

[[gnu::always_inline]] inline Vector zero() noexcept { return _mm256_setzero_si256(); }
[[gnu::always_inline]] inline Vector broadcast(std::uint64_t x) noexcept {
  return _mm256_set1_epi64x(static_cast<long long>(x));
}
[[gnu::always_inline]] inline Vector add(Vector a, Vector b) noexcept { return _mm256_add_epi64(a, b); }
[[gnu::always_inline]] inline Vector sub(Vector a, Vector b) noexcept { return _mm256_sub_epi64(a, b); }
[[gnu::always_inline]] inline Vector bit_and(Vector a, Vector b) noexcept { return _mm256_and_si256(a, b); }
[[gnu::always_inline]] inline Vector bit_or(Vector a, Vector b) noexcept { return _mm256_or_si256(a, b); }
[[gnu::always_inline]] inline Vector shift_left(Vector a, int bits) noexcept { return _mm256_slli_epi64(a, bits); }
// Zeros come in from above. AVX2 has no arithmetic shift of 64-bit lanes.
[[gnu::always_inline]] inline Vector shift_right(Vector a, int bits) noexcept { return _mm256_srli_epi64(a, bits); }

// All ones in the lanes in which a = b, else zeros.
[[gnu::always_inline]] inline Vector equal_lanes(Vector a, Vector b) noexcept { return _mm256_cmpeq_epi64(a, b); }

// ---- Doubles

[[gnu::always_inline]] inline Vector bits_of(Double a) noexcept { return _mm256_castpd_si256(a); }
[[gnu::always_inline]] inline Double from_bits(Vector bits) noexcept { return _mm256_castsi256_pd(bits); }
// The double of this bit pattern in every lane.
[[gnu::always_inline]] inline Double constant(std::uint64_t bits) noexcept { return from_bits(broadcast(bits)); }
[[gnu::always_inline]] inline Double add(Double a, Double b) noexcept { return _mm256_add_pd(a, b); }
[[gnu::always_inline]] inline Double sub(Double a, Double b) noexcept { return _mm256_sub_pd(a, b); }
// a b + c, rounded once.
[[gnu::always_inline]] inline Double multiply_add(Double a, Double b, Double c) noexcept {
  return _mm256_fmadd_pd(a, b, c);
}

// ---- Between the two. All are exact.

// The low 52 bits of t as an integer from 0 to 2^52 - 1.
[[gnu::always_inline]] inline Double limb_of(Vector t) noexcept {
  return sub(from_bits(bit_or(bit_and(t, broadcast(kLimbMask)), broadcast(kBits52))), constant(kBits52));
}
// The low 52 bits of t, less 2^51: what is left of a balanced limb, from -2^51 to 2^51 - 1, to which 2^51 was added.
[[gnu::always_inline]] inline Double balanced_limb_of(Vector t) noexcept {
  return sub(from_bits(bit_or(bit_and(t, broadcast(kLimbMask)), broadcast(kBits52))), constant(kBits52Signed));
}
// t, a signed integer with -2^51 <= t < 2^51.
[[gnu::always_inline]] inline Double signed_double_of(Vector t) noexcept {
  return sub(from_bits(add(t, broadcast(kBits52Signed))), constant(kBits52Signed));
}
// kBits52 + a, for an integer 0 <= a < 2^52.
[[gnu::always_inline]] inline Vector biased_integer_of(Double a) noexcept { return bits_of(add(a, constant(kBits52))); }
// kBits52Signed + a, for an integer with -2^51 <= a <= 2^51.
[[gnu::always_inline]] inline Vector biased_signed_integer_of(Double a) noexcept {
  return bits_of(add(a, constant(kBits52Signed)));
}

// ---- Exact products, rounding toward zero

// GCC 12 reassociates sums of integers, which makes all products of a block wait in registers, and so in memory. What
// it knows nothing about stays where it is.
[[gnu::always_inline]] inline void keep_order([[maybe_unused]] Vector& low, [[maybe_unused]] Vector& high) noexcept {
#ifdef __AVX2__  // not where a test models the instructions
  asm volatile("" : "+x"(low), "+x"(high));
#endif
}

// low += kBits52 + (a b mod 2^52), high += kBits104 + floor(a b / 2^52). a b is an integer with 0 <= a b < 2^104.
[[gnu::always_inline]] inline void add_product(Vector& low, Vector& high, Double a, Double b) noexcept {
  const Double upper = multiply_add(a, b, constant(kBits104));
  high = add(high, bits_of(upper));
  low = add(low, bits_of(multiply_add(a, b, sub(constant(kBits104 + 1), upper))));
  keep_order(low, high);
}
// low += kBits52 + (a b mod 2^52), high += kBits104Signed + floor(a b / 2^52). a b is an integer, |a b| <= 2^103.
[[gnu::always_inline]] inline void add_signed_product(Vector& low, Vector& high, Double a, Double b) noexcept {
  const Double upper = multiply_add(a, b, constant(kBits104Signed));
  high = add(high, bits_of(upper));
  low = add(low, bits_of(multiply_add(a, b, sub(constant(kBits104Signed + 1), upper))));
  keep_order(low, high);
}

// ---- Shuffles

// Word j of r[i] becomes word i of r[j]. Cost: 8 shuffles.
[[gnu::always_inline]] inline void transpose(Vector (&r)[kLanes]) noexcept {
  const Vector even01 = _mm256_unpacklo_epi64(r[0], r[1]), odd01 = _mm256_unpackhi_epi64(r[0], r[1]);
  const Vector even23 = _mm256_unpacklo_epi64(r[2], r[3]), odd23 = _mm256_unpackhi_epi64(r[2], r[3]);
  r[0] = _mm256_permute2x128_si256(even01, even23, 0x20);
  r[1] = _mm256_permute2x128_si256(odd01, odd23, 0x20);
  r[2] = _mm256_permute2x128_si256(even01, even23, 0x31);
  r[3] = _mm256_permute2x128_si256(odd01, odd23, 0x31);
}

}  // namespace
}  // namespace assay::kernel::fma
