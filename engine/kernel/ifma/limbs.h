// Numbers of 52-bit limbs, eight side by side: what fields and scalars of this folder are built from.
//
// A limb is a register of eight 64-bit lanes; limb i has the weight 2^(52 i). A number is carried if every limb but the
// last is below 2^52 and none is negative.
#pragma once

#include <cstdint>
#include <utility>

#include "kernel/curve/mod_inverse.h"
#include "kernel/curve/tower.h"
#include "kernel/ifma/vector.h"

namespace assay::kernel::ifma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

// f(Index<0>()), f(Index<1>()), ...: loops whose shifts the instructions want as constants.
template <int I>
struct Index {
  static constexpr int value = I;
};
template <int kCount, class Function>
[[gnu::always_inline]] inline void unrolled(Function&& function) noexcept {
  [&]<int... I>(std::integer_sequence<int, I...>) __attribute__((always_inline)) { (function(Index<I>()), ...); }
  (std::make_integer_sequence<int, kCount>());
}

template <int kLimbs>
struct Limbs {
  Vector l[kLimbs];
};

// A number known when compiling, the same in all lanes.
template <int kLimbs>
struct Constant {
  std::uint64_t l[kLimbs];
};

template <int kLimbs, int kWords>
constexpr Constant<kLimbs> to_limbs(const std::uint64_t (&words)[kWords]) noexcept {
  Constant<kLimbs> result{};
  for (int i = 0; i < kLimbs; ++i) {
    const int word = kLimbBits * i / 64, shift = kLimbBits * i % 64;
    std::uint64_t limb = word < kWords ? words[word] >> shift : 0;
    if (shift > 64 - kLimbBits && word + 1 < kWords) limb |= words[word + 1] << (64 - shift);
    result.l[i] = i + 1 < kLimbs ? limb & kLimbMask : limb;
  }
  return result;
}

// factor * a, carried.
template <int kLimbs>
constexpr Constant<kLimbs> times(const Constant<kLimbs>& a, std::uint64_t factor) noexcept {
  Constant<kLimbs> result{};
  UInt128 carry = 0;
  for (int i = 0; i < kLimbs; ++i) {
    carry += static_cast<UInt128>(a.l[i]) * factor;
    result.l[i] = i + 1 < kLimbs ? static_cast<std::uint64_t>(carry) & kLimbMask : static_cast<std::uint64_t>(carry);
    carry >>= kLimbBits;
  }
  return result;
}

// 2^exponent modulo m, by doubling. m is carried, its top limb not zero.
template <int kLimbs>
constexpr Constant<kLimbs> power_of_two(int exponent, const Constant<kLimbs>& m) noexcept {
  Constant<kLimbs> r{{1}};
  for (int i = 0; i < exponent; ++i) {
    r = times(r, 2);
    Constant<kLimbs> less{};
    std::int64_t borrow = 0;
    for (int k = 0; k < kLimbs; ++k) {
      const std::int64_t t = static_cast<std::int64_t>(r.l[k]) - static_cast<std::int64_t>(m.l[k]) + borrow;
      less.l[k] = static_cast<std::uint64_t>(t) & kLimbMask;
      borrow = t >> kLimbBits;
    }
    if (borrow == 0) r = less;
  }
  return r;
}

// -1/m modulo 2^52, m odd.
constexpr std::uint64_t negated_inverse(std::uint64_t m) noexcept { return (0 - inverse_of_odd(m)) & kLimbMask; }

template <int kLimbs>
[[gnu::always_inline]] inline Limbs<kLimbs> broadcast(const Constant<kLimbs>& a) noexcept {
  Limbs<kLimbs> result;
#pragma GCC unroll 11
  for (int i = 0; i < kLimbs; ++i) result.l[i] = broadcast(a.l[i]);
  return result;
}

