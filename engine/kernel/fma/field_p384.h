// Arithmetic modulo the P-384 prime, four or eight independent elements at a time.
//
// p = 2^384 - 2^128 - 2^96 + 2^32 - 1 (SP 800-186 §3.2.1.4). Eight limbs of 52 bits, Montgomery form, R = 2^416.
#pragma once

#include "kernel/curve/curves.h"
#include "kernel/fma/field.h"

namespace assay::kernel::fma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

struct PrimeP384 {
  static constexpr int kWords = 6;
  static constexpr int kLimbs = 8;
  static constexpr int kBits = 52;
  static constexpr int kTopBits = 20;
  static constexpr const std::uint64_t (&kModulus)[6] = ParametersP384::kPrime;

  // -1/p modulo 2^52 is 2^32 + 1, so column t is cleared by m p with m = t (2^32 + 1) modulo 2^52, and
  //   t + m p = (t - m + m 2^32) - m 2^96 - m 2^128 + m 2^384:
  // 2^32 is in limb 0, 2^96 is 2^44 in limb 1, by shifts, because the next m waits for them; 2^128 is 2^24 in limb 2,
  // 2^384 is 2^20 in limb 7. Cost: 2 products.
  [[gnu::always_inline]] static void clear(Vector (&t)[16], int i) noexcept {
    const Vector m = bit_and(add(t[i], shift_left(t[i], 32)), broadcast(kLimbMask));
    const Vector low20 = shift_right(shift_left(m, 44), 12);  // the lowest 20 bits of m, at bit 32
    const Vector low8 = shift_right(shift_left(m, 56), 12);   // the lowest 8 bits of m, at bit 44
    const Vector cleared = add(sub(t[i], m), low20);          // a multiple of 2^52
    t[i + 1] = add(t[i + 1], shift_right(cleared, kBits));
    t[i + 1] = add(t[i + 1], sub(shift_right(m, 20), low8));
    t[i + 2] = sub(t[i + 2], shift_right(m, 8));
    const Double digit = limb_of(m);
    add_split_product<kBits>(t[i + 2], t[i + 3], digit, broadcast_double(-0x1p24));
    add_split_product<kBits>(t[i + 7], t[i + 8], digit, broadcast_double(0x1p20));
  }
  static constexpr void expect_clear(Start<16>& start, int i) noexcept {
    start.expect_product<kBits>(i + 2);
    start.expect_product<kBits>(i + 7);
  }

  // 2^384 = 2^128 + 2^96 - 2^32 + 1 modulo p.
  [[gnu::always_inline]] static void fold(Vector (&r)[8], Vector q) noexcept {
    r[0] = add(sub(r[0], shift_left(q, 32)), q);
    r[1] = add(r[1], shift_left(q, 44));
    r[2] = add(r[2], shift_left(q, 24));
  }
};

using FieldP384 = LaneField<PrimeP384>;
static_assert(Field<FieldP384>);

}  // namespace
}  // namespace assay::kernel::fma
