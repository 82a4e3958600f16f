// Products in FMA lanes at the bounds that kernel/NOTES.md derives for their limbs: right, and within the bounds again.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <tuple>

#include "kernel/big_number.h"
#include "kernel/choice.h"
#include "kernel/limb_ops.h"
#include "support/random.h"

namespace assay::test {

namespace {

// The largest limbs of a coordinate: of the first, of those between, and of the last.
struct Bounds {
  double first, middle, last;
  double of(int limb, int limbs) const { return limb == 0 ? first : limb + 1 < limbs ? middle : last; }
};
constexpr Bounds kBounds[kPrimes] = {{0x1p51, 0x1p51, 5 * 0x1p46 - 1},  // 5/4 p
                                     {0x1p51, 0x1p51, 5 * 0x1p18 - 1},
                                     {0x1p47 + 0x1p14, 0x1p47, 0x1p40 + 0x1p9},
                                     {0x1p50 + 0x1p9, 0x1p50, 0x1p50 + 0x1p9}};

double limb(StructuredRandom& random, double bound) {
  switch (random.below(6)) {
    case 0:
      return bound;
    case 1:
      return -bound;
    case 2:
      return 0;
    case 3:
      return static_cast<double>(random.below(3)) - 1;
    default:
      return static_cast<double>(random.below(2 * static_cast<std::uint64_t>(bound) + 1)) - bound;
  }
}

LimbNumber number(StructuredRandom& random, const LimbOps& field, const Bounds& bounds, int factor) {
  LimbNumber result{};
  for (int l = 0; l < field.lanes; ++l) {
    const bool one_sign = random.one_in(4);  // all limbs at one end
    const double end = random.one_in(2) ? 1 : -1;
    for (int i = 0; i < field.limbs; ++i) {
      const double bound = factor * bounds.of(i, field.limbs);
      result.limb[i][l] = one_sign ? end * bound : limb(random, bound);
    }
  }
  return result;
}

Big value(const LimbNumber& a, const LimbOps& field, int lane) {
  Big result;
  for (int i = field.limbs - 1; i >= 0; --i) {
    const double x = a.limb[i][lane];
    const Big magnitude(static_cast<std::uint64_t>(std::fabs(x)));
    result = x < 0 ? (result << field.bits) - magnitude : (result << field.bits) + magnitude;
  }
  return result;
}

constexpr const AllLimbOps* kWidths[] = {&kFmaLimbs, &kAvx512fLimbs};

// Parameters: the width, and the prime.
class FmaLimbs : public ::testing::TestWithParam<std::tuple<const AllLimbOps*, int>> {};

TEST_P(FmaLimbs, AreRightAndWithinTheirBoundsAtTheBounds) {
  const auto [width, prime] = GetParam();
  if (kernel::kernels_for(width->isa) == nullptr) GTEST_SKIP() << "this CPU has no " << width->isa;
  const LimbOps& field = width->fields[prime];
  const Bounds& bounds = kBounds[prime];
  const Modulo p = curve_prime(prime);
  const Big r = field.montgomery ? Big::power_of_two(field.bits * field.limbs) : Big(1);
  StructuredRandom random = StructuredRandom::announced(field.name);
  for (int round = 0; round < 1500; ++round) {
    const LimbNumber d = number(random, field, bounds, 2), b = number(random, field, bounds, 1);
    const LimbNumber s = number(random, field, bounds, 1), t = number(random, field, bounds, 1);
    for (const LimbOp op : {LimbOp::mul, LimbOp::sqr, LimbOp::mul_sub, LimbOp::sqr_sub2}) {
      const LimbNumber out = field.run(op, d, b, s, t);
      for (int l = 0; l < field.lanes; ++l) {
        const bool square = op == LimbOp::sqr || op == LimbOp::sqr_sub2;
        const Big x = p.reduce(value(square ? b : d, field, l)), y = p.reduce(value(b, field, l));
        Big subtracted;
        if (op == LimbOp::mul_sub || op == LimbOp::sqr_sub2) subtracted = value(s, field, l);
        if (op == LimbOp::sqr_sub2) subtracted = subtracted + value(t, field, l);
        // out R = x y - subtracted R
        const Big wanted = p.reduce(p.mul(x, y) - p.mul(p.reduce(subtracted), p.reduce(r)));
        ASSERT_EQ(p.mul(p.reduce(value(out, field, l)), p.reduce(r)).hex(), wanted.hex())
            << "operation " << static_cast<int>(op) << " lane " << l;
        for (int i = 0; i < field.limbs; ++i) {
          ASSERT_LE(std::fabs(out.limb[i][l]), bounds.of(i, field.limbs))
              << "operation " << static_cast<int>(op) << " lane " << l << " limb " << i;
        }
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(OfEachField, FmaLimbs,
                         ::testing::Combine(::testing::ValuesIn(kWidths), ::testing::Range(0, kPrimes)),
                         [](const auto& which) {
                           const AllLimbOps& width = *std::get<0>(which.param);
                           return std::string(width.isa) + "_" + width.fields[std::get<1>(which.param)].name;
                         });

}  // namespace
}  // namespace assay::test
