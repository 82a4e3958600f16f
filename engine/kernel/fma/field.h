// A prime field in lanes of doubles (Field of curve/tower.h): what the fields of this folder share.
//
// Fe<M> has limbs of at most M 2^(kBits-1), and the slack that NOTES.md derives. A Coordinate, Fe<1>, is balanced, and
// between -5/4 p and 5/4 p in Montgomery form, else between -p/2 and p/2 but for that slack. A difference of two,
// Fe<2>, is not carried. The bound is part of the type, so a product that could overflow does not compile. Tables hold
// x plus half of what each limb can hold, modulo p: cut into limbs and less these halves, that is balanced. Rounding
// must be toward zero (vector.h). Public inputs only.
#pragma once

#include <concepts>

#include "kernel/curve/mod_inverse.h"
#include "kernel/fma/lanes.h"
#include "kernel/fma/limbs.h"

namespace assay::kernel::fma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

template <class Prime>
concept LanePrime = requires(Vector (&number)[Prime::kLimbs], Vector q) {
  { Prime::kModulus } -> std::same_as<const std::uint64_t(&)[Prime::kWords]>;
  { Prime::kBits } -> std::same_as<const int&>;  // of a limb
  {
    Prime::kTopBits
    } -> std::same_as<const int&>;  // of p in the last limb: p is just below 2^(kBits (kLimbs-1)) 2^this
  // Adds q 2^k modulo p to the columns, where k is the number of bits of p and q a small integer with a sign.
  Prime::fold(number, q);
};

// Elements stand for x R, R = 2^(kBits kLimbs).
template <class Prime>
concept MontgomeryLanePrime = LanePrime<Prime> &&
    requires(Vector (&columns)[2 * Prime::kLimbs], Start<2 * Prime::kLimbs>& start, int i) {
  // Adds the multiple of p that clears the low bits of column i, and carries what is above them into the next.
  Prime::clear(columns, i);
  Prime::expect_clear(start, i);  // the products that clear() uses
};

// Elements stand for themselves.
template <class Prime>
concept FoldingLanePrime = LanePrime<Prime> && requires(Vector column) {
  { Prime::kTopFold } -> std::same_as<const double&>;  // 2^k modulo p, k as in fold()
  Prime::times_fold(column);                           // returns column 2^(kBits kLimbs) modulo p
};

