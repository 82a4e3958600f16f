// Sums and differences of numbers of N 64-bit words, with the carries that compilers make too much of.
//
// From 128-bit sums g++ makes a comparison, a set flag and an addition where a CPU has one addition with carry: half of
// a field's difference. So x86-64 has the compilers' own functions here, and aarch64 instructions for the lengths of
// the fields. Everything else, and what is computed when compiling, are plain C++.
#pragma once

#include <cstdint>
#include <type_traits>

#include "kernel/curve/tower.h"

namespace assay::kernel::portable {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

// a + b + carry modulo 2^64. `carry` is 0 or 1, and becomes the carry out.
[[gnu::always_inline]] constexpr std::uint64_t add_word(unsigned char& carry, std::uint64_t a,
                                                        std::uint64_t b) noexcept {
#if defined(__x86_64__)
  if (!std::is_constant_evaluated()) {
    unsigned long long sum = 0;
    carry = __builtin_ia32_addcarryx_u64(carry, a, b, &sum);
    return sum;
  }
#endif
  const UInt128 sum = UInt128{a} + b + carry;
  carry = static_cast<unsigned char>(sum >> 64);
  return static_cast<std::uint64_t>(sum);
}

// a - b - borrow modulo 2^64. `borrow` is 0 or 1, and becomes the borrow out.
[[gnu::always_inline]] constexpr std::uint64_t sub_word(unsigned char& borrow, std::uint64_t a,
                                                        std::uint64_t b) noexcept {
#if defined(__x86_64__)
  if (!std::is_constant_evaluated()) {
    unsigned long long difference = 0;
#if defined(__clang__)
    borrow = __builtin_ia32_subborrow_u64(borrow, a, b, &difference);
#else
    borrow = __builtin_ia32_sbb_u64(borrow, a, b, &difference);
#endif
    return difference;
  }
#endif
  const UInt128 difference = UInt128{a} - b - borrow;
  borrow = static_cast<unsigned char>(difference >> 64) & 1;
  return static_cast<std::uint64_t>(difference);
}

// sum = a + b modulo 2^(64N). Returns the carry. The three may be the same words.
template <int N>
constexpr std::uint64_t add_words(std::uint64_t (&sum)[N], const std::uint64_t (&a)[N],
                                  const std::uint64_t (&b)[N]) noexcept {
#if defined(__aarch64__)
  if (!std::is_constant_evaluated()) {
    std::uint64_t carry = 0, s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0;
    if constexpr (N == 4) {
      __asm__(
          "adds %[s0], %x[a0], %x[b0]\n\tadcs %[s1], %x[a1], %x[b1]\n\tadcs %[s2], %x[a2], %x[b2]\n\t"
          "adcs %[s3], %x[a3], %x[b3]\n\tcset %[carry], cs"
          : [s0] "=&r"(s0), [s1] "=&r"(s1), [s2] "=&r"(s2), [s3] "=&r"(s3), [carry] "=r"(carry)
          : [a0] "rZ"(a[0]), [b0] "rZ"(b[0]), [a1] "rZ"(a[1]), [b1] "rZ"(b[1]), [a2] "rZ"(a[2]), [b2] "rZ"(b[2]),
            [a3] "rZ"(a[3]), [b3] "rZ"(b[3])
          : "cc");
      sum[0] = s0, sum[1] = s1, sum[2] = s2, sum[3] = s3;
      return carry;
    }
    if constexpr (N == 6) {
      __asm__(
          "adds %[s0], %x[a0], %x[b0]\n\tadcs %[s1], %x[a1], %x[b1]\n\tadcs %[s2], %x[a2], %x[b2]\n\t"
          "adcs %[s3], %x[a3], %x[b3]\n\tadcs %[s4], %x[a4], %x[b4]\n\tadcs %[s5], %x[a5], %x[b5]\n\t"
          "cset %[carry], cs"
          : [s0] "=&r"(s0), [s1] "=&r"(s1), [s2] "=&r"(s2), [s3] "=&r"(s3), [s4] "=&r"(s4), [s5] "=&r"(s5),
            [carry] "=r"(carry)
          : [a0] "rZ"(a[0]), [b0] "rZ"(b[0]), [a1] "rZ"(a[1]), [b1] "rZ"(b[1]), [a2] "rZ"(a[2]), [b2] "rZ"(b[2]),
            [a3] "rZ"(a[3]), [b3] "rZ"(b[3]), [a4] "rZ"(a[4]), [b4] "rZ"(b[4]), [a5] "rZ"(a[5]), [b5] "rZ"(b[5])
          : "cc");
      sum[0] = s0, sum[1] = s1, sum[2] = s2, sum[3] = s3, sum[4] = s4, sum[5] = s5;
      return carry;
    }
  }
#endif
  unsigned char carry = 0;
#pragma GCC unroll 9
  for (int i = 0; i < N; ++i) sum[i] = add_word(carry, a[i], b[i]);
  return carry;
}

// difference = a - b modulo 2^(64N). Returns the borrow. The three may be the same words.
template <int N>
constexpr std::uint64_t sub_words(std::uint64_t (&difference)[N], const std::uint64_t (&a)[N],
                                  const std::uint64_t (&b)[N]) noexcept {
#if defined(__aarch64__)
  if (!std::is_constant_evaluated()) {
    std::uint64_t borrow = 0, d0 = 0, d1 = 0, d2 = 0, d3 = 0, d4 = 0, d5 = 0;
    if constexpr (N == 4) {
      __asm__(
          "subs %[d0], %x[a0], %x[b0]\n\tsbcs %[d1], %x[a1], %x[b1]\n\tsbcs %[d2], %x[a2], %x[b2]\n\t"
          "sbcs %[d3], %x[a3], %x[b3]\n\tcset %[borrow], cc"
          : [d0] "=&r"(d0), [d1] "=&r"(d1), [d2] "=&r"(d2), [d3] "=&r"(d3), [borrow] "=r"(borrow)
          : [a0] "rZ"(a[0]), [b0] "rZ"(b[0]), [a1] "rZ"(a[1]), [b1] "rZ"(b[1]), [a2] "rZ"(a[2]), [b2] "rZ"(b[2]),
            [a3] "rZ"(a[3]), [b3] "rZ"(b[3])
          : "cc");
      difference[0] = d0, difference[1] = d1, difference[2] = d2, difference[3] = d3;
      return borrow;
    }
    if constexpr (N == 6) {
      __asm__(
          "subs %[d0], %x[a0], %x[b0]\n\tsbcs %[d1], %x[a1], %x[b1]\n\tsbcs %[d2], %x[a2], %x[b2]\n\t"
          "sbcs %[d3], %x[a3], %x[b3]\n\tsbcs %[d4], %x[a4], %x[b4]\n\tsbcs %[d5], %x[a5], %x[b5]\n\t"
          "cset %[borrow], cc"
          : [d0] "=&r"(d0), [d1] "=&r"(d1), [d2] "=&r"(d2), [d3] "=&r"(d3), [d4] "=&r"(d4), [d5] "=&r"(d5),
            [borrow] "=r"(borrow)
          : [a0] "rZ"(a[0]), [b0] "rZ"(b[0]), [a1] "rZ"(a[1]), [b1] "rZ"(b[1]), [a2] "rZ"(a[2]), [b2] "rZ"(b[2]),
            [a3] "rZ"(a[3]), [b3] "rZ"(b[3]), [a4] "rZ"(a[4]), [b4] "rZ"(b[4]), [a5] "rZ"(a[5]), [b5] "rZ"(b[5])
          : "cc");
      difference[0] = d0, difference[1] = d1, difference[2] = d2, difference[3] = d3, difference[4] = d4,
      difference[5] = d5;
      return borrow;
    }
  }
#endif
  unsigned char borrow = 0;
#pragma GCC unroll 9
  for (int i = 0; i < N; ++i) difference[i] = sub_word(borrow, a[i], b[i]);
  return borrow;
}

}  // namespace
}  // namespace assay::kernel::portable
