// Numbers modulo the order of a group's base point, four at a time, and the digits that a table is addressed by.
//
// A signature needs a handful of products, so they are those of portable/scalar.h, a lane after the other. The
// inversion is shared by the lanes. Digits are cut in lanes. Public inputs only.
#pragma once

#include <cstddef>

#include "kernel/curve/curves.h"
#include "kernel/fma/lanes.h"
#include "kernel/portable/scalar.h"

namespace assay::kernel::fma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

template <CurveParameters Parameters>
struct LaneScalar {
  using L = FourLanes;
  using Mask = FourLanes::Mask;
  using Serial = portable::WordScalar<Parameters>;
  static constexpr int kWords = Parameters::kWords;
  using Words = FourLanes::Words<kWords>;

  struct Residue {
    portable::Number<kWords> lane[kLanes];  // as WordScalar::Residue
  };

  static Residue plain(const Words& a) noexcept {
    Residue result;
    FourLanes::to_lanes<kWords>(a, result.lane);
    return result;
  }
  static Residue to_montgomery(const Words& a) noexcept { return mul(plain(a), kR2); }
  static Words to_words(const Residue& a) noexcept {
    return FourLanes::from_lanes<kWords>([&](int l) noexcept { return Serial::to_words({a.lane[l]}); });
  }
  // A call, since a product of words is long.
  [[gnu::noinline]] static Residue mul(const Residue& a, const Residue& b) noexcept {
    Residue result;
#pragma GCC unroll 1
    for (int l = 0; l < kLanes; ++l) result.lane[l] = Serial::mul({a.lane[l]}, {b.lane[l]}).words;
    return result;
  }

  // 1/(x0 x1) = x2 x3 / (x0 x1 x2 x3), and so on.
  static Residue invert(const Residue& a) noexcept {
    using One = typename Serial::Residue;
    const One x[kLanes] = {{a.lane[0]}, {a.lane[1]}, {a.lane[2]}, {a.lane[3]}};
    const One low = Serial::mul(x[0], x[1]), high = Serial::mul(x[2], x[3]);
    const One all = Serial::invert(Serial::mul(low, high));
    const One low_inverse = Serial::mul(all, high), high_inverse = Serial::mul(all, low);
    return {{Serial::mul(low_inverse, x[1]).words, Serial::mul(low_inverse, x[0]).words,
             Serial::mul(high_inverse, x[3]).words, Serial::mul(high_inverse, x[2]).words}};
  }

  // low + 2^(64 kWords) high modulo n, canonical.
  static Words reduce_wide(const Words& low, const Words& high) noexcept {
    const Residue l = plain(low), h = plain(high);
    return FourLanes::from_lanes<kWords>([&](int i) noexcept { return Serial::reduce_wide(l.lane[i], h.lane[i]); });
  }

  // See NOTES.md, section 3.
  static void recode(const Words& u, int window, int windows, const std::uint64_t* const* tables,
                     const std::uint64_t** addresses, std::size_t step, Mask* negative) noexcept {
    const Vector even = equal_lanes(bit_and(u.w[0], broadcast(1)), zero());
    const Words other = FourLanes::subtract_from<kWords>(Parameters::kOrder, u);
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
    Vector table = _mm256_loadu_si256(reinterpret_cast<const Vector*>(tables));
    for (int i = 0; i < windows; ++i) {
      const int word = i * window / 64, shift = i * window % 64;
      const Vector field = bit_or(_mm256_srl_epi64(y[word], _mm_cvtsi32_si128(shift)),
                                  _mm256_sll_epi64(y[word + 1], _mm_cvtsi32_si128(64 - shift)));
      const Vector is_negative = equal_lanes(bit_and(field, half_bit), zero());
      const Vector index = bit_and(_mm256_xor_si256(field, is_negative), index_mask);
      const std::size_t slot = static_cast<std::size_t>(i) * step;
      // Indices and entries are below 2^32.
      _mm256_storeu_si256(reinterpret_cast<Vector*>(addresses + slot * kLanes),
                          add(table, _mm256_mul_epu32(index, entry_bytes)));
      negative[slot] = top_bits(_mm256_xor_si256(is_negative, even));
      table = add(table, window_bytes);
    }
  }

 private:
  static constexpr Residue kR2 = [] {
    const portable::Number<kWords> r2 = portable::power_of_two(2 * 64 * kWords, portable::number(Parameters::kOrder));
    return Residue{{r2, r2, r2, r2}};
  }();
};

using ScalarP256 = LaneScalar<ParametersP256>;
using ScalarP384 = LaneScalar<ParametersP384>;
using ScalarP521 = LaneScalar<ParametersP521>;
using Scalar25519 = LaneScalar<Parameters25519>;
static_assert(Scalar<ScalarP256> && Scalar<ScalarP384> && Scalar<ScalarP521> && WideScalar<Scalar25519>);

}  // namespace
}  // namespace assay::kernel::fma
