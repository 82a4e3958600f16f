// Arithmetic modulo 2^255 - 19, four or eight independent elements at a time.
//
// Five limbs of 51 bits, elements stand for themselves.
#pragma once

#include "kernel/curve/curves.h"
#include "kernel/fma/field.h"

namespace assay::kernel::fma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

struct Prime25519 {
  static constexpr int kWords = 4;
  static constexpr int kLimbs = 5;
  static constexpr int kBits = 51;
  static constexpr double kTopFold = 19;
  static constexpr int kTopBits = 51;
  static constexpr const std::uint64_t (&kModulus)[4] = Parameters25519::kPrime;

  // 2^255 = 19 modulo p.
  [[gnu::always_inline]] static Vector times_fold(Vector t) noexcept {
    return add(add(t, add(t, t)), shift_left(t, 4));
  }
  [[gnu::always_inline]] static void fold(Vector (&r)[5], Vector q) noexcept { r[0] = add(r[0], times_fold(q)); }
};

using Field25519 = LaneField<Prime25519>;
static_assert(Field<Field25519>);

}  // namespace
}  // namespace assay::kernel::fma
