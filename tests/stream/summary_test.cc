#include "stream/summary.h"

#include <gtest/gtest.h>

namespace assay::stream {
namespace {

TEST(Dimension, MergesInOrderToWhatOnePassWouldCount) {
  Dimension whole, merged;
  Dimension part;
  for (std::size_t i = 0; i < Dimension::kMaxValues + 500; ++i) {
    const std::string value = std::to_string(i * 7919 % (Dimension::kMaxValues + 200));
    whole.count(value, i % 3 == 0);
    part.count(value, i % 3 == 0);
    if (i % 777 == 0) {
      merged.add(part);
      part.clear();
    }
  }
  merged.add(part);
  ASSERT_EQ(whole.values().size(), Dimension::kMaxValues);
  ASSERT_EQ(merged.values().size(), whole.values().size());
  for (std::size_t i = 0; i < whole.values().size(); ++i) {
    ASSERT_EQ(merged.values()[i].first, whole.values()[i].first);
    ASSERT_EQ(merged.values()[i].second.accepted, whole.values()[i].second.accepted);
    ASSERT_EQ(merged.values()[i].second.rejected, whole.values()[i].second.rejected);
  }
  EXPECT_GT(whole.other().accepted + whole.other().rejected, 0u);
  EXPECT_EQ(merged.other().accepted, whole.other().accepted);
  EXPECT_EQ(merged.other().rejected, whole.other().rejected);
}

TEST(Summary, CountsByEachDimension) {
  verify::TokenVerdict verdict;
  verdict.has_alg = true;
  verdict.alg = "RS256";
  Counts counts;
  Tally tally;
  const Instant at = *parse_rfc3339("2026-11-23T09:51:01Z");
  counts.count(verdict.reasons);
  tally.count(verdict, &at);
  verdict.reasons = Reason::signature_invalid;
  counts.count(verdict.reasons);
  tally.count(verdict, nullptr);
  const std::string json = summary_json({}, counts, tally);
  EXPECT_NE(json.find(R"("records":2,"accepted":1,"rejected":1,"bytes":0,"by_reason":{"signature_invalid":1})"),
            std::string::npos)
      << json;
  EXPECT_NE(json.find(R"("by_alg":{"RS256":{"accepted":1,"rejected":1}})"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("by_hour":{"2026-11-23T09":{"accepted":1,"rejected":0}})"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("absent":{"by_alg":{"accepted":0,"rejected":0},"by_kid":{"accepted":1,"rejected":1})"),
            std::string::npos)
      << json;
}

}  // namespace
}  // namespace assay::stream
