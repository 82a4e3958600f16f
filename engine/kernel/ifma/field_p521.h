// Arithmetic modulo the P-521 prime, eight independent elements at a time.
//
// p = 2^521 - 1 (SP 800-186 §3.2.1.5). Eleven limbs, elements stand for themselves. The last limb has the weight 2^520:
// 2^521 = 1 is its bit 1.
#pragma once

#include "kernel/curve/curves.h"
#include "kernel/ifma/field.h"

namespace assay::kernel::ifma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

struct PrimeP521 {
  static constexpr int kWords = 9;
  static constexpr int kLimbs = 11;
  static constexpr bool kMontgomery = false;
  // The last limb has one bit only, so a carry into it that comes late weighs a whole 2^520: below 3p, not 2p.
  static constexpr int kMagnitude = 3;
  static constexpr const std::uint64_t (&kModulus)[9] = ParametersP521::kPrime;

  // Column 11 + c has the weight 2^572 2^(52 c) = 2^51 2^(52 c): its lowest bit goes to bit 51 of limb c, the others to
  // limb c + 1. Column 21 is small (the last limbs of the factors, which are below 6p, are below 12), so limb 11 stays
  // empty.
  [[gnu::always_inline]] static Limbs<11> reduce(Vector (&t)[22]) noexcept {
    const Vector half = broadcast(std::uint64_t{1} << 51);
#pragma GCC unroll 11
    for (int c = 0; c < 11; ++c) {
      t[c] = add_low(t[c], t[11 + c], half);
      if (c < 10) t[c + 1] = _mm512_add_epi64(t[c + 1], _mm512_srli_epi64(t[11 + c], 1));
    }
    Limbs<11> r;
#pragma GCC unroll 11
    for (int i = 0; i < 11; ++i) r.l[i] = t[i];
    return fold(r);
  }

  // Limb 9 is carried before 2^521 is folded, so that at most one comes into limb 10 afterwards, or one is missing; q
  // is taken so that one may be missing. Limb 10 ends between 0 and 3 - a value below 2^522 <= 3p.
  [[gnu::always_inline]] static Limbs<11> fold(Limbs<11> t) noexcept {
    t.l[10] = _mm512_add_epi64(t.l[10], _mm512_srai_epi64(t.l[9], kLimbBits));
    t.l[9] = _mm512_and_si512(t.l[9], broadcast(kLimbMask));
    const Vector q = _mm512_srai_epi64(_mm512_sub_epi64(t.l[10], broadcast(1)), 1);
    t.l[10] = _mm512_sub_epi64(t.l[10], _mm512_add_epi64(q, q));
    t.l[0] = _mm512_add_epi64(t.l[0], q);
    return carry(t);
  }
};

using FieldP521 = LaneField<PrimeP521>;
static_assert(Field<FieldP521>);

}  // namespace
}  // namespace assay::kernel::ifma
