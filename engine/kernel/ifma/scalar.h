// Numbers modulo the order of a group's base point, eight at a time, and the digits that a table is addressed by.
//
// Montgomery products over limbs of 52 bits, R = 2^260, 2^416, 2^572: at least 2^4 times the order. A Residue is below
// 2n, carried. Public inputs only.
#pragma once

#include <cstddef>

#include "kernel/curve/curves.h"
#include "kernel/curve/mod_inverse.h"
#include "kernel/ifma/lanes.h"

namespace assay::kernel::ifma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

template <CurveParameters Parameters, int kLimbs>
struct LaneScalar {
  using L = EightLanes;
  using Mask = EightLanes::Mask;
  static constexpr int kWords = Parameters::kWords;
  using Words = EightLanes::Words<kWords>;

  struct Residue : Limbs<kLimbs> {};  // below 2n

  // Any number of kWords words that is below 2n.
  static Residue plain(const Words& a) noexcept { return {EightLanes::to_limbs<kLimbs>(a)}; }
  static Residue to_montgomery(const Words& a) noexcept { return mul(plain(a), Residue{broadcast(kR2)}); }
  // a b / R modulo n: below 4 n^2 / R + n < 2n.
  static Residue mul(const Residue& a, const Residue& b) noexcept {
    Vector t[2 * kLimbs];
    product<kLimbs>(t, a, b);
    return {montgomery_reduce<kLimbs>(t, kOrder, kK0)};
  }
  static Words to_words(const Residue& a) noexcept {
    return EightLanes::to_words<kWords>(subtract_once<kLimbs>(a, kOrder));
  }

  static Residue invert(const Residue& a) noexcept {
    const auto multiply = [](const Residue& x, const Residue& y) noexcept { return mul(x, y); };
    return invert_lanes(a, multiply, [](const Residue& all) noexcept {
      std::uint64_t x[kWords], inverse[kWords];
      first_lane(x, to_words(all));
      mod_inverse(inverse, x, kInverseModulus);
      return mul(plain(EightLanes::broadcast<kWords>(inverse)), Residue{broadcast(kR3)});  // R / x, as in LaneField
    });
  }

  // low + 2^256 high modulo n = (low R + high 2^256 R) / R. Of four words only: 2^256 (R mod n) and 2^256 (2^256 R mod
  // n) together are below 2^5 n^2 for the order of Ed25519, and R > 2^7 n.
  static Words reduce_wide(const Words& low, const Words& high) noexcept requires(kLimbs == 5) {
    Vector t[2 * kLimbs], u[2 * kLimbs];
    product<kLimbs>(t, EightLanes::to_limbs<kLimbs>(low), broadcast(kR));
    product<kLimbs>(u, EightLanes::to_limbs<kLimbs>(high), broadcast(kR256));
#pragma GCC unroll 10
    for (int i = 0; i < 2 * kLimbs; ++i) t[i] = _mm512_add_epi64(t[i], u[i]);
    return to_words(Residue{montgomery_reduce<kLimbs>(t, kOrder, kK0)});
  }

  // See NOTES.md, section 3.
  static void recode(const Words& u, int window, int windows, const std::uint64_t* const* tables,
                     const std::uint64_t** addresses, std::size_t step, Mask* negative) noexcept {
    const Mask even = static_cast<Mask>(~EightLanes::low_bit<kWords>(u));
    const Words v = EightLanes::select<kWords>(even, EightLanes::subtract_from<kWords>(Parameters::kOrder, u), u);
    Vector y[kWords + 2];  // (v >> 1) with its bit window * windows - 1 set
#pragma GCC unroll 9
    for (int i = 0; i + 1 < kWords; ++i) y[i] = _mm512_shrdi_epi64(v.w[i], v.w[i + 1], 1);
    y[kWords - 1] = _mm512_srli_epi64(v.w[kWords - 1], 1);
    y[kWords] = y[kWords + 1] = zero();
    const int top = window * windows - 1;
    y[top / 64] = _mm512_or_si512(y[top / 64], broadcast(std::uint64_t{1} << (top % 64)));

    constexpr std::uint64_t kEntryBytes = entry_words(kWords) * sizeof(std::uint64_t);
    const std::uint64_t half = std::uint64_t{1} << (window - 1);
    const Vector half_bit = broadcast(half), index_mask = broadcast(half - 1), entry_bytes = broadcast(kEntryBytes);
    const Vector window_bytes = broadcast(half * kEntryBytes);
    Vector table = _mm512_loadu_si512(tables);
    for (int i = 0; i < windows; ++i) {
      const int bit = i * window;
      const Vector field = _mm512_shrdv_epi64(y[bit / 64], y[bit / 64 + 1], broadcast(static_cast<unsigned>(bit % 64)));
      const __mmask8 positive = _mm512_test_epi64_mask(field, half_bit);
      const Vector complement = _mm512_mask_xor_epi64(field, static_cast<__mmask8>(~positive), field, index_mask);
      const Vector index = _mm512_and_si512(complement, index_mask);
      const std::size_t slot = static_cast<std::size_t>(i) * step;
      _mm512_storeu_si512(addresses + slot * 8, add_low(table, index, entry_bytes));
      negative[slot] = static_cast<Mask>(~positive ^ even);
      table = _mm512_add_epi64(table, window_bytes);
    }
  }

 private:
  static constexpr Constant<kLimbs> kOrder = ifma::to_limbs<kLimbs>(Parameters::kOrder);
  static constexpr std::uint64_t kK0 = negated_inverse(kOrder.l[0]);
  static constexpr Constant<kLimbs> kR = power_of_two(kLimbBits * kLimbs, kOrder);
  static constexpr Constant<kLimbs> kR2 = power_of_two(2 * kLimbBits * kLimbs, kOrder);
  static constexpr Constant<kLimbs> kR3 = power_of_two(3 * kLimbBits * kLimbs, kOrder);
  static constexpr Constant<kLimbs> kR256 = power_of_two(256 + kLimbBits * kLimbs, kOrder);
  static constexpr InverseModulus<kWords> kInverseModulus = make_inverse_modulus(Parameters::kOrder);
};

using ScalarP256 = LaneScalar<ParametersP256, 5>;
using ScalarP384 = LaneScalar<ParametersP384, 8>;
using ScalarP521 = LaneScalar<ParametersP521, 11>;
using Scalar25519 = LaneScalar<Parameters25519, 5>;
static_assert(Scalar<ScalarP256> && Scalar<ScalarP384> && Scalar<ScalarP521> && WideScalar<Scalar25519>);

}  // namespace
}  // namespace assay::kernel::ifma
