// Arithmetic modulo p = 2^255 - 19 (RFC 7748 §4.1), one at a time: 5 limbs of 51 bits.
#pragma once

#include "kernel/curve/curves.h"
#include "kernel/portable/folding_field.h"

namespace assay::kernel::portable {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

struct Prime25519 {
  static constexpr int kWords = 4;
  static constexpr Number<4> kModulus = number(Parameters25519::kPrime);
  static constexpr int kLimbs = 5, kBits = 51;
  static constexpr std::uint64_t kFold = 19;
  static constexpr int kTopBits = 51;
  static constexpr std::uint64_t kTopFold = 19;
};

using Field25519 = FoldingField<Prime25519>;
static_assert(Field<Field25519>);

}  // namespace
}  // namespace assay::kernel::portable
