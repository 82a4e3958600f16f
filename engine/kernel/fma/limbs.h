// Numbers of balanced limbs, side by side in lanes: what the fields of this folder are built from.
//
// A limb is a double in each lane and holds an integer with a sign; limb i has the weight 2^(kBits i). A limb
// is balanced if it is at least -2^(kBits-1) and at most 2^(kBits-1). Columns are the 64-bit integers that limbs become
// while a product is added up. Every column but the last of a number is kept kColumnOffset too large, so that a logical
// shift carries a signed number; it hands on kColumnOffset >> kBits too much. Everything that is known when compiling
// (these offsets, and the patterns of constants that products add) is put into the columns before the first product.
// NOTES.md derives the bounds.
#pragma once

#include <cstdint>

#include "kernel/curve/tower.h"
#include "kernel/fma/lanes.h"
#include "kernel/fma/vector.h"

namespace assay::kernel::fma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

constexpr std::uint64_t kColumnOffset = std::uint64_t{1} << 62;

template <int kLimbs>
struct Limbs {
  Double l[kLimbs];
};

// ---- Known when compiling

// A balanced number, the same in all lanes.
template <int kLimbs>
struct Constant {
  double l[kLimbs];
};

// Words below 2^(kBits kLimbs - 1).
template <int kLimbs, int kBits, int kWords>
constexpr Constant<kLimbs> balanced_constant(const std::uint64_t (&words)[kWords]) noexcept {
  Constant<kLimbs> result{};
  std::int64_t carry = 0;
  for (int i = 0; i < kLimbs; ++i) {
    std::int64_t limb = carry;
    for (int bit = 0; bit < kBits; ++bit) {
      const int at = kBits * i + bit;
      if (at < 64 * kWords) limb += static_cast<std::int64_t>(words[at / 64] >> (at % 64) & 1) << bit;
    }
    carry = i + 1 < kLimbs && limb >= std::int64_t{1} << (kBits - 1) ? 1 : 0;
    result.l[i] = static_cast<double>(limb - (carry << kBits));
  }
  return result;
}

// An unsigned number cut into limbs; the last keeps everything above it.
template <int kLimbs>
struct Integers {
  std::uint64_t l[kLimbs];
};

template <int kLimbs, int kBits, int kWords>
constexpr Integers<kLimbs> cut_integer(const std::uint64_t (&words)[kWords]) noexcept {
  Integers<kLimbs> result{};
  for (int i = 0; i < kLimbs; ++i) {
    const int word = kBits * i / 64, shift = kBits * i % 64;
    std::uint64_t limb = word < kWords ? words[word] >> shift : 0;
    if (shift > 64 - kBits && word + 1 < kWords) limb |= words[word + 1] << (64 - shift);
    result.l[i] = i + 1 < kLimbs ? limb & ((std::uint64_t{1} << kBits) - 1) : limb;
  }
  return result;
}

// What columns start from.
template <int kColumns>
struct Start {
  std::uint64_t c[kColumns]{};

  // Takes out the patterns that a product of add_split_product<kBits> into columns `at` and `at` + 1 adds.
  template <int kBits>
  constexpr void expect_product(int at) noexcept;
  // Column `at` is carried into the next by a logical shift.
  template <int kBits>
  constexpr void expect_carry(int at) noexcept {
    c[at] += kColumnOffset;
    c[at + 1] -= kColumnOffset >> kBits;
  }
  // The columns from `first` on are a number of kLimbs limbs that balanced_carry() will carry.
  template <int kLimbs, int kBits>
  constexpr void expect_balanced_carry(int first) noexcept {
    for (int i = first; i + 1 < first + kLimbs; ++i) {
      expect_carry<kBits>(i);
      c[i] += std::uint64_t{1} << (kBits - 1);
    }
  }
};

// A number that is not a product.
template <int kLimbs, int kBits>
constexpr Start<kLimbs> kNumberStart = [] {
  Start<kLimbs> start;
  start.template expect_balanced_carry<kLimbs, kBits>(0);
  return start;
}();

// ---- Exact products

// As add_signed_product, but split at 2^kBits, for limbs of fewer bits than 52: low += kBits52 + (a b mod 2^kBits),
// high += kHighPattern<kBits> + floor(a b / 2^kBits). |a b| <= 2^(kBits + 51).
template <int kBits>
constexpr std::uint64_t kHighPattern = kBits104Signed - (std::uint64_t{52 - kBits} << 52);  // of 1.5 * 2^(52 + kBits)

