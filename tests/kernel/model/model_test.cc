// The model itself: its products against whole numbers, and that a sum which leaves its range ends the test.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "kernel/model/immintrin.h"
#include "support/random.h"

namespace assay::test {
namespace {

__extension__ typedef unsigned __int128 Whole;

__m512i broadcast(std::uint64_t x) { return _mm512_set1_epi64(static_cast<long long>(x)); }

constexpr std::uint64_t kLargest = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kLargestLimb = (std::uint64_t{1} << 52) - 1;
constexpr std::uint64_t kLargestSigned = kLargest >> 1;

TEST(KernelModel, MultiplyAddsReadTheLow52BitsOfTheirFactors) {
  StructuredRandom random(1);
  for (int round = 0; round < 1000; ++round) {
    const std::uint64_t a = random.next(), b = random.next();
    const Whole product = static_cast<Whole>(a & kLargestLimb) * (b & kLargestLimb);
    EXPECT_EQ(_mm512_madd52lo_epu64(broadcast(7), broadcast(a), broadcast(b)).l[5],
              7 + (static_cast<std::uint64_t>(product) & kLargestLimb));
    EXPECT_EQ(_mm512_madd52hi_epu64(broadcast(7), broadcast(a), broadcast(b)).l[5],
              7 + static_cast<std::uint64_t>(product >> 52));
  }
}

TEST(KernelModel, LogicIsThatOfItsTable) {
  StructuredRandom random(2);
  for (int table = 0; table < 256; ++table) {
    const std::uint64_t a = random.next(), b = random.next(), c = random.next();
    std::uint64_t wanted = 0;
    for (int bit = 0; bit < 64; ++bit) {
      const std::uint64_t index = (a >> bit & 1) << 2 | (b >> bit & 1) << 1 | (c >> bit & 1);
      wanted |= (static_cast<std::uint64_t>(table) >> index & 1) << bit;
    }
    EXPECT_EQ(_mm512_ternarylogic_epi64(broadcast(a), broadcast(b), broadcast(c), table).l[3], wanted) << table;
  }
}

TEST(KernelModelDeathTest, ASumThatLeavesItsRangeEndsTheTest) {
  const __m512i one = broadcast(1), limb = broadcast(kLargestLimb);
  EXPECT_EQ(_mm512_madd52lo_epu64(broadcast(kLargest - 1), one, one).l[0], kLargest);
  EXPECT_DEATH(_mm512_madd52lo_epu64(broadcast(kLargest), one, one), "multiply-add leaves 64 bits");
  EXPECT_DEATH(_mm512_madd52hi_epu64(broadcast(kLargest - 1), limb, limb), "multiply-add leaves 64 bits");
  EXPECT_EQ(_mm512_add_epi64(broadcast(kLargestSigned - 1), one).l[0], kLargestSigned);
  EXPECT_DEATH(_mm512_add_epi64(broadcast(kLargestSigned), one), "a sum leaves 63 bits");
  EXPECT_DEATH(_mm512_sub_epi64(broadcast(kLargestSigned + 1), one), "a difference leaves 63 bits");
}

TEST(KernelModelDeathTest, ADoubleThatIsRoundedEndsTheTest) {
  const auto number = [](double x) { return _mm256_set1_pd(x); };
  const unsigned before = _mm_getcsr();
  _mm_setcsr(0x7f80);  // toward zero
  const double constant = 0x1.8p104, limb = 0x1p51;
  EXPECT_EQ(_mm256_fmadd_pd(number(limb), number(limb), number(constant)).d[1], constant + 0x1p102);
  EXPECT_EQ(_mm256_fmadd_pd(number(-limb), number(limb), number(0x1p52 + 0x1p102)).d[2], 0x1p52);
  EXPECT_DEATH(_mm256_fmadd_pd(number(0x1p52 + 1), number(-limb - 1), number(constant)), "leaves its binade");
  EXPECT_DEATH(_mm256_fmadd_pd(number(3), number(5), number(-0x1p53)), "negative or too large");
  EXPECT_DEATH(_mm256_add_pd(number(0x1p53), number(1)), "rounded");
  EXPECT_DEATH(_mm256_sub_pd(number(0.5), number(0)), "not an integer");
  // One lane of eight is enough.
  const auto in_lane_6 = [](double x) {
    __m512d result{};
    result.d[6] = x;
    return result;
  };
  EXPECT_EQ(_mm512_fmadd_pd(in_lane_6(limb), in_lane_6(-limb), _mm512_set1_pd(constant)).d[6], constant - 0x1p102);
  EXPECT_DEATH(_mm512_fmadd_pd(in_lane_6(0x1p52 + 1), in_lane_6(-limb - 1), _mm512_set1_pd(constant)),
               "leaves its binade");
  EXPECT_DEATH(_mm512_fmadd_pd(in_lane_6(3), in_lane_6(5), in_lane_6(-0x1p53)), "negative or too large");
  EXPECT_DEATH(_mm512_add_pd(in_lane_6(0x1p53), _mm512_set1_pd(1)), "rounded");
  EXPECT_DEATH(_mm512_sub_pd(in_lane_6(0.5), in_lane_6(0)), "not an integer");
  _mm_setcsr(before);
}

}  // namespace
}  // namespace assay::test
