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
  //   m p = m 2^384 - m 2^128 - m 2^96 + m 2^32 - m.
  // Column by column with a signed sum; m_k clears column k. Cost: no products.
  __attribute__((always_inline)) static Number<6> reduce(const Number<12>& t) noexcept {
    std::uint64_t m[6];
    Number<6> result;
    Int128 sum = 0;  // within +-2^67
#pragma GCC unroll 12
    for (int k = 0; k < 12; ++k) {
      sum += t.w[k];
      if (k >= 1 && k < 7) sum += Int128{m[k - 1] >> 32} - (m[k - 1] << 32);  // high half of m 2^32, low of m 2^96
      if (k >= 2 && k < 8) sum -= Int128{m[k - 2] >> 32} + m[k - 2];          // high half of m 2^96, m 2^128
      if (k >= 6) sum += m[k - 6];
      if (k < 6) {
        const std::uint64_t s = static_cast<std::uint64_t>(sum);
        m[k] = s + (s << 32);
        sum += Int128{m[k] << 32} - m[k];
      } else {
        result.w[k - 6] = static_cast<std::uint64_t>(sum);
      }
      sum >>= 64;
    }
    return subtract_once(static_cast<std::uint64_t>(sum), result, kModulus);  // (t + (R - 1) p) / R < 2p
  }
};

using FieldP384 = MontgomeryField<PrimeP384>;
static_assert(Field<FieldP384>);

}  // namespace
}  // namespace assay::kernel::portable