template <LanePrime Prime>
requires(MontgomeryLanePrime<Prime> || FoldingLanePrime<Prime>) struct LaneField {
  using L = FmaLanes;
  using Mask = FmaLanes::Mask;
  static constexpr int kWords = Prime::kWords;
  static constexpr int kLimbs = Prime::kLimbs;
  static constexpr int kBits = Prime::kBits;
  using Words = FmaLanes::Words<kWords>;
  using Number = Limbs<kLimbs>;
  static constexpr bool kRolledChains = true;  // curve/batch_add.h

  template <int M>
  struct Fe : Number {
    Fe() = default;
    [[gnu::always_inline]] explicit Fe(const Number& limbs) noexcept : Number(limbs) {}
    template <int A>
    requires(A < M) [[gnu::always_inline]] Fe(const Fe<A>& a) noexcept : Number(a) {}  // NOLINT: a looser bound
  };
  using Coordinate = Fe<1>;
  using Difference = Fe<2>;

  // ---- products

  template <int A, int B>
  requires(A* B <= 2) [[gnu::always_inline]] static Coordinate mul(const Fe<A>& a, const Fe<B>& b) noexcept {
    if constexpr (kOutOfLine) {
      return mul_call(a, b);
    } else {
      return mul_inline(a, b);
    }
  }
  [[gnu::always_inline]] static Coordinate sqr(const Coordinate& a) noexcept {
    if constexpr (kOutOfLine) {
      return sqr_call(a);
    } else {
      return sqr_inline(a);
    }
  }
  // a b - s: subtracted from the columns of the product.
  [[gnu::always_inline]] static Coordinate mul_sub(const Difference& a, const Coordinate& b,
                                                   const Coordinate& s) noexcept {
    if constexpr (kOutOfLine) {
      return mul_sub_call(a, b, s);
    } else {
      return mul_sub_inline(a, b, s);
    }
  }
  // a^2 - s - t
  [[gnu::always_inline]] static Coordinate sqr_sub2(const Coordinate& a, const Coordinate& s,
                                                    const Coordinate& t) noexcept {
    if constexpr (kOutOfLine) {
      return sqr_sub2_call(a, s, t);
    } else {
      return sqr_sub2_inline(a, s, t);
    }
  }

  // ---- sums

  [[gnu::always_inline]] static Difference sub(const Coordinate& a, const Coordinate& b) noexcept {
    Difference d;
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) d.l[i] = fma::sub(a.l[i], b.l[i]);
    return d;
  }
  static Coordinate sub_carried(const Coordinate& a, const Coordinate& b) noexcept {
    return sum([&](int i) { return fma::sub(integer_of(a.l[i]), integer_of(b.l[i])); });
  }
  static Coordinate sub2_carried(const Coordinate& a, const Coordinate& b, const Coordinate& c) noexcept {
    return sum([&](int i) { return fma::sub(fma::sub(integer_of(a.l[i]), integer_of(b.l[i])), integer_of(c.l[i])); });
  }
  static Coordinate add_carried(const Coordinate& a, const Coordinate& b) noexcept {
    return sum([&](int i) { return add(integer_of(a.l[i]), integer_of(b.l[i])); });
  }
  [[gnu::always_inline]] static Coordinate negate_if(Mask m, const Coordinate& a) noexcept {
    const Double sign = from_bits(keep(full_mask(m), broadcast(std::uint64_t{1} << 63)));
    Coordinate result;
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) result.l[i] = bit_xor(a.l[i], sign);
    return result;
  }

  // ---- choices

  [[gnu::always_inline]] static Difference select(Mask m, const Difference& a, const Difference& b) noexcept {
    const LaneMask mask = full_mask(m);
    Difference result;
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) result.l[i] = choose(mask, a.l[i], b.l[i]);
    return result;
  }
  // Moves lane i XOR kDistance to lane i.
  template <int kDistance>
  [[gnu::always_inline]] static Coordinate turned(const Coordinate& a) noexcept {
    return Coordinate{fma::turned<kDistance>(static_cast<const Number&>(a))};
  }
  static Mask zero_mask(const Difference& a) noexcept {
    Vector t[kLimbs];
    canonical(t, mul(a, plain_one()), false);
    Vector bits = t[0];
#pragma GCC unroll 11
    for (int i = 1; i < kLimbs; ++i) bits = bit_or(bits, t[i]);
    return mask_bits(equal_lanes(bits, zero()));
  }

  // ---- the outside

  [[gnu::always_inline]] static Coordinate load(const Words& words) noexcept {
    Coordinate result;
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) {
      result.l[i] = fma::sub(from_bits(bit_or(cut_limb<kBits, kLimbs>(words, i), broadcast(kBits52))),
                             constant_bits(kBits52 + half(i)));
    }
    return result;
  }
  static Words store(const Coordinate& a) noexcept {
    Vector t[kLimbs];
    canonical(t, a, true);
    return join_limbs<kBits, kWords>(t);
  }
  static Coordinate from_integer(const Words& integer) noexcept {
    if constexpr (kMontgomery) {
      return mul(balanced(integer), broadcast_constant(kR2));
    } else {
      return balanced(integer);
    }
  }
  static Words to_integer(const Coordinate& a) noexcept {
    Vector t[kLimbs];
    if constexpr (kMontgomery) {
      canonical(t, mul(a, plain_one()), false);
    } else {
      canonical(t, a, false);
    }
    return join_limbs<kBits, kWords>(t);
  }
  static Coordinate constant(const std::uint64_t (&integer)[kWords]) noexcept {
    return from_integer(FmaLanes::broadcast<kWords>(integer));
  }
  static Coordinate one() noexcept { return broadcast_constant(kOne); }

  static Coordinate invert(const Coordinate& a) noexcept {
    const auto multiply = [](const Coordinate& x, const Coordinate& y) noexcept { return mul(x, y); };
    return invert_lanes(a, multiply, [](const Coordinate& all) noexcept {
      Vector t[kLimbs];
      canonical(t, all, false);
      std::uint64_t x[kWords], inverse[kWords];
      first_lane(x, join_limbs<kBits, kWords>(t));
      mod_inverse(inverse, x, kInverseModulus);
      const Coordinate result = balanced(FmaLanes::broadcast<kWords>(inverse));
      // The number is x R; 1 / (x R) times R^3 / R is R / x.
      if constexpr (kMontgomery) return mul(result, broadcast_constant(kR3));
      return result;
    });
  }

 private:
  static constexpr bool kMontgomery = MontgomeryLanePrime<Prime>;
  // Products are calls if they have eight limbs and more, and in builds that check (see ifma/field.h).
#ifdef NDEBUG
  static constexpr bool kOutOfLine = kLimbs > 5;
