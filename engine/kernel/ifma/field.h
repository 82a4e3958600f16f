// A prime field in eight lanes (Field of curve/tower.h): what the fields of this folder share.
//
// Fe<A> is below A p, with carried limbs. Factor<A> is below A p and good only as a factor: above bit 52 of a limb
// there may be noise, which the multiply-add instructions do not read. A is part of the type, so that an operand that
// is too large does not compile. Public inputs only.
#pragma once

#include <concepts>

#include "kernel/curve/mod_inverse.h"
#include "kernel/ifma/lanes.h"

namespace assay::kernel::ifma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

template <class Prime>
concept LanePrime = requires(Vector (&columns)[2 * Prime::kLimbs], const Limbs<Prime::kLimbs>& limbs) {
  { Prime::kModulus } -> std::same_as<const std::uint64_t(&)[Prime::kWords]>;
  { Prime::kMontgomery } -> std::same_as<const bool&>;  // elements stand for x R, R = 2^(52 kLimbs), or for themselves
  { Prime::kMagnitude } -> std::same_as<const int&>;    // M: products and carried sums are below M p
  // From the columns of a product of two numbers below 2 M p, to below M p.
  { Prime::reduce(columns) } -> std::same_as<Limbs<Prime::kLimbs>>;
  // From limbs that may be negative, of a value from 0 to 3 M p, to below M p.
  { Prime::fold(limbs) } -> std::same_as<Limbs<Prime::kLimbs>>;
};

template <LanePrime Prime>
struct LaneField {
  using L = EightLanes;
  using Mask = EightLanes::Mask;
  static constexpr int kWords = Prime::kWords;
  static constexpr int kLimbs = Prime::kLimbs;
  using Words = EightLanes::Words<kWords>;
  using Number = Limbs<kLimbs>;

  template <int A>
  struct Fe : Number {};

  template <int A>
  struct Factor : Number {
    Factor() = default;
    [[gnu::always_inline]] explicit Factor(const Number& limbs) noexcept : Number(limbs) {}
    template <int B>
    requires(B <= A) [[gnu::always_inline]] Factor(const Fe<B>& a) noexcept
        : Number(a) {}  // NOLINT: a conversion, see above
  };

  static constexpr int kMagnitude = Prime::kMagnitude;
  using Coordinate = Fe<kMagnitude>;
  using Difference = Factor<2 * kMagnitude>;

  // ---- products

  [[gnu::always_inline]] static Coordinate mul(const Difference& a, const Difference& b) noexcept {
    if constexpr (kOutOfLine) {
      return mul_call(a, b);
    } else {
      return mul_inline(a, b);
    }
  }
  [[gnu::always_inline]] static Coordinate sqr(const Difference& a) noexcept {
    if constexpr (kOutOfLine) {
      return sqr_call(a);
    } else {
      return sqr_inline(a);
    }
  }

  // ---- sums

