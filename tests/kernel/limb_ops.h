// Products of the fields in FMA lanes on bare limbs, so that a test can reach the bounds that no number of a field
// reaches by itself.
#pragma once

#include "kernel/tower_ops.h"

namespace assay::test {

constexpr int kMostLimbs = 11;
constexpr int kLimbLanes = 4;

// A number a lane: limb i has the weight 2^(bits i). The limbs are integers.
struct LimbNumber {
  double limb[kMostLimbs][kLimbLanes];
};

// mul takes a difference of two coordinates as its first factor, and mul_sub too; s and t are subtracted.
enum class LimbOp : std::uint8_t { mul, sqr, mul_sub, sqr_sub2 };

struct LimbOps {
  const char* name;
  int limbs, bits;
  bool montgomery;  // products are divided by 2^(bits limbs)
  LimbNumber (*run)(LimbOp op, const LimbNumber& difference, const LimbNumber& b, const LimbNumber& s,
                    const LimbNumber& t);
};

extern const LimbOps kFmaLimbs[kPrimes];  // call only where the CPU has it

}  // namespace assay::test