// Carries limbs that may be negative. The last limb keeps everything above it.
template <int kLimbs>
[[gnu::always_inline]] inline Limbs<kLimbs> carry(Limbs<kLimbs> t) noexcept {
  const Vector mask = broadcast(kLimbMask);
#pragma GCC unroll 11
  for (int i = 0; i + 1 < kLimbs; ++i) {
    t.l[i + 1] = _mm512_add_epi64(t.l[i + 1], _mm512_srai_epi64(t.l[i], kLimbBits));
    t.l[i] = _mm512_and_si512(t.l[i], mask);
  }
  return t;
}

// The same, but leaves the bits above bit 52 of each limb. The result is good only as a factor.
template <int kLimbs>
[[gnu::always_inline]] inline Limbs<kLimbs> carry_for_factor(Limbs<kLimbs> t) noexcept {
#pragma GCC unroll 11
  for (int i = 0; i + 1 < kLimbs; ++i) {
    t.l[i + 1] = _mm512_add_epi64(t.l[i + 1], _mm512_srai_epi64(t.l[i], kLimbBits));
  }
  return t;
}

// Returns a - m in the lanes in which that is not negative, and a in the others. Both are carried.
template <int kLimbs>
[[gnu::always_inline]] inline Limbs<kLimbs> subtract_once(const Limbs<kLimbs>& a, const Constant<kLimbs>& m) noexcept {
  Limbs<kLimbs> t;
#pragma GCC unroll 11
  for (int i = 0; i < kLimbs; ++i) t.l[i] = _mm512_sub_epi64(a.l[i], broadcast(m.l[i]));
  t = carry(t);
  const __mmask8 negative = _mm512_movepi64_mask(t.l[kLimbs - 1]);
#pragma GCC unroll 11
  for (int i = 0; i < kLimbs; ++i) t.l[i] = _mm512_mask_mov_epi64(t.l[i], negative, a.l[i]);
  return t;
}

template <int kLimbs>
[[gnu::always_inline]] inline __mmask8 zero_lanes(const Limbs<kLimbs>& a) noexcept {
  Vector bits = a.l[0];
#pragma GCC unroll 11
  for (int i = 1; i < kLimbs; ++i) bits = _mm512_or_si512(bits, a.l[i]);
  return _mm512_cmpeq_epi64_mask(bits, zero());
}

// The columns of a b: t[c] has the low halves of a_i b_j with i + j = c and the high halves of those with i + j = c
// - 1. Each is at most 2 kLimbs halves below 2^52: below 2^57. Cost: 2 kLimbs^2 multiply-adds.
template <int kLimbs>
[[gnu::always_inline]] inline void product(Vector (&t)[2 * kLimbs], const Limbs<kLimbs>& a,
                                           const Limbs<kLimbs>& b) noexcept {
  Vector low[2 * kLimbs], high[2 * kLimbs];  // apart: twice as many independent sums
#pragma GCC unroll 22
  for (int c = 0; c < 2 * kLimbs; ++c) low[c] = high[c] = zero();
#pragma GCC unroll 11
  for (int i = 0; i < kLimbs; ++i) {
#pragma GCC unroll 11
    for (int j = 0; j < kLimbs; ++j) {
      low[i + j] = add_low(low[i + j], a.l[i], b.l[j]);
      high[i + j + 1] = add_high(high[i + j + 1], a.l[i], b.l[j]);
    }
  }
  t[0] = low[0];
#pragma GCC unroll 22
  for (int c = 1; c + 1 < 2 * kLimbs; ++c) t[c] = _mm512_add_epi64(low[c], high[c]);
  t[2 * kLimbs - 1] = high[2 * kLimbs - 1];
}

