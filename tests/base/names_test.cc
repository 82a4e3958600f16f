#include <gtest/gtest.h>

#include "assay/algorithm.h"
#include "assay/reason.h"
#include "base/cpu.h"

namespace assay {
namespace {

TEST(Names, OfReasonsAreReadBackAndExplained) {
  for (int i = 0; i < kReasonCount; ++i) {
    const auto reason = static_cast<Reason>(i);
    EXPECT_EQ(reason_from_string(to_string(reason)), reason);
    EXPECT_FALSE(explain(reason).empty());
    EXPECT_FALSE(source_of(reason).empty());
  }
  EXPECT_EQ(to_string(Reason::token_expired), "token_expired");
  EXPECT_FALSE(reason_from_string("Token_expired"));
  EXPECT_FALSE(reason_from_string(""));
}

TEST(Names, OfAlgorithmsAreExact) {
  for (int i = 0; i < kAlgorithmCount; ++i) {
    const auto algorithm = static_cast<Algorithm>(i);
    EXPECT_EQ(algorithm_from_string(to_string(algorithm)), algorithm);
    EXPECT_EQ(info(algorithm).name, to_string(algorithm));
  }
  for (const char* name : {"none", "rs256", "RS256 ", "", "ES256k"}) EXPECT_FALSE(algorithm_from_string(name)) << name;
  EXPECT_EQ(to_string(Curve::P521), "P-521");
  EXPECT_EQ(to_string(KeyType::oct), "oct");
}

TEST(ReasonSet, KeepsTheOrderOfDecision) {
  ReasonSet set;
  EXPECT_TRUE(set.empty());
  set.insert(Reason::audience_mismatch);
  set.insert(Reason::token_expired);
  EXPECT_EQ(set.first(), Reason::token_expired);
  EXPECT_TRUE(set.contains(Reason::audience_mismatch));
  EXPECT_FALSE(set.contains(Reason::issuer_mismatch));
}

TEST(AlgorithmSet, HoldsWhatWasInserted) {
  AlgorithmSet set;
  set.insert(Algorithm::HS512);
  EXPECT_TRUE(set.contains(Algorithm::HS512));
  EXPECT_FALSE(set.contains(Algorithm::RS256));
  EXPECT_EQ(set & AlgorithmSet::all(), set);
}

TEST(Cpu, DescribesWhatWasFound) {
  EXPECT_EQ(base::describe({}), "none");
  base::CpuFeatures features;
  features.avx2 = true;
  features.sha_ni = true;
  EXPECT_EQ(base::describe(features), "avx2 sha");
}

}  // namespace
}  // namespace assay