  // a - b + B p.
  template <int A, int B>
  [[gnu::always_inline]] static Factor<A + B> sub(const Fe<A>& a, const Fe<B>& b) noexcept {
    static constexpr Constant<kLimbs> kMultiple = times(kModulus, B);
    Number t;
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i)
      t.l[i] = _mm512_add_epi64(_mm512_sub_epi64(a.l[i], b.l[i]), broadcast(kMultiple.l[i]));
    return Factor<A + B>(carry_for_factor(t));
  }
  [[gnu::always_inline]] static Coordinate sub_carried(const Coordinate& a, const Coordinate& b) noexcept {
    static constexpr Constant<kLimbs> kMultiple = times(kModulus, kMagnitude);
    Number t;
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i)
      t.l[i] = _mm512_add_epi64(_mm512_sub_epi64(a.l[i], b.l[i]), broadcast(kMultiple.l[i]));
    return folded(t);
  }
  [[gnu::always_inline]] static Coordinate sub2_carried(const Coordinate& a, const Coordinate& b,
                                                        const Coordinate& c) noexcept {
    static constexpr Constant<kLimbs> kMultiple = times(kModulus, 2 * kMagnitude);
    Number t;
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) {
      t.l[i] = _mm512_add_epi64(_mm512_sub_epi64(_mm512_sub_epi64(a.l[i], b.l[i]), c.l[i]), broadcast(kMultiple.l[i]));
    }
    return folded(t);
  }
  [[gnu::always_inline]] static Coordinate add_carried(const Coordinate& a, const Coordinate& b) noexcept {
    Number t;
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) t.l[i] = _mm512_add_epi64(a.l[i], b.l[i]);
    return folded(t);
  }
  // Returns M p - a in the lanes of m and `a` itself in the others.
  [[gnu::always_inline]] static Coordinate negate_if(Mask m, const Coordinate& a) noexcept {
    static constexpr Constant<kLimbs> kMultiple = times(kModulus, kMagnitude);
    Number t;
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) t.l[i] = _mm512_mask_sub_epi64(a.l[i], m, broadcast(kMultiple.l[i]), a.l[i]);
    return folded(t);
  }

  // ---- choices

  [[gnu::always_inline]] static Difference select(Mask m, const Difference& a, const Difference& b) noexcept {
    Difference result;
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) result.l[i] = _mm512_mask_mov_epi64(b.l[i], m, a.l[i]);
    return result;
  }
  // Moves lane i XOR kDistance to lane i.
  template <int kDistance>
  [[gnu::always_inline]] static Coordinate turned(const Coordinate& a) noexcept {
    return Coordinate{ifma::turned<kDistance>(static_cast<const Number&>(a))};
  }
  static Mask zero_mask(const Difference& a) noexcept { return zero_lanes(canonical(mul(a, plain_one()))); }

  // ---- the outside

  [[gnu::always_inline]] static Coordinate load(const Words& words) noexcept {
    return Coordinate{EightLanes::to_limbs<kLimbs>(words)};
  }
  static Words store(const Coordinate& a) noexcept { return EightLanes::to_words<kWords>(canonical(a)); }
  static Coordinate from_integer(const Words& integer) noexcept {
    if constexpr (Prime::kMontgomery) {
      return mul(load(integer), Coordinate{broadcast(kR2)});
    } else {
      return load(integer);
    }
  }
  static Words to_integer(const Coordinate& a) noexcept {
    if constexpr (Prime::kMontgomery) {
      return store(mul(a, plain_one()));
    } else {
      return store(a);
    }
  }
  static Coordinate constant(const std::uint64_t (&integer)[kWords]) noexcept {
    return from_integer(EightLanes::broadcast<kWords>(integer));
  }
  static Coordinate one() noexcept { return Coordinate{broadcast(kOne)}; }

  static Coordinate invert(const Coordinate& a) noexcept {
    const auto multiply = [](const Coordinate& x, const Coordinate& y) noexcept { return mul(x, y); };
    return invert_lanes(a, multiply, [](const Coordinate& all) noexcept {
      std::uint64_t x[kWords], inverse[kWords];
      first_lane(x, store(all));
      mod_inverse(inverse, x, kInverseModulus);
      const Coordinate result = load(EightLanes::broadcast<kWords>(inverse));
      // The stored number is x R; 1 / (x R) times R^3 / R is R / x.
      if constexpr (Prime::kMontgomery) return mul(result, Coordinate{broadcast(kR3)});
      return result;
    });
  }

 private:
  // Products are calls if they have eight limbs and more: inlined, four of them would not fit the cache of decoded
  // instructions. Builds that check (without NDEBUG) have only calls: clang takes minutes, and gigabytes, to put a
  // sanitizer's checks into products that are inlined everywhere.
#ifdef NDEBUG
  static constexpr bool kOutOfLine = kLimbs > 5;
#else
  static constexpr bool kOutOfLine = true;
#endif
  static constexpr Constant<kLimbs> kModulus = ifma::to_limbs<kLimbs>(Prime::kModulus);
  static constexpr int kRBits = Prime::kMontgomery ? kLimbBits * kLimbs : 0;
  static constexpr Constant<kLimbs> kOne = power_of_two(kRBits, kModulus);
  static constexpr Constant<kLimbs> kR2 = power_of_two(2 * kRBits, kModulus);
  static constexpr Constant<kLimbs> kR3 = power_of_two(3 * kRBits, kModulus);
  static constexpr InverseModulus<kWords> kInverseModulus = make_inverse_modulus(Prime::kModulus);

  [[gnu::always_inline]] static Coordinate folded(const Number& t) noexcept { return Coordinate{Prime::fold(t)}; }

  [[gnu::always_inline]] static Coordinate mul_inline(const Number& a, const Number& b) noexcept {
    Vector t[2 * kLimbs];
    product(t, a, b);
    return Coordinate{Prime::reduce(t)};
  }
  [[gnu::always_inline]] static Coordinate sqr_inline(const Number& a) noexcept {
    Vector t[2 * kLimbs];
    square(t, a);
    return Coordinate{Prime::reduce(t)};
  }
  [[gnu::noinline]] static Coordinate mul_call(const Number& a, const Number& b) noexcept { return mul_inline(a, b); }
  [[gnu::noinline]] static Coordinate sqr_call(const Number& a) noexcept { return sqr_inline(a); }

  // Below p.
  static Number canonical(const Coordinate& a) noexcept {
    Number t = a;
    for (int i = 1; i < kMagnitude; ++i) t = subtract_once(t, kModulus);
    return t;
  }
  // The number 1, not the element that stands for it.
  static Coordinate plain_one() noexcept { return Coordinate{broadcast(Constant<kLimbs>{{1}})}; }
};

}  // namespace
}  // namespace assay::kernel::ifma
