// Products of the fields in FMA lanes on bare limbs, so that a test can reach the bounds that no number of a field
// reaches by itself.
#pragma once

#include "kernel/tower_ops.h"

namespace assay::test {

constexpr int kMostLimbs = 11;
constexpr int kMostLimbLanes = 8;

// A number a lane, of as many lanes as there are: limb i has the weight 2^(bits i). The limbs are integers.
struct LimbNumber {
  double limb[kMostLimbs][kMostLimbLanes];
};

// mul takes a difference of two coordinates as its first factor, and mul_sub too; s and t are subtracted.
enum class LimbOp : std::uint8_t { mul, sqr, mul_sub, sqr_sub2 };

struct LimbOps {
  const char* name;
  int lanes, limbs, bits;
  bool montgomery;  // products are divided by 2^(bits limbs)
  LimbNumber (*run)(LimbOp op, const LimbNumber& difference, const LimbNumber& b, const LimbNumber& s,
                    const LimbNumber& t);
};

struct AllLimbOps {
  const char* isa;
  LimbOps fields[kPrimes];
};

extern const AllLimbOps kFmaLimbs;      // call only where the CPU has it
extern const AllLimbOps kAvx512fLimbs;  // the same

}  // namespace assay::test