template <int kBits>
[[gnu::always_inline]] inline void add_split_product(Vector& low, Vector& high, Double a, Double b) noexcept {
  constexpr std::uint64_t kUnits = std::uint64_t{1} << (52 - kBits);  // 2^52 in units of the last place of the constant
  const Double upper = multiply_add(a, b, constant(kHighPattern<kBits>));
  high = add(high, bits_of(upper));
  low = add(low, bits_of(multiply_add(a, b, sub(constant(kHighPattern<kBits> + kUnits), upper))));
  keep_order(low, high);
}

template <int kColumns>
template <int kBits>
constexpr void Start<kColumns>::expect_product(int at) noexcept {
  c[at] -= kBits52;
  c[at + 1] -= kHighPattern<kBits>;
}

template <int kLimbs>
[[gnu::always_inline]] inline Limbs<kLimbs> broadcast(const Constant<kLimbs>& a) noexcept {
  Limbs<kLimbs> result;
#pragma GCC unroll 11
  for (int i = 0; i < kLimbs; ++i) result.l[i] = broadcast_from(a.l[i]);
  return result;
}

// A constant from memory. GCC 12 would rather build each in a general register and move it over.
[[gnu::always_inline]] inline Vector broadcast_from(const std::uint64_t& x) noexcept {
#ifdef __AVX2__  // not where a test models the instructions
  Vector result;
  asm("vpbroadcastq %1, %0" : "=v"(result) : "m"(x));
  return result;
#else
  return broadcast(x);
#endif
}

template <int kColumns>
[[gnu::always_inline]] inline void begin(Vector (&t)[kColumns], const Start<kColumns>& start) noexcept {
#pragma GCC unroll 22
  for (int i = 0; i < kColumns; ++i) t[i] = broadcast_from(start.c[i]);
}

// Row i of a product: a_i b. The columns up to i are then complete.
template <int kBits, int kLimbs>
[[gnu::always_inline]] inline void add_row(Vector (&t)[2 * kLimbs], int i, const Limbs<kLimbs>& a,
                                           const Limbs<kLimbs>& b) noexcept {
#pragma GCC unroll 11
  for (int j = 0; j < kLimbs; ++j) add_split_product<kBits>(t[i + j], t[i + j + 1], a.l[i], b.l[j]);
}
// Row i of a square: a_i^2, and 2 a_i times the limbs after it. The operand is doubled, which is exact.
template <int kBits, int kLimbs>
[[gnu::always_inline]] inline void add_square_row(Vector (&t)[2 * kLimbs], int i, const Limbs<kLimbs>& a) noexcept {
  add_split_product<kBits>(t[2 * i], t[2 * i + 1], a.l[i], a.l[i]);
  const Double doubled = add(a.l[i], a.l[i]);
#pragma GCC unroll 11
  for (int j = i + 1; j < kLimbs; ++j) add_split_product<kBits>(t[i + j], t[i + j + 1], doubled, a.l[j]);
}

// ---- From columns to limbs

// For |a| <= 2^51.
[[gnu::always_inline]] inline Vector integer_of(Double a) noexcept {
  return sub(biased_signed_integer_of(a), broadcast(kBits52Signed));
}

// Carries columns that began with expect_balanced_carry. All limbs but the last come out balanced; the last keeps what
// it has, and may be of 51 bits and a sign.
template <int kBits, int kLimbs>
[[gnu::always_inline]] inline Limbs<kLimbs> balanced_carry(Vector (&t)[kLimbs]) noexcept {
  constexpr std::uint64_t kMask = (std::uint64_t{1} << kBits) - 1;
  Limbs<kLimbs> result;
#pragma GCC unroll 11
  for (int i = 0; i + 1 < kLimbs; ++i) {
    t[i + 1] = add(t[i + 1], shift_right(t[i], kBits));
    const Vector low = bit_or(bit_and(t[i], broadcast(kMask)), broadcast(kBits52));
    result.l[i] = sub(from_bits(low), constant(kBits52 + (std::uint64_t{1} << (kBits - 1))));
  }
  result.l[kLimbs - 1] = signed_double_of(t[kLimbs - 1]);
  return result;
}

