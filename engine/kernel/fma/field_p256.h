// Arithmetic modulo the P-256 prime, four or eight independent elements at a time.
//
// p = 2^256 - 2^224 + 2^192 + 2^96 - 1 (SP 800-186 §3.2.1.3). Five limbs of 52 bits, Montgomery form, R = 2^260.
#pragma once

#include "kernel/curve/curves.h"
#include "kernel/fma/field.h"

namespace assay::kernel::fma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

struct PrimeP256 {
  static constexpr int kWords = 4;
  static constexpr int kLimbs = 5;
  static constexpr int kBits = 52;
  static constexpr int kTopBits = 48;
  static constexpr const std::uint64_t (&kModulus)[4] = ParametersP256::kPrime;

  // -1/p modulo 2^52 is 1, so the multiple of p that clears a column is its low limb m, and
  //   t + m p = (t - m) + m (2^96 + 2^192 + 2^256 - 2^224):
  // 2^96 is 2^44 in limb 1, by shifts, because the next m waits for it; 2^192 is 2^36 in limb 3, the rest is 2^48 -
  // 2^16 in limb 4. Cost: 2 products.
  [[gnu::always_inline]] static void clear(Vector (&t)[10], int i) noexcept {
    const Vector m = bit_and(t[i], broadcast(kLimbMask));
    const Vector low8 = shift_right(shift_left(t[i], 56), 12);  // the lowest 8 bits of m, at bit 44
    t[i + 1] = add(t[i + 1], add(shift_right(t[i], kBits), low8));
    t[i + 2] = add(t[i + 2], shift_right(m, 8));
    const Double digit = limb_of(t[i]);
    add_split_product<kBits>(t[i + 3], t[i + 4], digit, broadcast_double(0x1p36));
    add_split_product<kBits>(t[i + 4], t[i + 5], digit, broadcast_double(0x1p48 - 0x1p16));
  }
  static constexpr void expect_clear(Start<10>& start, int i) noexcept {
    start.expect_product<kBits>(i + 3);
    start.expect_product<kBits>(i + 4);
  }

  // 2^256 = 2^224 - 2^192 - 2^96 + 1 modulo p.
  [[gnu::always_inline]] static void fold(Vector (&r)[5], Vector q) noexcept {
    r[0] = add(r[0], q);
    r[1] = sub(r[1], shift_left(q, 44));
    r[3] = sub(r[3], shift_left(q, 36));
    r[4] = add(r[4], shift_left(q, 16));
  }
};

using FieldP256 = LaneField<PrimeP256>;
static_assert(Field<FieldP256>);

}  // namespace
}  // namespace assay::kernel::fma
