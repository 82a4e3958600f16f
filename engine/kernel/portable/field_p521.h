// Arithmetic modulo the prime of P-521, p = 2^521 - 1 (SP 800-186 §3.2.1.5), one at a time: 9 limbs of 58 bits.
#pragma once

#include "kernel/curve/curves.h"
#include "kernel/portable/folding_field.h"

namespace assay::kernel::portable {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

struct PrimeP521 {
  static constexpr int kWords = 9;
  static constexpr Number<9> kModulus = number(ParametersP521::kPrime);
  static constexpr int kLimbs = 9, kBits = 58;
  static constexpr std::uint64_t kFold = 2;  // 2^522 = 2 p + 2
  static constexpr int kTopBits = 57;
  static constexpr std::uint64_t kTopFold = 1;
};

using FieldP521 = FoldingField<PrimeP521>;
static_assert(Field<FieldP521>);

}  // namespace
}  // namespace assay::kernel::portable