// Carries integers with signs, without offsets: all but the last from 0 to 2^kBits - 1.
template <int kBits, int kLimbs>
[[gnu::always_inline]] inline void unsigned_carry(Vector (&t)[kLimbs]) noexcept {
  constexpr std::uint64_t kMask = (std::uint64_t{1} << kBits) - 1;
#pragma GCC unroll 11
  for (int i = 0; i + 1 < kLimbs; ++i) {
    const Vector carry = shift_right(add(t[i], broadcast(kColumnOffset)), kBits);
    t[i + 1] = add(t[i + 1], sub(carry, broadcast(kColumnOffset >> kBits)));
    t[i] = bit_and(t[i], broadcast(kMask));
  }
}

// t - m in the lanes in which that is not negative, and t in the others. Both are carried.
template <int kBits, int kLimbs>
[[gnu::always_inline]] inline void subtract_once(Vector (&t)[kLimbs], const Integers<kLimbs>& m) noexcept {
  Vector less[kLimbs];
#pragma GCC unroll 11
  for (int i = 0; i < kLimbs; ++i) less[i] = sub(t[i], broadcast(m.l[i]));
  unsigned_carry<kBits>(less);
  const Vector sign = less[kLimbs - 1];
#pragma GCC unroll 11
  for (int i = 0; i < kLimbs; ++i) t[i] = if_negative(sign, t[i], less[i]);
}

// ---- From words and back

// Bits kBits i to kBits (i + 1) - 1 of a number; all from kBits i on, for the last limb.
template <int kBits, int kLimbs, class Words>
[[gnu::always_inline]] inline Vector cut_limb(const Words& words, int i) noexcept {
  constexpr int kWords = sizeof(words.w) / sizeof(words.w[0]);
  const int word = kBits * i / 64, shift = kBits * i % 64;
  if (word >= kWords) return zero();
  Vector limb = shift_right(words.w[word], shift);
  if (shift > 64 - kBits && word + 1 < kWords) limb = bit_or(limb, shift_left(words.w[word + 1], 64 - shift));
  return i + 1 < kLimbs ? bit_and(limb, broadcast((std::uint64_t{1} << kBits) - 1)) : limb;
}

// The way back, for limbs that are carried, of a number below 2^(64 kWords).
template <int kBits, int kWords, int kLimbs>
[[gnu::always_inline]] inline FmaLanes::Words<kWords> join_limbs(const Vector (&t)[kLimbs]) noexcept {
  FmaLanes::Words<kWords> words;
#pragma GCC unroll 9
  for (int i = 0; i < kWords; ++i) {
    words.w[i] = zero();
#pragma GCC unroll 11
    for (int k = 0; k < kLimbs; ++k) {
      const int at = kBits * k - 64 * i;  // of limb k's lowest bit in this word
      if (at >= 0 && at < 64) words.w[i] = bit_or(words.w[i], shift_left(t[k], at));
      if (at < 0 && at > -kBits) words.w[i] = bit_or(words.w[i], shift_right(t[k], -at));
    }
  }
  return words;
}

// Reads lane 0 of each word.
template <int kWords>
inline void first_lane(std::uint64_t (&x)[kWords], const FmaLanes::Words<kWords>& words) noexcept {
  for (int i = 0; i < kWords; ++i) x[i] = first_lane(words.w[i]);
}

// ---- Across the lanes

// Moves lane i XOR kDistance to lane i.
template <int kDistance, int kLimbs>
inline Limbs<kLimbs> turned(const Limbs<kLimbs>& a) noexcept {
  Limbs<kLimbs> result;
#pragma GCC unroll 11
  for (int i = 0; i < kLimbs; ++i) result.l[i] = turned<kDistance>(a.l[i]);
  return result;
}

// 1/a in every lane by one inversion (Montgomery's trick across the lanes): their product is inverted by
// `invert_all`, which gets it in all lanes, and what belongs to the other lanes is multiplied away.
template <class Element, class Multiply, class InvertAll>
inline Element invert_lanes(const Element& a, Multiply&& mul, InvertAll&& invert_all) noexcept {
  if constexpr (kLanes == 8) {
    const Element a4{turned<4>(a)}, pair = mul(a, a4);
    const Element a2{turned<2>(pair)}, four = mul(pair, a2);
    const Element a1{turned<1>(four)}, all = mul(four, a1);
    return mul(invert_all(all), mul(a4, mul(a2, a1)));
  } else {
    const Element a2{turned<2>(a)}, pair = mul(a, a2);
    const Element a1{turned<1>(pair)}, all = mul(pair, a1);
    return mul(invert_all(all), mul(a2, a1));
  }
}

}  // namespace
}  // namespace assay::kernel::fma
