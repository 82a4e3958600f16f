// Numbers modulo the order of a group's base point, one at a time, and the digits that a table is addressed by.
//
// One generic Montgomery product over full words, R = 2^(64 kWords): a signature needs a handful.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/curve/curves.h"
#include "kernel/curve/mod_inverse.h"
#include "kernel/portable/lanes.h"

namespace assay::kernel::portable {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

template <CurveParameters Parameters>
struct WordScalar {
  using L = OneLane;
  using Mask = L::Mask;
  static constexpr int kWords = Parameters::kWords;
  using Words = L::Words<kWords>;

  struct Residue {
    Words words;  // below n, unless plain() made it
  };

  static Residue plain(const Words& a) noexcept { return {a}; }
  static Residue to_montgomery(const Words& a) noexcept { return mul({a}, {kR2}); }
  // The residue is the result of an operation, or a plain one below n.
  static Words to_words(const Residue& a) noexcept { return a.words; }

  // a b / R modulo n, below n. a may be any number of kWords words, b is below n. (P. Montgomery, Modular
  // multiplication without trial division, 1985; operands scanned, one word of a at a time.)
  static Residue mul(const Residue& a, const Residue& b) noexcept {
    const Words &x = a.words, &y = b.words, &n = kOrder;
    Words t{};              // with `top` above it: below 2n
    std::uint64_t top = 0;  // 0 or 1
    for (int i = 0; i < kWords; ++i) {
      UInt128 carry_product = UInt128{x.w[i]} * y.w[0] + t.w[0];
      const std::uint64_t m = low_word(carry_product) * kNegatedInverse;
      UInt128 carry_multiple = UInt128{m} * n.w[0] + low_word(carry_product);  // low word 0
      for (int j = 1; j < kWords; ++j) {
        carry_product = UInt128{x.w[i]} * y.w[j] + t.w[j] + high_word(carry_product);
        carry_multiple = UInt128{m} * n.w[j] + low_word(carry_product) + high_word(carry_multiple);
        t.w[j - 1] = low_word(carry_multiple);
      }
      const UInt128 sum = UInt128{top} + high_word(carry_product) + high_word(carry_multiple);
      t.w[kWords - 1] = low_word(sum);
      top = high_word(sum);
    }
    return {subtract_once(top, t, n)};
  }

  static Residue invert(const Residue& a) noexcept {
    Words inverse;  // of x R: R^3 / (x R) / R = R / x
    mod_inverse(inverse.w, a.words.w, kInverseModulus);
    return mul({inverse}, {kR3});
  }

  // low + R high modulo n, below n.
  static Words reduce_wide(const Words& low, const Words& high) noexcept {
    return add_modulo(mul({low}, {kR}).words, mul({high}, {kR2}).words, kOrder);
  }

  // An odd v below 2^(w m) is the sum of w m signed bits, (2 b_j - 1) 2^j, with b = (v >> 1) + 2^(w m - 1). So a field
  // f of w bits of b is the digit 2 f - (2^w - 1), never zero: f with its top bit set is the positive odd number of
  // index f - 2^(w-1), and one without the negative of index 2^(w-1) - 1 - f.
  static void recode(const Words& u, int window, int windows, const std::uint64_t* const* tables,
                     const std::uint64_t** addresses, std::size_t step, Mask* negative) noexcept {
    const bool even = (u.w[0] & 1) == 0;
    Words v = u;
    if (even) portable::sub(v, kOrder, u);
    const std::uint64_t half = std::uint64_t{1} << (window - 1);
    for (int i = 0; i < windows; ++i) {
      std::uint64_t field = bits_from(v, window * i + 1);
      if (i == windows - 1) field |= half;
      const bool is_negative = (field & half) == 0;
      const std::uint64_t index = (is_negative ? ~field : field) & (half - 1);
      const std::size_t entry = static_cast<std::size_t>(i) * half + index;
      addresses[static_cast<std::size_t>(i) * step] = tables[0] + entry * entry_words(kWords);
      negative[static_cast<std::size_t>(i) * step] = is_negative != even;
    }
  }

 private:
  static constexpr Words kOrder = number(Parameters::kOrder);
  static constexpr Words kR = power_of_two(64 * kWords, kOrder);
  static constexpr Words kR2 = power_of_two(2 * 64 * kWords, kOrder);
  static constexpr Words kR3 = power_of_two(3 * 64 * kWords, kOrder);
  static constexpr InverseModulus<kWords> kInverseModulus = make_inverse_modulus(kOrder.w);

  static constexpr std::uint64_t kNegatedInverse = 0 - inverse_of_odd(kOrder.w[0]);  // -1/n modulo 2^64

  // Returns 64 bits of v from bit `at` on, with zeros above v.
  static std::uint64_t bits_from(const Words& v, int at) noexcept {
    const int word = at / 64, shift = at % 64;
    std::uint64_t bits = word < kWords ? v.w[word] >> shift : 0;
    if (shift > 0 && word + 1 < kWords) bits |= v.w[word + 1] << (64 - shift);
    return bits;
  }
};

using ScalarP256 = WordScalar<ParametersP256>;
using ScalarP384 = WordScalar<ParametersP384>;
using ScalarP521 = WordScalar<ParametersP521>;
using Scalar25519 = WordScalar<Parameters25519>;
static_assert(Scalar<ScalarP256> && Scalar<ScalarP384> && Scalar<ScalarP521> && WideScalar<Scalar25519>);

}  // namespace
}  // namespace assay::kernel::portable
