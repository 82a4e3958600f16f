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
  //   m p = m p3 2^192 + m 2^96 - m,   p3 = 2^64 - 2^32 + 1.
  // Column by column; m_k is the word that the sum of column k comes to. Cost: 4 products of words.
  __attribute__((always_inline)) static Number<4> reduce(const Number<8>& t) noexcept {
    std::uint64_t m[4];
    UInt128 m_p3[4];
    Number<4> result;
    UInt128 sum = 0;  // below 2^67
#pragma GCC unroll 8
    for (int k = 0; k < 8; ++k) {
      sum += t.w[k];
      if (k >= 1 && k < 5) sum += m[k - 1] << 32;
      if (k >= 2 && k < 6) sum += m[k - 2] >> 32;
      if (k >= 3 && k < 7) sum += low_word(m_p3[k - 3]);
      if (k >= 4) sum += high_word(m_p3[k - 4]);
      if (k < 4) {
        m[k] = low_word(sum);  // - m clears it
        m_p3[k] = UInt128{m[k]} * kModulus.w[3];
      } else {
        result.w[k - 4] = low_word(sum);
      }
      sum >>= 64;
    }
    return subtract_once(low_word(sum), result, kModulus);  // (t + (R - 1) p) / R < 2p
  }
};

using FieldP256 = MontgomeryField<PrimeP256>;
static_assert(Field<FieldP256>);

}  // namespace
}  // namespace assay::kernel::portable
