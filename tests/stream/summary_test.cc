#include "stream/summary.h"

#include <gtest/gtest.h>

namespace assay::stream {
namespace {

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
