// Arithmetic modulo the P-256 prime, eight independent elements at a time.
//
// p = 2^256 - 2^224 + 2^192 + 2^96 - 1 (SP 800-186 §3.2.1.3). Five limbs, Montgomery form, R = 2^260.
#pragma once

#include "kernel/curve/curves.h"
#include "kernel/ifma/field.h"

namespace assay::kernel::ifma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

struct PrimeP256 {
  static constexpr int kWords = 4;
  static constexpr int kLimbs = 5;
  static constexpr bool kMontgomery = true;
  static constexpr int kMagnitude = 2;
  static constexpr const std::uint64_t (&kModulus)[4] = ParametersP256::kPrime;

  // a, b < 4p: a b / R < 16 p^2 / 2^260 < p, and the reduction adds less than p: below 2p.
  static_assert(2 * kMagnitude * 2 * kMagnitude <= 16);

  // -1/p modulo 2^52 is 1, so the multiple of p that clears a limb is the limb itself, and
  //   t + m p = (t - m) + m (2^96 + 2^192 + 2^256 - 2^224):
  // 2^96 is 2^44 in limb 1, 2^192 is 2^36 in limb 3, the rest is 2^48 - 2^16 in limb 4. Cost: 30 multiply-adds.
  [[gnu::always_inline]] static Limbs<5> reduce(Vector (&t)[10]) noexcept {
    const Vector c1 = broadcast(std::uint64_t{1} << 44), c3 = broadcast(std::uint64_t{1} << 36);
    const Vector c4 = broadcast((std::uint64_t{1} << 48) - (std::uint64_t{1} << 16));
#pragma GCC unroll 5
    for (int i = 0; i < 5; ++i) {
      const Vector m = t[i];  // its low 52 bits; what is above goes on to the next limb
      t[i + 1] = _mm512_add_epi64(t[i + 1], _mm512_srli_epi64(m, kLimbBits));
      t[i + 1] = add_low(t[i + 1], m, c1);
      t[i + 2] = add_high(t[i + 2], m, c1);
      t[i + 3] = add_low(t[i + 3], m, c3);
      t[i + 4] = add_high(t[i + 4], m, c3);
      t[i + 4] = add_low(t[i + 4], m, c4);
      t[i + 5] = add_high(t[i + 5], m, c4);
    }
    return carry(Limbs<5>{{t[5], t[6], t[7], t[8], t[9]}});
  }

  // q = the bits from 2^256 on, taken from the top limb before the limbs below it are carried: they can change it by
  // less than 8, so q is at most too small, by one. 2^256 = 2^224 - 2^192 - 2^96 + 1 modulo p. The result is below
  // 2^256 + 16 * 2^208 + 10 * 2^224 < 2p.
  [[gnu::always_inline]] static Limbs<5> fold(Limbs<5> t) noexcept {
    const Vector q = _mm512_srai_epi64(_mm512_sub_epi64(t.l[4], broadcast(8)), 48);
    t.l[0] = _mm512_add_epi64(t.l[0], q);
    t.l[1] = _mm512_sub_epi64(t.l[1], _mm512_slli_epi64(q, 44));
    t.l[3] = _mm512_sub_epi64(t.l[3], _mm512_slli_epi64(q, 36));
    t.l[4] = _mm512_add_epi64(_mm512_sub_epi64(t.l[4], _mm512_slli_epi64(q, 48)), _mm512_slli_epi64(q, 16));
    return carry(t);
  }
};

using FieldP256 = LaneField<PrimeP256>;
static_assert(Field<FieldP256>);

}  // namespace
}  // namespace assay::kernel::ifma
