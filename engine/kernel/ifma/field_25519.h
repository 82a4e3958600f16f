// Arithmetic modulo 2^255 - 19, eight independent elements at a time.
//
// Five limbs, elements stand for themselves. 2^255 = 19 is bit 47 of the last limb; 2^260 = 608.
#pragma once

#include "kernel/curve/curves.h"
#include "kernel/ifma/field.h"

namespace assay::kernel::ifma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

struct Prime25519 {
  static constexpr int kWords = 4;
  static constexpr int kLimbs = 5;
  static constexpr bool kMontgomery = false;
  static constexpr int kMagnitude = 2;
  static constexpr const std::uint64_t (&kModulus)[4] = Parameters25519::kPrime;

  // Columns 5 to 9 are carried, because they become factors, and come back times 608. What the last of them sends on to
  // 2^260 comes back once more. Then 2^255 of the last limb: below 2^255 + 2^214, which is below 2p.
  [[gnu::always_inline]] static Limbs<5> reduce(Vector (&t)[10]) noexcept {
    const Vector c = broadcast(608);
#pragma GCC unroll 4
    for (int i = 5; i < 9; ++i) t[i + 1] = _mm512_add_epi64(t[i + 1], _mm512_srli_epi64(t[i], kLimbBits));
#pragma GCC unroll 5
    for (int i = 0; i < 5; ++i) t[i] = add_low(t[i], t[5 + i], c);
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) t[i + 1] = add_high(t[i + 1], t[5 + i], c);
    // The factors are below 4p < 2^257, so column 9 is below 2^50: its high half is below 2^8.
    t[0] = add_low(t[0], add_high(zero(), t[9], c), c);
    return fold(Limbs<5>{{t[0], t[1], t[2], t[3], t[4]}});
  }

  // q = the bits from 2^255 on, taken from the last limb before the others are carried, which changes it by less than
  // 2^8: q is at most too small, by one.
  [[gnu::always_inline]] static Limbs<5> fold(Limbs<5> t) noexcept {
    const Vector q = _mm512_srai_epi64(_mm512_sub_epi64(t.l[4], broadcast(8)), 47);
    t.l[4] = _mm512_sub_epi64(t.l[4], _mm512_slli_epi64(q, 47));
    t.l[0] = _mm512_add_epi64(t.l[0],
                              _mm512_add_epi64(_mm512_add_epi64(q, _mm512_slli_epi64(q, 1)), _mm512_slli_epi64(q, 4)));
    return carry(t);
  }
};

using Field25519 = LaneField<Prime25519>;
static_assert(Field<Field25519>);

}  // namespace
}  // namespace assay::kernel::ifma