// The columns of a^2: the products of different limbs once, doubled. Cost: kLimbs (kLimbs + 1) multiply-adds.
template <int kLimbs>
[[gnu::always_inline]] inline void square(Vector (&t)[2 * kLimbs], const Limbs<kLimbs>& a) noexcept {
  Vector low[2 * kLimbs], high[2 * kLimbs];
#pragma GCC unroll 22
  for (int c = 0; c < 2 * kLimbs; ++c) low[c] = high[c] = zero();
#pragma GCC unroll 11
  for (int i = 0; i < kLimbs; ++i) {
#pragma GCC unroll 11
    for (int j = i + 1; j < kLimbs; ++j) {
      low[i + j] = add_low(low[i + j], a.l[i], a.l[j]);
      high[i + j + 1] = add_high(high[i + j + 1], a.l[i], a.l[j]);
    }
  }
  t[0] = zero();
#pragma GCC unroll 22
  for (int c = 1; c < 2 * kLimbs; ++c) {
    t[c] = _mm512_add_epi64(low[c], high[c]);
    t[c] = _mm512_add_epi64(t[c], t[c]);
  }
#pragma GCC unroll 11
  for (int i = 0; i < kLimbs; ++i) {
    t[2 * i] = add_low(t[2 * i], a.l[i], a.l[i]);
    t[2 * i + 1] = add_high(t[2 * i + 1], a.l[i], a.l[i]);
  }
}

// Columns t to t / 2^(52 kLimbs) modulo m (Montgomery, Math. Comp. 44, 1985): below (t / R m + 1) m, carried.
// k0 = -1/m modulo 2^52. Cost: kLimbs (2 kLimbs + 1) multiply-adds.
template <int kLimbs>
[[gnu::always_inline]] inline Limbs<kLimbs> montgomery_reduce(Vector (&t)[2 * kLimbs], const Constant<kLimbs>& m,
                                                              std::uint64_t k0) noexcept {
  const Vector k = broadcast(k0);
#pragma GCC unroll 11
  for (int i = 0; i < kLimbs; ++i) {
    const Vector q = add_low(zero(), t[i], k);
    t[i] = add_low(t[i], q, broadcast(m.l[0]));  // a multiple of 2^52
    t[i + 1] = add_high(t[i + 1], q, broadcast(m.l[0]));
    t[i + 1] = _mm512_add_epi64(t[i + 1], _mm512_srli_epi64(t[i], kLimbBits));
#pragma GCC unroll 11
    for (int j = 1; j < kLimbs; ++j) {
      t[i + j] = add_low(t[i + j], q, broadcast(m.l[j]));
      t[i + j + 1] = add_high(t[i + j + 1], q, broadcast(m.l[j]));
    }
  }
  Limbs<kLimbs> result;
#pragma GCC unroll 11
  for (int i = 0; i < kLimbs; ++i) result.l[i] = t[kLimbs + i];
  return carry(result);
}

// Moves lane i XOR kDistance to lane i.
template <int kDistance, int kLimbs>
inline Limbs<kLimbs> turned(const Limbs<kLimbs>& a) noexcept {
  Limbs<kLimbs> result;
#pragma GCC unroll 11
  for (int i = 0; i < kLimbs; ++i) {
    if constexpr (kDistance == 4) {
      result.l[i] = _mm512_shuffle_i64x2(a.l[i], a.l[i], 0x4e);
    } else if constexpr (kDistance == 2) {
      result.l[i] = _mm512_permutex_epi64(a.l[i], 0x4e);
    } else {
      static_assert(kDistance == 1);
      result.l[i] = _mm512_permutex_epi64(a.l[i], 0xb1);
    }
  }
  return result;
}

// 1/a in every lane by one inversion (Montgomery's trick across the lanes): their product is inverted by
// `invert_all`, which gets it in all lanes, and what belongs to the other lanes is multiplied away.
template <class Element, class Multiply, class InvertAll>
inline Element invert_lanes(const Element& a, Multiply&& mul, InvertAll&& invert_all) noexcept {
  const Element a4{turned<4>(a)}, pair = mul(a, a4);
  const Element a2{turned<2>(pair)}, four = mul(pair, a2);
  const Element a1{turned<1>(four)}, all = mul(four, a1);
  return mul(invert_all(all), mul(mul(a4, a2), a1));
}

// Reads lane 0 of each word.
template <int kWords, class Words>
inline void first_lane(std::uint64_t (&x)[kWords], const Words& words) noexcept {
  for (int i = 0; i < kWords; ++i)
    x[i] = static_cast<std::uint64_t>(_mm_cvtsi128_si64(_mm512_castsi512_si128(words.w[i])));
}

}  // namespace
}  // namespace assay::kernel::ifma
