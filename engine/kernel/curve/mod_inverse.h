// The inverse of one number modulo an odd prime. Simultaneous inversion needs one of these for each batch.
//
// Bernstein and Yang's safegcd (https://gcd.cr.yp.to/safegcd-20190413.pdf) in variable time, in the form with
// half-delta bookkeeping and groups of 62 division steps that libsecp256k1 describes (doc/safegcd_implementation.md).
//
// Numbers are signed, in limbs of 62 bits: all limbs but the last lie in [0, 2^62), the last carries the sign. 62 steps
// look at the low words of f and g only and come out as a matrix, which is then applied to the long numbers:
//   (f, g) <- T (f, g) / 2^62       exactly
//   (d, e) <- T (d, e) / 2^62       modulo m
// so that d x = f and e x = g modulo m all along. At the end g = 0 and f = +-gcd(m, x) = +-1. f and g shrink on the
// way, and so does the number of limbs that are touched. Public inputs only: timing depends on values.
#pragma once

#include <cstdint>

namespace assay::kernel {
namespace {  // NOLINT(google-build-namespaces): see tower.h

__extension__ typedef __int128 Int128;

constexpr std::uint64_t kMask62 = ~std::uint64_t{0} >> 2;

// Limbs for moduli of kWords words. Intermediate values reach 2m with a sign: m < 2^(62 kLimbs - 2). Nine words hold
// P-521 and its order, which leave 37 bits of them.
template <int kWords>
constexpr int kInverseLimbs = kWords == 9 ? 9 : (64 * kWords + 2 + 61) / 62;

template <int kLimbs>
struct Signed62 {
  std::int64_t v[kLimbs];
};

template <int kWords>
struct InverseModulus {
  static constexpr int kLimbs = kInverseLimbs<kWords>;
  Signed62<kLimbs> m;
  std::uint64_t inverse62;  // 1/m modulo 2^62
};

template <int kWords>
constexpr Signed62<kInverseLimbs<kWords>> to_signed62(const std::uint64_t (&words)[kWords]) noexcept {
  Signed62<kInverseLimbs<kWords>> result{};
#pragma GCC unroll 10
  for (int i = 0; i < kInverseLimbs<kWords>; ++i) {
    const int word = 62 * i / 64, shift = 62 * i % 64;
    std::uint64_t limb = word < kWords ? words[word] >> shift : 0;
    if (shift > 2 && word + 1 < kWords) limb |= words[word + 1] << (64 - shift);
    result.v[i] = static_cast<std::int64_t>(limb & kMask62);
  }
  return result;
}

// 0 <= a < 2^(64 kWords), carried.
template <int kWords>
constexpr void from_signed62(std::uint64_t (&words)[kWords], const Signed62<kInverseLimbs<kWords>>& a) noexcept {
  constexpr int kLimbs = kInverseLimbs<kWords>;
#pragma GCC unroll 9
  for (int i = 0; i < kWords; ++i) {
    const int limb = 64 * i / 62, shift = 64 * i % 62;  // at most 16: two limbs make a word
    std::uint64_t word = limb < kLimbs ? static_cast<std::uint64_t>(a.v[limb]) >> shift : 0;
    if (limb + 1 < kLimbs) word |= static_cast<std::uint64_t>(a.v[limb + 1]) << (62 - shift);
    words[i] = word;
  }
}

// 1/m modulo 2^64, m odd. Newton's iteration: m is its own inverse modulo 2^3, and each step doubles the bits.
constexpr std::uint64_t inverse_of_odd(std::uint64_t m) noexcept {
  std::uint64_t inverse = m;
  for (int bits = 3; bits < 64; bits *= 2) inverse *= 2 - m * inverse;
  return inverse;
}

// m: odd.
template <int kWords>
constexpr InverseModulus<kWords> make_inverse_modulus(const std::uint64_t (&m)[kWords]) noexcept {
  return {to_signed62(m), inverse_of_odd(m[0]) & kMask62};
}

// The matrix of 62 division steps, times 2^62: f' = u f + v g, g' = q f + r g. |u| + |v| <= 2^62, and |q| + |r| too.
struct DivisionSteps {
  std::int64_t u, v, q, r;
};

// 62 division steps on the low 62 bits of f (odd) and g. eta = -(delta + 1/2): see the guide named above.
__attribute__((always_inline)) inline DivisionSteps divide_62_steps(std::int64_t& eta, std::uint64_t f,
                                                                    std::uint64_t g) noexcept {
  std::uint64_t u = 1, v = 0, q = 0, r = 1;  // signed values in two's complement
  int left = 62;
  for (;;) {
    // Removes all zeros at the bottom of g at once. The ones above limit them to the steps left.
    const int zeros = __builtin_ctzll(g | (~std::uint64_t{0} << left));
    g >>= zeros;
    u <<= zeros;
    v <<= zeros;
    eta -= zeros;
    left -= zeros;
    if (left == 0) break;
    // f and g are odd. Cancel as many low bits of g by a multiple of f as may be before eta changes its sign: w = -g/f
    // modulo a power of two, from the formula that holds for six bits, or the shorter one for four.
    std::uint64_t w;
    if (eta < 0) {
      eta = -eta;
      const std::uint64_t f0 = f, u0 = u, v0 = v;
      f = g;
      g = 0 - f0;
      u = q;
      q = 0 - u0;
      v = r;
      r = 0 - v0;
      const int limit = eta + 1 > left ? left : static_cast<int>(eta) + 1;
      w = f * g * (f * f - 2) & (~std::uint64_t{0} >> (64 - limit)) & 63;
    } else {
      const int limit = eta + 1 > left ? left : static_cast<int>(eta) + 1;
      w = f + (((f + 1) & 4) << 1);
      w = (0 - w) * g & (~std::uint64_t{0} >> (64 - limit)) & 15;
    }
    g += f * w;
    q += u * w;
    r += v * w;
  }
  return {static_cast<std::int64_t>(u), static_cast<std::int64_t>(v), static_cast<std::int64_t>(q),
          static_cast<std::int64_t>(r)};
}

// (f, g) <- T (f, g) / 2^62 on the first `length` limbs. The division is exact.
template <int kLimbs>
__attribute__((always_inline)) inline void apply_to_fg(Signed62<kLimbs>& f, Signed62<kLimbs>& g, const DivisionSteps& t,
                                                       int length) noexcept {
  Int128 cf = Int128{t.u} * f.v[0] + Int128{t.v} * g.v[0];
  Int128 cg = Int128{t.q} * f.v[0] + Int128{t.r} * g.v[0];
  cf >>= 62;
  cg >>= 62;
  for (int i = 1; i < length; ++i) {
    const std::int64_t fi = f.v[i], gi = g.v[i];
    cf += Int128{t.u} * fi + Int128{t.v} * gi;
    cg += Int128{t.q} * fi + Int128{t.r} * gi;
    f.v[i - 1] = static_cast<std::int64_t>(static_cast<std::uint64_t>(cf) & kMask62);
    g.v[i - 1] = static_cast<std::int64_t>(static_cast<std::uint64_t>(cg) & kMask62);
    cf >>= 62;
    cg >>= 62;
  }
  f.v[length - 1] = static_cast<std::int64_t>(cf);
  g.v[length - 1] = static_cast<std::int64_t>(cg);
}

// (d, e) <- T (d, e) / 2^62 modulo m. Both stay in (-2m, m): a negative input first counts as itself plus m (md, me
// start at u, v, q, r), then the multiple of m in (-2^62, 0] is added that makes the low limb zero.
template <int kLimbs>
__attribute__((always_inline)) inline void apply_to_de(Signed62<kLimbs>& d, Signed62<kLimbs>& e, const DivisionSteps& t,
                                                       const Signed62<kLimbs>& m, std::uint64_t inverse62) noexcept {
  const std::int64_t d_sign = d.v[kLimbs - 1] >> 63, e_sign = e.v[kLimbs - 1] >> 63;
  std::int64_t md = (t.u & d_sign) + (t.v & e_sign);
  std::int64_t me = (t.q & d_sign) + (t.r & e_sign);
  Int128 cd = Int128{t.u} * d.v[0] + Int128{t.v} * e.v[0];
  Int128 ce = Int128{t.q} * d.v[0] + Int128{t.r} * e.v[0];
  md -= static_cast<std::int64_t>((inverse62 * static_cast<std::uint64_t>(cd) + static_cast<std::uint64_t>(md)) &
                                  kMask62);
  me -= static_cast<std::int64_t>((inverse62 * static_cast<std::uint64_t>(ce) + static_cast<std::uint64_t>(me)) &
                                  kMask62);
  // Each sum of products stays below 2^124 + 2^125, and the carry below 2^64.
  cd += Int128{m.v[0]} * md;
  ce += Int128{m.v[0]} * me;
  cd >>= 62;
  ce >>= 62;
#pragma GCC unroll 10
  for (int i = 1; i < kLimbs; ++i) {
    const std::int64_t di = d.v[i], ei = e.v[i];
    cd += Int128{t.u} * di + Int128{t.v} * ei + Int128{m.v[i]} * md;
    ce += Int128{t.q} * di + Int128{t.r} * ei + Int128{m.v[i]} * me;
    d.v[i - 1] = static_cast<std::int64_t>(static_cast<std::uint64_t>(cd) & kMask62);
    e.v[i - 1] = static_cast<std::int64_t>(static_cast<std::uint64_t>(ce) & kMask62);
    cd >>= 62;
    ce >>= 62;
  }
  d.v[kLimbs - 1] = static_cast<std::int64_t>(cd);
  e.v[kLimbs - 1] = static_cast<std::int64_t>(ce);
}

// d in (-2m, m) to d or -d modulo m, in [0, m).
template <int kLimbs>
inline void normalize(Signed62<kLimbs>& d, bool negate, const Signed62<kLimbs>& m) noexcept {
  const auto add_m_if_negative_then_negate = [&](bool turn) __attribute__((always_inline)) {
    const std::int64_t is_negative = d.v[kLimbs - 1] >> 63, turned = turn ? -1 : 0;
    std::int64_t carry = 0;
    for (int i = 0; i < kLimbs; ++i) {
      carry += ((d.v[i] + (m.v[i] & is_negative)) ^ turned) - turned;
      d.v[i] = carry;
      if (i == kLimbs - 1) break;
      d.v[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(carry) & kMask62);
      carry >>= 62;
    }
  };
  add_m_if_negative_then_negate(negate);  // (-m, m)
  add_m_if_negative_then_negate(false);   // [0, m)
}

// out = 1/x modulo m; 0 for x = 0. x < m, m an odd prime.
template <int kWords>
inline void mod_inverse(std::uint64_t (&out)[kWords], const std::uint64_t (&x)[kWords],
                        const InverseModulus<kWords>& modulus) noexcept {
  constexpr int kLimbs = kInverseLimbs<kWords>;
  Signed62<kLimbs> d{}, e{}, f = modulus.m, g = to_signed62(x);
  e.v[0] = 1;
  std::int64_t eta = -1;
  for (int length = kLimbs;;) {
    const DivisionSteps t =
        divide_62_steps(eta, static_cast<std::uint64_t>(f.v[0]), static_cast<std::uint64_t>(g.v[0]));
    apply_to_de(d, e, t, modulus.m, modulus.inverse62);
    apply_to_fg(f, g, t, length);
    std::int64_t g_bits = 0;
    for (int i = 0; i < length; ++i) g_bits |= g.v[i];
    if (g_bits == 0) {
      normalize(d, f.v[length - 1] < 0, modulus.m);
      from_signed62(out, d);
      return;
    }
    // If the last limb of both is only a sign, hand it to the limb below.
    const std::int64_t f_top = f.v[length - 1], g_top = g.v[length - 1];
    if (length > 1 && (f_top ^ (f_top >> 63)) == 0 && (g_top ^ (g_top >> 63)) == 0) {
      f.v[length - 2] |= static_cast<std::int64_t>(static_cast<std::uint64_t>(f_top) << 62);
      g.v[length - 2] |= static_cast<std::int64_t>(static_cast<std::uint64_t>(g_top) << 62);
      --length;
    }
  }
}

}  // namespace
}  // namespace assay::kernel
