#include "base/cpu.h"

#include <gtest/gtest.h>

#include <string>

namespace assay::base {
namespace {

TEST(CpuFeatures, HaveAListOnlyIfTheyHaveEveryName) {
  CpuFeatures features;
  features.avx2 = features.avx512 = true;
  EXPECT_TRUE(has_all(features, ""));
  EXPECT_TRUE(has_all(features, "avx512f"));
  EXPECT_TRUE(has_all(features, "avx512f avx512bw bmi"));
  EXPECT_FALSE(has_all(features, "avx512ifma"));
  EXPECT_FALSE(has_all(features, "avx512f avx512ifma"));
  EXPECT_FALSE(has_all(features, "avx512ifma avx512f"));
}

TEST(CpuFeatures, HaveNoNameThatTheTableLacks) {
  EXPECT_FALSE(has_all(kEveryFeature, "avx512"));
  EXPECT_FALSE(has_all(kEveryFeature, "avx512f avx512unheard"));
  for (const NamedFeature& feature : kNamedFeatures) {
    EXPECT_TRUE(has_all(kEveryFeature, feature.name)) << feature.name;
    EXPECT_FALSE(has_all(CpuFeatures(), feature.name)) << feature.name;
  }
}

}  // namespace
}  // namespace assay::base
