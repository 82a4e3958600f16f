// Exact products and conversions in lanes of doubles: the operations that all kernels of this folder build upon.
//
// The folder is compiled twice: for four lanes of AVX2 and, by the files of avx512f/, for eight lanes of AVX-512. The
// build says which (ASSAY_FMA_LANES). What they know of the instruction set is in registers/.
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

#include <cstdint>

#if ASSAY_FMA_LANES == 8
#include "kernel/registers/avx512f.h"
#elif ASSAY_FMA_LANES == 4
#include "kernel/registers/avx2.h"
#else
#error "ASSAY_FMA_LANES is 4 or 8"
#endif

namespace assay::kernel::fma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

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

// Four words of one lane, at any address.
[[gnu::always_inline]] inline Quad load_quad(const std::uint64_t* from) noexcept {
  return _mm256_loadu_si256(reinterpret_cast<const Quad*>(from));
}
[[gnu::always_inline]] inline void store_quad(std::uint64_t* to, Quad a) noexcept {
  _mm256_storeu_si256(reinterpret_cast<Quad*>(to), a);
}

// The double of this bit pattern in every lane.
[[gnu::always_inline]] inline Double constant(std::uint64_t bits) noexcept { return from_bits(broadcast(bits)); }

// ---- Between integers and doubles. All are exact.

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
  asm volatile("" : "+v"(low), "+v"(high));
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

}  // namespace
}  // namespace assay::kernel::fma
