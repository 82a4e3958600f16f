// Numbers modulo the order of a group's base point, four or eight at a time, and the digits that a table is addressed
// by.
//
// Montgomery products over limbs of 52 bits, R = 2^260, 2^416, 2^572: at least 2^4 times the order. A Residue is
// balanced and between -n/4 and 5/4 n, unless plain() made it. Rounding must be toward zero (vector.h). Public inputs
// only.
#pragma once

#include <cstddef>

#include "kernel/curve/curves.h"
#include "kernel/curve/mod_inverse.h"
#include "kernel/fma/lanes.h"
#include "kernel/fma/limbs.h"

namespace assay::kernel::fma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

template <CurveParameters Parameters, int kLimbs>
struct LaneScalar {
  using L = FmaLanes;
  using Mask = FmaLanes::Mask;
  static constexpr int kWords = Parameters::kWords;
  static constexpr int kBits = kLimbBits;
  using Words = FmaLanes::Words<kWords>;
  using Number = Limbs<kLimbs>;

  struct Residue : Number {};

  // Any number of kWords words that is below 2n.
  static Residue plain(const Words& a) noexcept {
    Vector r[kLimbs];
    begin(r, kNumberStart<kLimbs, kBits>);
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) r[i] = add(r[i], cut_limb<kBits, kLimbs>(a, i));
    return {balanced_carry<kBits>(r)};
  }
  static Residue to_montgomery(const Words& a) noexcept { return mul(plain(a), {broadcast(kR2)}); }
  // a b / R modulo n: |a b| / R < 2n (5/4 n) / R < n/4, and what clears the columns adds at most n.
  [[gnu::noinline]] static Residue mul(const Residue& a, const Residue& b) noexcept {
    Vector t[2 * kLimbs];
    begin(t, kProduct);
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) {
      add_row<kBits>(t, i, Number(a), Number(b));
      clear(t, i);
    }
    return carried(t);
  }
  static Words to_words(const Residue& a) noexcept {
    Vector t[kLimbs];
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) t[i] = add(integer_of(a.l[i]), broadcast(kOrder.l[i]));
    unsigned_carry<kBits>(t);  // above 3/4 n, below 9/4 n
    subtract_once<kBits>(t, kOrder);
    subtract_once<kBits>(t, kOrder);
    return join_limbs<kBits, kWords>(t);
  }

  static Residue invert(const Residue& a) noexcept {
    const auto multiply = [](const Residue& x, const Residue& y) noexcept { return mul(x, y); };
    return invert_lanes(a, multiply, [](const Residue& all) noexcept {
      std::uint64_t x[kWords], inverse[kWords];
      first_lane(x, to_words(all));
      mod_inverse(inverse, x, kInverseModulus);
      return mul(plain(FmaLanes::broadcast<kWords>(inverse)), {broadcast(kR3)});  // R / x, as in LaneField
    });
  }

  // low + 2^256 high modulo n = (low R + high 2^256 R) / R, canonical. Of four words only. For the order of Ed25519,
  // the two products are together below 2^257 n, less than R n / 4.
  static Words reduce_wide(const Words& low, const Words& high) noexcept requires(kLimbs == 5) {
    const Residue l = plain(low), h = plain(high);
    const Number r = broadcast(kR), r256 = broadcast(kR256);
    Vector t[2 * kLimbs];
    begin(t, kTwoProducts);
#pragma GCC unroll 5
    for (int i = 0; i < kLimbs; ++i) {
      add_row<kBits>(t, i, Number(l), r);
      add_row<kBits>(t, i, Number(h), r256);
      clear(t, i);
    }
    return to_words(carried(t));
  }

  // See NOTES.md, section 3.
  static void recode(const Words& u, int window, int windows, const std::uint64_t* const* tables,
                     const std::uint64_t** addresses, std::size_t step, Mask* negative) noexcept {
    const LaneMask even = equal_lanes(bit_and(u.w[0], broadcast(1)), zero());
    const Words other = FmaLanes::subtract_from<kWords>(Parameters::kOrder, u);
    Vector v[kWords + 1], y[kWords + 2];  // y: (v >> 1) with its bit window * windows - 1 set
#pragma GCC unroll 9
    for (int i = 0; i < kWords; ++i) v[i] = choose(even, other.w[i], u.w[i]);
    v[kWords] = y[kWords] = y[kWords + 1] = zero();
#pragma GCC unroll 9
    for (int i = 0; i < kWords; ++i) y[i] = bit_or(shift_right(v[i], 1), shift_left(v[i + 1], 63));
    const int top = window * windows - 1;
    y[top / 64] = bit_or(y[top / 64], broadcast(std::uint64_t{1} << (top % 64)));

    constexpr std::uint64_t kEntryBytes = entry_words(kWords) * sizeof(std::uint64_t);
    const std::uint64_t half = std::uint64_t{1} << (window - 1);
    const Vector half_bit = broadcast(half), index_mask = broadcast(half - 1), entry_bytes = broadcast(kEntryBytes);
    const Vector window_bytes = broadcast(half * kEntryBytes);
    Vector table = load(tables);
    for (int i = 0; i < windows; ++i) {
      const int word = i * window / 64, shift = i * window % 64;
      const Vector field = bit_or(shift_right_by(y[word], shift), shift_left_by(y[word + 1], 64 - shift));
      const LaneMask is_negative = equal_lanes(bit_and(field, half_bit), zero());
      const Vector index = bit_and(invert_bits(is_negative, field), index_mask);
      const std::size_t slot = static_cast<std::size_t>(i) * step;
      // Indices and entries are below 2^32.
      store(addresses + slot * kLanes, add(table, multiply_low32(index, entry_bytes)));
      negative[slot] = mask_bits(mask_xor(is_negative, even));
      table = add(table, window_bytes);
    }
  }

 private:
  static constexpr Integers<kLimbs> kOrder = cut_integer<kLimbs, kBits>(Parameters::kOrder);
  static constexpr Constant<kLimbs> kBalancedOrder = balanced_constant<kLimbs, kBits>(Parameters::kOrder);
  // -1/n modulo 2^52, between -2^51 and 2^51.
  static constexpr double kK0 = [] {
    const std::uint64_t k0 = (0 - inverse_of_odd(Parameters::kOrder[0])) & kLimbMask;
    return static_cast<double>(k0) - (k0 >> (kBits - 1) != 0 ? 0x1p52 : 0);
  }();
  static constexpr Constant<kLimbs> power(int exponent) noexcept {
    return balanced_constant<kLimbs, kBits>(portable::power_of_two(exponent, portable::number(Parameters::kOrder)).w);
  }
  static constexpr Constant<kLimbs> kR = power(kBits * kLimbs), kR2 = power(2 * kBits * kLimbs);
  static constexpr Constant<kLimbs> kR3 = power(3 * kBits * kLimbs), kR256 = power(256 + kBits * kLimbs);
  static constexpr InverseModulus<kWords> kInverseModulus = make_inverse_modulus(Parameters::kOrder);

  static constexpr Start<2 * kLimbs> product_start(int products) noexcept {
    Start<2 * kLimbs> start;
    for (int i = 0; i < kLimbs; ++i) {
      for (int j = 0; j < kLimbs; ++j) {
        for (int k = 0; k < products + 1; ++k) start.template expect_product<kBits>(i + j);  // one is that of clear()
      }
      start.template expect_carry<kBits>(i);
    }
    start.template expect_balanced_carry<kLimbs, kBits>(kLimbs);
    return start;
  }
  static constexpr Start<2 *kLimbs> kProduct = product_start(1), kTwoProducts = product_start(2);

  // Adds the multiple q n that clears the low bits of column i, and carries what is above them. q is the low half of
  // the product of column and k0.
  [[gnu::always_inline]] static void clear(Vector (&t)[2 * kLimbs], int i) noexcept {
    const Double limb = limb_of(t[i]), k0 = broadcast_from(kK0);
    const Double upper = multiply_add(limb, k0, constant(kBits104Signed));
    const Double q = multiply_add(limb, k0, sub(constant(kBits104Signed), upper));
#pragma GCC unroll 11
    for (int j = 0; j < kLimbs; ++j) {
      add_split_product<kBits>(t[i + j], t[i + j + 1], q, broadcast_from(kBalancedOrder.l[j]));
    }
    t[i + 1] = add(t[i + 1], shift_right(t[i], kBits));
  }
  [[gnu::always_inline]] static Residue carried(const Vector (&t)[2 * kLimbs]) noexcept {
    Vector r[kLimbs];
#pragma GCC unroll 11
    for (int i = 0; i < kLimbs; ++i) r[i] = t[kLimbs + i];
    return {balanced_carry<kBits>(r)};
  }
};

using ScalarP256 = LaneScalar<ParametersP256, 5>;
using ScalarP384 = LaneScalar<ParametersP384, 8>;
using ScalarP521 = LaneScalar<ParametersP521, 11>;
using Scalar25519 = LaneScalar<Parameters25519, 5>;
static_assert(Scalar<ScalarP256> && Scalar<ScalarP384> && Scalar<ScalarP521> && WideScalar<Scalar25519>);

}  // namespace
}  // namespace assay::kernel::fma
