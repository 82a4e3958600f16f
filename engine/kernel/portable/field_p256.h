// Arithmetic modulo the prime of P-256, p = 2^256 - 2^224 + 2^192 + 2^96 - 1 (SP 800-186 §3.2.1.3), one at a time.
#pragma once

#include <cstdint>

#include "kernel/curve/curves.h"
#include "kernel/portable/montgomery_field.h"

namespace assay::kernel::portable {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

struct PrimeP256 {
  static constexpr int kWords = 4;
  static constexpr Number<4> kModulus = number(ParametersP256::kPrime);

  // -1/p = 1 modulo 2^64: the multiple of p that clears a word m is m itself, and
  //   (m p + m) / 2^64 = m 2^32 + m p3 2^128,   p3 = 2^64 - 2^32 + 1.
  // The four lower words are reduced on their own: below p + 2^160 after each step, at most p after the last. Then the
  // upper ones are added. No products.
  __attribute__((always_inline)) static Number<4> reduce(const Number<8>& t) noexcept {
    Number<4> r{{t.w[0], t.w[1], t.w[2], t.w[3]}};
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
      const std::uint64_t m = r.w[0], low = m << 32, high = m >> 32;  // of m 2^32
      unsigned char borrow = 0;
      const std::uint64_t p3_low = sub_word(borrow, m, low);
      const std::uint64_t p3_high = sub_word(borrow, m, high);
      add(r, {{r.w[1], r.w[2], r.w[3], 0}}, {{low, high, p3_low, p3_high}});
    }
    const std::uint64_t carry = add(r, r, {{t.w[4], t.w[5], t.w[6], t.w[7]}});
    return subtract_once(carry, r, kModulus);  // (t + (R - 1) p) / R < 2p
  }
};

using FieldP256 = MontgomeryField<PrimeP256>;
static_assert(Field<FieldP256>);

}  // namespace
}  // namespace assay::kernel::portable
