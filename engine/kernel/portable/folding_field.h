// A prime field for primes just below a power of two: 2^521 - 1 and 2^255 - 19. Bits above it are folded down.
//
// kLimbs limbs of kBits bits in 64-bit words, with 2^(kLimbs kBits) = kFold modulo p. The spare bits of a word and of
// a sum of products hold the carries, so that none runs inside a product:
//   Coordinate  limbs below 2^kBits + 2^12
//   Difference  limbs below 2^(kBits + 2)
// Neither is below p. Tables hold the number itself, canonical: nothing is in Montgomery form.
#pragma once

#include <concepts>
#include <cstdint>

#include "kernel/curve/mod_inverse.h"
#include "kernel/portable/lanes.h"

namespace assay::kernel::portable {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

template <class Prime>
concept FoldingPrime = requires {
  { Prime::kModulus } -> std::same_as<const Number<Prime::kWords>&>;
  { Prime::kLimbs } -> std::same_as<const int&>;
  { Prime::kBits } -> std::same_as<const int&>;
  { Prime::kFold } -> std::same_as<const std::uint64_t&>;
  // For the canonical form: p has (kLimbs - 1) kBits + kTopBits bits, and 2 to that power is kTopFold modulo p.
  { Prime::kTopBits } -> std::same_as<const int&>;
  { Prime::kTopFold } -> std::same_as<const std::uint64_t&>;
};

template <FoldingPrime Prime>
struct FoldingField {
  using L = OneLane;
  using Mask = L::Mask;
  static constexpr int kWords = Prime::kWords;
  using Words = L::Words<kWords>;
  static constexpr int kLimbs = Prime::kLimbs, kBits = Prime::kBits;
  static constexpr std::uint64_t kFold = Prime::kFold, kMask = (std::uint64_t{1} << kBits) - 1;

  struct Coordinate {
    std::uint64_t v[kLimbs];
  };
  struct Difference {
    std::uint64_t v[kLimbs];
    Difference() noexcept = default;
    // NOLINTNEXTLINE(google-explicit-constructor): a narrower bound
    Difference(const Coordinate& a) noexcept {
      for (int i = 0; i < kLimbs; ++i) v[i] = a.v[i];
    }
  };

  static Coordinate load(const Words& words) noexcept { return unpack(words); }
  static Words store(const Coordinate& a) noexcept { return pack(canonical(a)); }
  static Coordinate from_integer(const Words& integer) noexcept { return unpack(integer); }
  static Words to_integer(const Coordinate& a) noexcept { return pack(canonical(a)); }
  static Coordinate constant(const std::uint64_t (&integer)[kWords]) noexcept { return unpack(number(integer)); }
  static Coordinate one() noexcept { return {{1}}; }

  // Column k takes a_i b_j with i + j = k, and with i + j = k + kLimbs kFold times. A column is below
  // 2^(2 kBits + 4) (1 + (kLimbs - 1) kFold): 2^113 for 2^255 - 19, 2^125 for 2^521 - 1.
  static Coordinate mul(const Difference& a, const Difference& b) noexcept {
    std::uint64_t folded[kLimbs];  // below 2^61
#pragma GCC unroll 9
    for (int j = 0; j < kLimbs; ++j) folded[j] = kFold * b.v[j];
    Coordinate r;
    UInt128 sum = 0;
#pragma GCC unroll 9
    for (int k = 0; k < kLimbs; ++k) {
#pragma GCC unroll 9
      for (int i = 0; i < kLimbs; ++i) sum += UInt128{a.v[i]} * (i <= k ? b.v[k - i] : folded[kLimbs + k - i]);
      r.v[k] = low_word(sum) & kMask;
      sum >>= kBits;
    }
    fold_carry(r, sum);
    return r;
  }

  static Coordinate sqr(const Difference& a) noexcept {
    std::uint64_t folded[kLimbs], doubled[kLimbs];  // below 2^61
#pragma GCC unroll 9
    for (int j = 0; j < kLimbs; ++j) {
      folded[j] = kFold * a.v[j];
      doubled[j] = 2 * a.v[j];
    }
    Coordinate r;
    UInt128 sum = 0;
#pragma GCC unroll 9
    for (int k = 0; k < kLimbs; ++k) {
#pragma GCC unroll 9
      for (int i = 0; i < kLimbs; ++i) {
        const int j = i <= k ? k - i : kLimbs + k - i;
        if (i > j) continue;
        sum += UInt128{i == j ? a.v[i] : doubled[i]} * (i <= k ? a.v[j] : folded[j]);
      }
      r.v[k] = low_word(sum) & kMask;
      sum >>= kBits;
    }
    fold_carry(r, sum);
    return r;
  }

