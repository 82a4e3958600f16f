// Arithmetic modulo the prime of P-384, p = 2^384 - 2^128 - 2^96 + 2^32 - 1 (SP 800-186 §3.2.1.4), one at a time.
#pragma once

#include <cstdint>

#include "kernel/curve/curves.h"
#include "kernel/portable/montgomery_field.h"

namespace assay::kernel::portable {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

struct PrimeP384 {
  static constexpr int kWords = 6;
  static constexpr Number<6> kModulus = number(ParametersP384::kPrime);

  // -1/p = 2^32 + 1 modulo 2^64: a word s is cleared by m = s (2^32 + 1), and
  //   m p = m 2^384 - d,   d = m 2^128 + m 2^96 - m 2^32 + m.
  // The six lower words are reduced on their own: below p + 2^65 after each step, at most p after the last. Then the
  // upper ones are added. No products.
  __attribute__((always_inline)) static Number<6> reduce(const Number<12>& t) noexcept {
    Number<6> r{{t.w[0], t.w[1], t.w[2], t.w[3], t.w[4], t.w[5]}};
#pragma GCC unroll 6
    for (int k = 0; k < 6; ++k) {
      const std::uint64_t m = r.w[0] + (r.w[0] << 32), low = m << 32, high = m >> 32;  // of m 2^32
      const UInt128 upper = UInt128{m} + high;
      Number<4> d;
      sub(d, {{m, low, low_word(upper), high_word(upper)}}, {{low, high, 0, 0}});
      sub(r, {{r.w[1], r.w[2], r.w[3], r.w[4], r.w[5], m}}, {{d.w[1], d.w[2], d.w[3], 0, 0, 0}});
    }
    const std::uint64_t carry = add(r, r, {{t.w[6], t.w[7], t.w[8], t.w[9], t.w[10], t.w[11]}});
    return subtract_once(carry, r, kModulus);  // (t + (R - 1) p) / R < 2p
  }
};

using FieldP384 = MontgomeryField<PrimeP384>;
static_assert(Field<FieldP384>);

}  // namespace
}  // namespace assay::kernel::portable
