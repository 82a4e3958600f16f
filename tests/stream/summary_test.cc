#include "stream/summary.h"

#include <gtest/gtest.h>

namespace assay::stream {
namespace {

void count(Tally& tally, SignatureState signature, std::string_view alg, std::string_view kid) {
  jose::TokenVerdict verdict;
  if (signature != SignatureState::valid) verdict.reasons = Reason::signature_invalid;
  verdict.signature = signature;
  verdict.has_alg = verdict.has_kid = true;
  verdict.alg = alg;
  verdict.kid = kid;
  tally.count(verdict, nullptr);
}

std::uint64_t records(const Dimension::Cell& cell) { return cell.accepted + cell.rejected; }

void expect_same(const Dimension& a, const Dimension& b) {
  ASSERT_EQ(a.values().size(), b.values().size());
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    ASSERT_EQ(a.values()[i].first, b.values()[i].first);
    ASSERT_EQ(a.values()[i].second.accepted, b.values()[i].second.accepted);
    ASSERT_EQ(a.values()[i].second.rejected, b.values()[i].second.rejected);
  }
  EXPECT_EQ(a.other().accepted, b.other().accepted);
  EXPECT_EQ(a.other().rejected, b.other().rejected);
}

// Batches hold up to 16384 records, more than a run keeps values.
TEST(Dimension, MergesInOrderToTheSameWhateverTheBatches) {
  Dimension merged[3], part[3];
  const std::size_t batch[] = {1, 777, 16384};
  for (std::size_t i = 0; i < Dimension::kMaxValues + 20000; ++i) {
    const std::string value = std::to_string(i * 7919 % (Dimension::kMaxValues + 9000));
    for (std::size_t n = 0; n < 3; ++n) {
      part[n].count(value, i % 3 == 0);
      if (i % batch[n] != 0) continue;
      merged[n].add(part[n]);
      part[n].clear();
    }
  }
  for (std::size_t n = 0; n < 3; ++n) merged[n].add(part[n]);
  ASSERT_EQ(merged[0].values().size(), Dimension::kMaxValues);
  EXPECT_GT(records(merged[0].other()), 0u);
  expect_same(merged[0], merged[1]);
  expect_same(merged[0], merged[2]);
}

TEST(Dimension, CutsALongValueAtACharacter) {
  const std::string whole(Dimension::kMaxValueBytes, 'a');
  Dimension dimension;
  dimension.count(whole, true);
  dimension.count(whole + "b", true);
  dimension.count(whole + "c", false);
  dimension.count(whole.substr(1) + "\xC3\xA9", true);
  ASSERT_EQ(dimension.values().size(), 3u);
  EXPECT_EQ(dimension.values()[0].first, whole);
  EXPECT_EQ(dimension.values()[1].first, whole + "\xE2\x80\xA6");
  EXPECT_EQ(dimension.values()[1].second.accepted, 1u);
  EXPECT_EQ(dimension.values()[1].second.rejected, 1u);
  EXPECT_EQ(dimension.values()[2].first, whole.substr(1) + "\xE2\x80\xA6");
}

TEST(Tally, NamesKnownAlgorithmsAlone) {
  Tally tally;
  count(tally, SignatureState::unchecked, "none", "k");
  count(tally, SignatureState::unchecked, "rs256", "k");
  count(tally, SignatureState::valid, "RS256", "k");
  ASSERT_EQ(tally.alg.values().size(), 1u);
  EXPECT_EQ(tally.alg.values()[0].first, "RS256");
  EXPECT_EQ(tally.alg.other().rejected, 2u);
}

TEST(Tally, KeepsSignedKidsWhenAFloodOfOthersCameFirst) {
  Tally run;
  for (std::size_t i = 0; i < 3; ++i) {
    Tally batch;
    for (std::size_t n = 0; n < 16000; ++n) {
      count(batch, SignatureState::unchecked, "RS256", "flood" + std::to_string(i * 16000 + n));
    }
    count(batch, SignatureState::valid, "RS256", "mine");
    run.add(batch);
  }
  EXPECT_EQ(run.unverified_kid.values().size(), Tally::kMaxUnverifiedKids);
  const std::string json = summary_json({}, {}, run);
  EXPECT_NE(json.find(R"("by_kid":{"mine":{"accepted":3,"rejected":0},"flood0":{"accepted":0,"rejected":1},)"),
            std::string::npos);
  EXPECT_NE(json.find(R"("other":{"by_alg":{"accepted":0,"rejected":0},"by_kid":{"accepted":0,"rejected":47000})"),
            std::string::npos);
}

TEST(Summary, CountsAKidOnceWhoeverSignedIt) {
  Tally tally;
  count(tally, SignatureState::invalid, "RS256", "k1");
  count(tally, SignatureState::valid, "RS256", "k1");
  EXPECT_NE(summary_json({}, {}, tally).find(R"("by_kid":{"k1":{"accepted":1,"rejected":1}})"), std::string::npos);
}

TEST(Summary, CountsByEachDimension) {
  jose::TokenVerdict verdict;
  verdict.has_alg = true;
  verdict.alg = "RS256";
  Counts counts;
  Tally tally;
  const Instant at = *parse_rfc3339("2026-11-23T09:51:01Z");
  counts.count(verdict);
  tally.count(verdict, &at);
  verdict.reasons = Reason::signature_invalid;
  counts.count(verdict);
  tally.count(verdict, nullptr);
  RunManifest run;
  run.published_private_keys = 3;
  const std::string json = summary_json(run, counts, tally);
  EXPECT_NE(
      json.find(
          R"("records":2,"accepted":1,"rejected":1,"bytes":0,"far_expiry":0,"hygiene":{"published_private_keys":3},)"
          R"("by_reason":{"signature_invalid":1})"),
      std::string::npos)
      << json;
  EXPECT_NE(json.find(R"("by_alg":{"RS256":{"accepted":1,"rejected":1}})"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("by_hour":{"2026-11-23T09":{"accepted":1,"rejected":0}})"), std::string::npos) << json;
  EXPECT_NE(json.find(R"("absent":{"by_alg":{"accepted":0,"rejected":0},"by_kid":{"accepted":1,"rejected":1})"),
            std::string::npos)
      << json;
}

// Only accepted tokens count, and only if they expire on 2200-01-01 or later.
TEST(Counts, TellExpiriesThatLieTooFarAway) {
  Counts counts;
  jose::TokenVerdict verdict;
  for (const char* near : {"", "0", "-7258118401000", "1790000000", "7258118399"}) {
    verdict.expires_at = near;
    counts.count(verdict);
  }
  EXPECT_EQ(counts.far_expiry, 0u);
  for (const char* far : {"7258118400", "1790000000000", "18446744073709551616"}) {
    verdict.expires_at = far;
    counts.count(verdict);
  }
  EXPECT_EQ(counts.far_expiry, 3u);
  verdict.reasons = Reason::audience_mismatch;
  counts.count(verdict);
  Counts sum;
  sum.add(counts);
  sum.add(counts);
  EXPECT_EQ(sum.far_expiry, 6u);
}

}  // namespace
}  // namespace assay::stream