#else
  static constexpr bool kOutOfLine = true;
#endif
  // Half of what limb i of a number below p can hold.
  static constexpr std::uint64_t half(int i) noexcept {
    return std::uint64_t{1} << ((i + 1 < kLimbs ? kBits : Prime::kTopBits) - 1);
  }
  static constexpr Integers<kLimbs> kModulus = cut_integer<kLimbs, kBits>(Prime::kModulus);
  static constexpr InverseModulus<kWords> kInverseModulus = make_inverse_modulus(Prime::kModulus);

  static constexpr Constant<kLimbs> power_of_r(int exponent) noexcept {
    const int bits = kMontgomery ? exponent * kBits * kLimbs : 0;
    return balanced_constant<kLimbs, kBits>(portable::power_of_two(bits, portable::number(Prime::kModulus)).w);
  }
  static constexpr Constant<kLimbs> kOne = power_of_r(1), kR2 = power_of_r(2), kR3 = power_of_r(3);
  static constexpr Constant<kLimbs> kPlainOne{{1}};  // the number 1, not the element that stands for it

  // What the columns of a product start from, if `subtracted` coordinates are to be subtracted from it: the patterns of
  // their integers are put back.
  static constexpr Start<2 * kLimbs> product_start(bool square, int subtracted) noexcept {
    constexpr int kFirst = kMontgomery ? kLimbs : 0;  // of the result
    Start<2 * kLimbs> start;
    for (int i = 0; i < kLimbs; ++i) {
      for (int j = square ? i : 0; j < kLimbs; ++j) start.template expect_product<kBits>(i + j);
      if constexpr (kMontgomery) {
        Prime::expect_clear(start, i);
        start.template expect_carry<kBits>(i);
      }
      start.c[kFirst + i] += static_cast<std::uint64_t>(subtracted) * kBits52Signed;
    }
    start.template expect_balanced_carry<kLimbs, kBits>(kFirst);
    return start;
  }
  static constexpr Start<2 *kLimbs> kMul = product_start(false, 0), kMulSub = product_start(false, 1);
  static constexpr Start<2 *kLimbs> kSqr = product_start(true, 0), kSqrSub2 = product_start(true, 2);

  // The columns of a b, or of a^2, reduced to those of one number.
  [[gnu::always_inline]] static void product(Vector (&r)[kLimbs], const Start<2 * kLimbs>& start, const Number& a,
                                             const Number& b) noexcept {
    Vector t[2 * kLimbs];
    begin(t, start);
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) {
      add_row<kBits>(t, i, a, b);
      if constexpr (kMontgomery) Prime::clear(t, i);
    }
    take_result(r, t);
  }
  [[gnu::always_inline]] static void square(Vector (&r)[kLimbs], const Start<2 * kLimbs>& start,
                                            const Number& a) noexcept {
    Vector t[2 * kLimbs];
    begin(t, start);
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) {
      add_square_row<kBits>(t, i, a);
      if constexpr (kMontgomery) Prime::clear(t, i);
    }
    take_result(r, t);
  }
  [[gnu::always_inline]] static void take_result(Vector (&r)[kLimbs], const Vector (&t)[2 * kLimbs]) noexcept {
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) {
      if constexpr (kMontgomery) {
        r[i] = t[kLimbs + i];
      } else {
        r[i] = add(t[i], Prime::times_fold(t[kLimbs + i]));
      }
    }
  }

  // Brings a number to between -p/2 and p/2, or a little more: q is the nearest multiple of 2^k, the power of two above
  // p, taken from the last column before the others are carried. Only its low bits stay there.
  [[gnu::always_inline]] static Coordinate folded(Vector (&r)[kLimbs]) noexcept {
    constexpr std::uint64_t kNearest = std::uint64_t{1} << (Prime::kTopBits - 1);
    constexpr std::uint64_t kComing = kColumnOffset >> kBits;  // with the carry
    const Vector positive = add(r[kLimbs - 1], broadcast(kColumnOffset + kComing + kNearest));
    const Vector low = bit_and(positive, broadcast((std::uint64_t{1} << Prime::kTopBits) - 1));
    r[kLimbs - 1] = fma::sub(low, broadcast(kComing + kNearest));
    const Vector q = shift_right(positive, Prime::kTopBits);  // too large by:
    constexpr std::uint64_t kTooLarge = kColumnOffset >> Prime::kTopBits;
    if constexpr (kMontgomery) {
      Prime::fold(r, fma::sub(q, broadcast(kTooLarge)));
      return Coordinate(balanced_carry<kBits>(r));
    } else {
      // The carry need not wait for what q adds to the first limb.
      Coordinate result(balanced_carry<kBits>(r));
      const Double number = fma::sub(from_bits(bit_or(q, broadcast(kBits52))), constant_bits(kBits52 + kTooLarge));
      result.l[0] = multiply_add(number, broadcast_double(Prime::kTopFold), result.l[0]);
      return result;
    }
  }
  // A product modulo p is small enough if it is Montgomery's.
  [[gnu::always_inline]] static Coordinate carried_product(Vector (&r)[kLimbs]) noexcept {
    if constexpr (kMontgomery) {
      return Coordinate(balanced_carry<kBits>(r));
    } else {
      return folded(r);
    }
  }

  [[gnu::always_inline]] static Coordinate mul_inline(const Number& a, const Number& b) noexcept {
    Vector r[kLimbs];
    product(r, kMul, a, b);
    return carried_product(r);
  }
  [[gnu::always_inline]] static Coordinate sqr_inline(const Number& a) noexcept {
    Vector r[kLimbs];
    square(r, kSqr, a);
    return carried_product(r);
  }
  [[gnu::always_inline]] static Coordinate mul_sub_inline(const Number& a, const Number& b, const Number& s) noexcept {
    Vector r[kLimbs];
    product(r, kMulSub, a, b);
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) r[i] = fma::sub(r[i], biased_signed_integer_of(s.l[i]));
    return folded(r);
  }
  [[gnu::always_inline]] static Coordinate sqr_sub2_inline(const Number& a, const Number& s, const Number& t) noexcept {
    Vector r[kLimbs];
    square(r, kSqrSub2, a);
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) {
      r[i] = fma::sub(fma::sub(r[i], biased_signed_integer_of(s.l[i])), biased_signed_integer_of(t.l[i]));
    }
    return folded(r);
  }

  [[gnu::noinline]] static Coordinate mul_call(const Number& a, const Number& b) noexcept { return mul_inline(a, b); }
  [[gnu::noinline]] static Coordinate sqr_call(const Number& a) noexcept { return sqr_inline(a); }
  [[gnu::noinline]] static Coordinate mul_sub_call(const Number& a, const Number& b, const Number& s) noexcept {
    return mul_sub_inline(a, b, s);
  }
  [[gnu::noinline]] static Coordinate sqr_sub2_call(const Number& a, const Number& s, const Number& t) noexcept {
    return sqr_sub2_inline(a, s, t);
  }

  // Folds columns that are sums of coordinates: column(i) is that of limb i.
  template <class Column>
  [[gnu::always_inline]] static Coordinate sum(Column&& column) noexcept {
    Vector r[kLimbs];
    begin(r, kNumberStart<kLimbs, kBits>);
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) r[i] = add(r[i], column(i));
    return folded(r);
  }

  // Limbs of the number below p that a is, modulo p; for a table, of a and the halves that tables add.
  [[gnu::noinline]] static void canonical(Vector (&t)[kLimbs], const Number& a, bool for_table) noexcept {
    const Vector if_for_table = broadcast(for_table ? ~std::uint64_t{0} : 0);
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) {
      t[i] = add(integer_of(a.l[i]), broadcast(2 * kModulus.l[i]));  // a + 2p is positive
      t[i] = add(t[i], bit_and(broadcast(half(i)), if_for_table));
    }
    unsigned_carry<kBits>(t);
    const Vector q = shift_right(t[kLimbs - 1], Prime::kTopBits);  // at most 3; what remains is below 2^k
    t[kLimbs - 1] = fma::sub(t[kLimbs - 1], shift_left(q, Prime::kTopBits));
    Prime::fold(t, q);  // below 2^k + 3 (2^k - p) < 2p
    unsigned_carry<kBits>(t);
    subtract_once<kBits>(t, kModulus);
  }

  [[gnu::always_inline]] static Double constant_bits(std::uint64_t bits) noexcept { return fma::constant(bits); }
  [[gnu::always_inline]] static Coordinate broadcast_constant(const Constant<kLimbs>& a) noexcept {
    return Coordinate(broadcast(a));
  }
  static Coordinate plain_one() noexcept { return broadcast_constant(kPlainOne); }

  // A number below p with balanced limbs.
  static Coordinate balanced(const Words& words) noexcept {
    Vector r[kLimbs];
    begin(r, kNumberStart<kLimbs, kBits>);
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) r[i] = add(r[i], cut_limb<kBits, kLimbs>(words, i));
    return folded(r);
  }
};

}  // namespace
}  // namespace assay::kernel::fma
