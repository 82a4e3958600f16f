// Arithmetic modulo the P-521 prime, four or eight independent elements at a time.
//
// p = 2^521 - 1 (SP 800-186 §3.2.1.5). Eleven limbs of 48 bits, elements stand for themselves.
#pragma once

#include "kernel/curve/curves.h"
#include "kernel/fma/field.h"

namespace assay::kernel::fma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

struct PrimeP521 {
  static constexpr int kWords = 9;
  static constexpr int kLimbs = 11;
  static constexpr int kBits = 48;
  static constexpr double kTopFold = 1;
  static constexpr int kTopBits = 41;
  static constexpr const std::uint64_t (&kModulus)[9] = ParametersP521::kPrime;

  // 2^528 = 2^7 modulo p.
  [[gnu::always_inline]] static Vector times_fold(Vector t) noexcept { return shift_left(t, 7); }
  // 2^521 = 1 modulo p.
  [[gnu::always_inline]] static void fold(Vector (&r)[11], Vector q) noexcept { r[0] = add(r[0], q); }
};

using FieldP521 = LaneField<PrimeP521>;
static_assert(Field<FieldP521>);

}  // namespace
}  // namespace assay::kernel::fma
