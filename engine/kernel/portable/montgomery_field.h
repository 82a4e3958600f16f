// A prime field in Montgomery form over full 64-bit words, for primes with a reduction of their own: P-256 and P-384.
//
// x stands for x R modulo p, R = 2^(64 kWords), and is always below p: one type serves as coordinate and difference.
#pragma once

#include <concepts>
#include <cstdint>

#include "kernel/curve/mod_inverse.h"
#include "kernel/portable/lanes.h"

namespace assay::kernel::portable {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

template <class Prime>
concept MontgomeryPrime = requires(const Number<2 * Prime::kWords>& t) {
  { Prime::kModulus } -> std::same_as<const Number<Prime::kWords>&>;
  { Prime::reduce(t) } -> std::same_as<Number<Prime::kWords>>;  // t / R modulo p, below p, for t < p R
};

template <MontgomeryPrime Prime>
struct MontgomeryField {
  using L = OneLane;
  using Mask = L::Mask;
  static constexpr int kWords = Prime::kWords;
  using Words = L::Words<kWords>;

  struct Element {
    Words words;  // x R modulo p, below p
  };
  using Coordinate = Element;
  using Difference = Element;

  static Element load(const Words& words) noexcept { return {words}; }
  static Words store(const Element& a) noexcept { return a.words; }
  static Element from_integer(const Words& integer) noexcept { return mul({integer}, {kR2}); }
  static Words to_integer(const Element& a) noexcept { return mul(a, {Words{{1}}}).words; }
  static Element constant(const std::uint64_t (&integer)[kWords]) noexcept { return from_integer(number(integer)); }
  static Element one() noexcept { return {kR}; }

  // A call: the many products of a stage of additions, inlined, outgrow the cache of decoded instructions.
  [[gnu::noinline]] static Element mul(const Element& a, const Element& b) noexcept {
    return {Prime::reduce(product(a.words, b.words))};
  }
  static Element sqr(const Element& a) noexcept { return mul(a, a); }

  static Element sub(const Element& a, const Element& b) noexcept {
    return {sub_modulo(a.words, b.words, Prime::kModulus)};
  }
  static Element sub_carried(const Element& a, const Element& b) noexcept { return sub(a, b); }
  static Element sub2_carried(const Element& a, const Element& b, const Element& c) noexcept {
    return sub(sub(a, b), c);
  }
  static Element add_carried(const Element& a, const Element& b) noexcept {
    return {add_modulo(a.words, b.words, Prime::kModulus)};
  }
  static Element negate_if(Mask m, const Element& a) noexcept { return select(m, sub({Words{}}, a), a); }
  static Element select(Mask m, const Element& a, const Element& b) noexcept {
    return {L::select(m, a.words, b.words)};
  }
  static Mask zero_mask(const Element& a) noexcept { return is_zero(a.words); }

  static Element invert(const Element& a) noexcept {
    Words inverse;  // of x R: R^3 / (x R) / R = R / x
    mod_inverse(inverse.w, a.words.w, kInverseModulus);
    return mul({inverse}, {kR3});
  }

 private:
  static constexpr Words kR = power_of_two(64 * kWords, Prime::kModulus);
  static constexpr Words kR2 = power_of_two(2 * 64 * kWords, Prime::kModulus);
  static constexpr Words kR3 = power_of_two(3 * 64 * kWords, Prime::kModulus);
  static constexpr InverseModulus<kWords> kInverseModulus = make_inverse_modulus(Prime::kModulus.w);
};

}  // namespace
}  // namespace assay::kernel::portable
