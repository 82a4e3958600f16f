#include "support/random.h"

#include <gtest/gtest.h>

#include <set>

namespace assay::test {
namespace {

TEST(StructuredRandom, GivesTheSameNumbersForTheSameSeed) {
  StructuredRandom a(7), b(7), c(8);
  EXPECT_EQ(a.bytes(100), b.bytes(100));
  EXPECT_NE(a.next(), c.next());
}

TEST(StructuredRandom, GivesLongRunsOfEqualBitsOften) {
  StructuredRandom random(1);
  int with_run = 0;
  for (int i = 0; i < 200; ++i) {
    const std::string bytes = random.bytes(32);
    with_run += bytes.find(std::string(5, '\0')) != std::string::npos ||
                bytes.find(std::string(5, '\xff')) != std::string::npos;
  }
  EXPECT_GT(with_run, 40);
}

TEST(StructuredRandom, KeepsSizesWithinTheLimitAndReachesBothEnds) {
  StructuredRandom random(2);
  for (const std::size_t limit : {std::size_t{0}, std::size_t{1}, std::size_t{100}}) {
    std::set<std::size_t> seen;
    for (int i = 0; i < 2000; ++i) seen.insert(random.size(limit));
    EXPECT_EQ(*seen.begin(), 0u);
    EXPECT_EQ(*seen.rbegin(), limit);
  }
}

TEST(StructuredRandom, CorruptsATextInMostDraws) {
  StructuredRandom random(3);
  int changed = 0;
  for (int i = 0; i < 100; ++i) changed += random.corrupted("eyJhbGciOiJub25lIn0.e30.") != "eyJhbGciOiJub25lIn0.e30.";
  EXPECT_GT(changed, 90);
}

}  // namespace
}  // namespace assay::test