  // The multiple of p that is added has limbs of 2^(kBits + 1) - 2, the first of 2^(kBits + 1) - 2 kFold: more than any
  // limb of b.
  static Difference sub(const Coordinate& a, const Coordinate& b) noexcept {
    Difference d;
#pragma GCC unroll 9
    for (int i = 0; i < kLimbs; ++i) d.v[i] = a.v[i] + multiple_of_p(i) - b.v[i];
    return d;
  }
  static Coordinate sub_carried(const Coordinate& a, const Coordinate& b) noexcept { return carried(sub(a, b)); }
  static Coordinate sub2_carried(const Coordinate& a, const Coordinate& b, const Coordinate& c) noexcept {
    Difference d;  // below 2^(kBits + 3), which carried() takes, too
#pragma GCC unroll 9
    for (int i = 0; i < kLimbs; ++i) d.v[i] = a.v[i] + 2 * multiple_of_p(i) - b.v[i] - c.v[i];
    return carried(d);
  }
  static Coordinate add_carried(const Coordinate& a, const Coordinate& b) noexcept {
    Difference d;
#pragma GCC unroll 9
    for (int i = 0; i < kLimbs; ++i) d.v[i] = a.v[i] + b.v[i];
    return carried(d);
  }
  static Coordinate negate_if(Mask m, const Coordinate& a) noexcept {
    return carried(select(m, sub(Coordinate{}, a), a));
  }

  static Difference select(Mask m, const Difference& a, const Difference& b) noexcept {
    Difference r;
#pragma GCC unroll 9
    for (int i = 0; i < kLimbs; ++i) r.v[i] = b.v[i] ^ (L::all_ones_if(m) & (a.v[i] ^ b.v[i]));
    return r;
  }

  static Mask zero_mask(const Difference& a) noexcept {
    const Coordinate r = canonical(a);
    std::uint64_t bits = 0;
#pragma GCC unroll 9
    for (int i = 0; i < kLimbs; ++i) bits |= r.v[i];
    return bits == 0;
  }

  static Coordinate invert(const Coordinate& a) noexcept {
    Words inverse;
    mod_inverse(inverse.w, to_integer(a).w, kInverseModulus);
    return unpack(inverse);
  }

 private:
  static constexpr InverseModulus<kWords> kInverseModulus = make_inverse_modulus(Prime::kModulus.w);

  // Limb i of 2 (2^(kLimbs kBits) - kFold).
  static constexpr std::uint64_t multiple_of_p(int i) noexcept {
    return (std::uint64_t{1} << (kBits + 1)) - 2 * (i == 0 ? kFold : 1);
  }

  // Ends a product: limbs are below 2^kBits and the carry out of the last is below 2^67. What limb 0 cannot hold goes
  // into limb 1.
  static void fold_carry(Coordinate& r, UInt128 carry) noexcept {
    const UInt128 sum = carry * kFold + r.v[0];
    r.v[0] = low_word(sum) & kMask;
    r.v[1] += low_word(sum >> kBits);
  }

  // Every limb hands its carry to the next, all at once. Limbs are below 2^(kBits + 3), so carries are below 8, or 8
  // kFold.
  static Coordinate carried(const Difference& d) noexcept {
    Coordinate r;
    r.v[0] = (d.v[0] & kMask) + kFold * (d.v[kLimbs - 1] >> kBits);
#pragma GCC unroll 9
    for (int i = 1; i < kLimbs; ++i) r.v[i] = (d.v[i] & kMask) + (d.v[i - 1] >> kBits);
    return r;
  }

  // Returns the representative below p, with limbs below 2^kBits.
  static Coordinate canonical(const Difference& d) noexcept {
    Coordinate r;
    // At most 2^bits(p) plus a little: below 2p.
    std::uint64_t overflow = carry_through(r, d.v, 0);
    // r >= p if r + kTopFold reaches 2^bits(p); then r - p = r + kTopFold - 2^bits(p).
    Coordinate scratch;
    r.v[0] += overflow * Prime::kTopFold;
    overflow = carry_through(scratch, r.v, Prime::kTopFold);
    carry_through(r, r.v, overflow * Prime::kTopFold);
    return r;
  }

  // Computes r = limbs + addend with kBits a limb and kTopBits in the last. Returns the carry out of the last limb.
  static std::uint64_t carry_through(Coordinate& r, const std::uint64_t (&limbs)[kLimbs],
                                     std::uint64_t addend) noexcept {
    std::uint64_t carry = addend;
#pragma GCC unroll 9
    for (int i = 0; i < kLimbs; ++i) {
      const int bits = i < kLimbs - 1 ? kBits : Prime::kTopBits;
      carry += limbs[i];
      r.v[i] = carry & ((std::uint64_t{1} << bits) - 1);
      carry >>= bits;
    }
    return carry;
  }

  // Words below 2^(kLimbs kBits).
  static Coordinate unpack(const Words& words) noexcept {
    Coordinate r;
#pragma GCC unroll 9
    for (int i = 0; i < kLimbs; ++i) {
      const int word = kBits * i / 64, shift = kBits * i % 64;
      r.v[i] = words.w[word] >> shift;
      if (shift + kBits > 64 && word + 1 < kWords) r.v[i] |= words.w[word + 1] << (64 - shift);
      r.v[i] &= kMask;
    }
    return r;
  }

  // Limbs below 2^kBits.
  static Words pack(const Coordinate& a) noexcept {
    Words words{};
#pragma GCC unroll 9
    for (int i = 0; i < kLimbs; ++i) {
      const int word = kBits * i / 64, shift = kBits * i % 64;
      words.w[word] |= a.v[i] << shift;
      if (shift + kBits > 64 && word + 1 < kWords) words.w[word + 1] |= a.v[i] >> (64 - shift);
    }
    return words;
  }
};

}  // namespace
}  // namespace assay::kernel::portable
