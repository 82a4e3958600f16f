// Arithmetic modulo the P-384 prime, eight independent elements at a time.
//
// p = 2^384 - 2^128 - 2^96 + 2^32 - 1 (SP 800-186 §3.2.1.4). Eight limbs, Montgomery form, R = 2^416 > 2^31 p.
#pragma once

#include "kernel/curve/curves.h"
#include "kernel/ifma/field.h"

namespace assay::kernel::ifma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

struct PrimeP384 {
  static constexpr int kWords = 6;
  static constexpr int kLimbs = 8;
  static constexpr bool kMontgomery = true;
  static constexpr int kMagnitude = 2;
  static constexpr const std::uint64_t (&kModulus)[6] = ParametersP384::kPrime;

  // a, b < 4p: below 16 p^2 / R + p < 2p.
  [[gnu::always_inline]] static Limbs<8> reduce(Vector (&t)[16]) noexcept {
    static constexpr Constant<8> kLimbsOfModulus = ifma::to_limbs<8>(ParametersP384::kPrime);
    return montgomery_reduce<8>(t, kLimbsOfModulus, negated_inverse(kLimbsOfModulus.l[0]));
  }

  // As for P-256 (field_p256.h): 2^384 is bit 20 of limb 7, and is 2^128 + 2^96 - 2^32 + 1 modulo p: 2^24 in limb 2,
  // 2^44 in limb 1, -2^32 + 1 in limb 0. The result is below 2^384 + 16 * 2^364 + 10 * 2^129 < 2p.
  [[gnu::always_inline]] static Limbs<8> fold(Limbs<8> t) noexcept {
    const Vector q = _mm512_srai_epi64(_mm512_sub_epi64(t.l[7], broadcast(8)), 20);
    t.l[0] = _mm512_add_epi64(_mm512_sub_epi64(t.l[0], _mm512_slli_epi64(q, 32)), q);
    t.l[1] = _mm512_add_epi64(t.l[1], _mm512_slli_epi64(q, 44));
    t.l[2] = _mm512_add_epi64(t.l[2], _mm512_slli_epi64(q, 24));
    t.l[7] = _mm512_sub_epi64(t.l[7], _mm512_slli_epi64(q, 20));
    return carry(t);
  }
};

using FieldP384 = LaneField<PrimeP384>;
static_assert(Field<FieldP384>);

}  // namespace
}  // namespace assay::kernel::ifma
