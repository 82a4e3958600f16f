// Whole numbers of N 64-bit words, on which the fields and scalars of this folder are built.
//
// Plain C++ with 128-bit integers for products, for 64-bit CPUs of any byte order; carries are in carries.h. Inputs are
// public. Branches on random values are avoided only because they would be mispredicted.
#pragma once

#include <cstdint>

#include "kernel/curve/tower.h"
#include "kernel/portable/carries.h"

namespace assay::kernel::portable {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

constexpr std::uint64_t low_word(UInt128 a) noexcept { return static_cast<std::uint64_t>(a); }
constexpr std::uint64_t high_word(UInt128 a) noexcept { return static_cast<std::uint64_t>(a >> 64); }

template <int N>
struct Number {
  std::uint64_t w[N];  // least first
};

template <int N>
constexpr Number<N> number(const std::uint64_t (&words)[N]) noexcept {
  Number<N> result{};
  for (int i = 0; i < N; ++i) result.w[i] = words[i];
  return result;
}

// sum = a + b modulo 2^(64N). Returns the carry.
template <int N>
constexpr std::uint64_t add(Number<N>& sum, const Number<N>& a, const Number<N>& b) noexcept {
  return add_words(sum.w, a.w, b.w);
}

// difference = a - b modulo 2^(64N). Returns the borrow.
template <int N>
constexpr std::uint64_t sub(Number<N>& difference, const Number<N>& a, const Number<N>& b) noexcept {
  return sub_words(difference.w, a.w, b.w);
}

// mask: all ones for a, zero for b.
template <int N>
constexpr Number<N> select(std::uint64_t mask, const Number<N>& a, const Number<N>& b) noexcept {
  Number<N> result{};
#pragma GCC unroll 9
  for (int i = 0; i < N; ++i) result.w[i] = b.w[i] ^ (mask & (a.w[i] ^ b.w[i]));
  return result;
}

template <int N>
constexpr bool is_zero(const Number<N>& a) noexcept {
  std::uint64_t bits = 0;
#pragma GCC unroll 9
  for (int i = 0; i < N; ++i) bits |= a.w[i];
  return bits == 0;
}

// Reduces carry 2^(64N) + a, which is below 2m, to a number below m.
template <int N>
constexpr Number<N> subtract_once(std::uint64_t carry, const Number<N>& a, const Number<N>& m) noexcept {
  Number<N> difference{};
  const std::uint64_t borrow = sub(difference, a, m);
  return select(carry - borrow, a, difference);  // all ones without a carry and with a borrow: a was below m
}

// a + b modulo m; both below m.
template <int N>
constexpr Number<N> add_modulo(const Number<N>& a, const Number<N>& b, const Number<N>& m) noexcept {
  Number<N> sum{};
  const std::uint64_t carry = add(sum, a, b);
  return subtract_once(carry, sum, m);
}

// a - b modulo m; both below m.
template <int N>
constexpr Number<N> sub_modulo(const Number<N>& a, const Number<N>& b, const Number<N>& m) noexcept {
  Number<N> difference{};
  const std::uint64_t mask = 0 - sub(difference, a, b);
  Number<N> correction{};
#pragma GCC unroll 9
  for (int i = 0; i < N; ++i) correction.w[i] = m.w[i] & mask;
  add(difference, difference, correction);
  return difference;
}

// a b. Cost: N^2 products of words.
template <int N>
__attribute__((always_inline)) constexpr Number<2 * N> product(const Number<N>& a, const Number<N>& b) noexcept {
  Number<2 * N> t{};
#pragma GCC unroll 9
  for (int i = 0; i < N; ++i) {
    std::uint64_t carry = 0;
#pragma GCC unroll 9
    for (int j = 0; j < N; ++j) {
      const UInt128 word = UInt128{a.w[i]} * b.w[j] + t.w[i + j] + carry;  // at most 2^128 - 1
      t.w[i + j] = low_word(word);
      carry = high_word(word);
    }
    t.w[i + N] = carry;
  }
  return t;
}

// 2^exponent modulo m.
template <int N>
constexpr Number<N> power_of_two(int exponent, const Number<N>& m) noexcept {
  Number<N> result{{1}};
  for (int i = 0; i < exponent; ++i) result = add_modulo(result, result, m);
  return result;
}

}  // namespace
}  // namespace assay::kernel::portable
