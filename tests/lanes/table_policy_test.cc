// The policy of tables as pure functions: when, how large, and at whose cost.
#include "lanes/table_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "base/page_memory.h"
#include "lanes/key_table.h"

namespace assay::lanes {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

constexpr std::size_t kMiB = std::size_t{1} << 20;

// A curve whose tables take 4 KiB at the smallest window and twice as much with each bit.
kernel::CurveKernel doubling_curve() {
  kernel::CurveKernel curve;
  curve.table_bytes = [](int window) noexcept { return std::size_t{4096} << (window - kMinWindow); };
  return curve;
}

std::size_t bytes_of(int window) { return table_bytes(doubling_curve(), window); }

TEST(TablePolicyWhen, EarnsTheFirstTableByUses) {
  EXPECT_EQ(first_build(LaneKernel::rsa2048, false), 2u);
  EXPECT_EQ(first_build(LaneKernel::p256, false), 8u);
  EXPECT_EQ(first_build(LaneKernel::ed25519, false), 8u);
  EXPECT_EQ(first_build(LaneKernel::rsa2048, true), 1u);
  EXPECT_EQ(first_build(LaneKernel::p256, true), 1u);
  EXPECT_EQ(match_build(false), 512u);
  EXPECT_EQ(match_build(true), 2u);
}

TEST(TablePolicyWhen, NamesTheTierAfterTheUses) {
  EXPECT_EQ(next_build(8), 1024u);
  EXPECT_EQ(next_build(1023), 1024u);
  EXPECT_EQ(next_build(1024), 8192u);
  EXPECT_EQ(next_build(8192), kNever);
  EXPECT_EQ(first_larger_generator(), 1024u);
  EXPECT_EQ(next_generator_build(1024), 16384u);
  EXPECT_EQ(next_generator_build(16384), 262144u);
  EXPECT_EQ(next_generator_build(262144), kNever);
}

TEST(TablePolicyWhen, TriesAgainAfterMoreUses) {
  EXPECT_EQ(build_after_refusal(0), 64u);
  EXPECT_EQ(build_after_refusal(1000), 1564u);
  EXPECT_EQ(build_after_eviction(1000), 1032u);
}

TEST(TablePolicyWhen, HalvesHeatByTheNumberOfKeysButNotTooOften) {
  EXPECT_EQ(next_decay(0, 0), 65536u);
  EXPECT_EQ(next_decay(100, 1024), 100u + 65536);
  EXPECT_EQ(next_decay(100, 10'000), 100u + 640'000);
}

TEST(TablePolicyWhen, SettlesWhenNeitherTheKeysNorTheGeneratorHaveALargerTableToCome) {
  const kernel::CurveKernel curve = doubling_curve();
  constexpr std::size_t kBudget = 256 * kMiB;
  EXPECT_EQ(settled_uses(curve, kBudget, 1), 262144u) << "the generator's last tier";
  EXPECT_EQ(settled_uses(curve, kBudget, 100), 100u * 8192) << "the keys' last tier";
  // What window 16 of the generator leaves is enough for tables of 13 bits, of 10 bits, or of 8.
  const std::size_t left = kBudget - bytes_of(16);
  EXPECT_EQ(settled_uses(curve, kBudget, left / bytes_of(11)), left / bytes_of(11) * 8192);
  EXPECT_EQ(settled_uses(curve, kBudget, left / bytes_of(10)), left / bytes_of(10) * 1024);
  EXPECT_EQ(settled_uses(curve, kBudget, left / bytes_of(8)), std::max<std::uint64_t>(left / bytes_of(8) * 8, 262144));
  EXPECT_EQ(settled_uses(curve, kBudget, 1'000'000), 8'000'000u) << "the smallest, for those that get one";
  EXPECT_EQ(settled_uses(curve, 4 * bytes_of(8), 1), 1024u) << "the budget ends the generator's growth, then the key's";
  EXPECT_EQ(settled_uses(curve, 0, 1), 0u);
}

TEST(TablePolicySize, SharesWhatTheGeneratorsLeave) {
  EXPECT_EQ(fair_share(100, 20, 8), 10u);
  EXPECT_EQ(fair_share(100, 20, 0), 80u);
  EXPECT_EQ(fair_share(100, 120, 3), 0u);
}

TEST(TablePolicySize, GrowsAKeysWindowWithItsUses) {
  const kernel::CurveKernel curve = doubling_curve();
  EXPECT_EQ(key_window(curve, 0, 64 * kMiB), 8);
  EXPECT_EQ(key_window(curve, 1023, 64 * kMiB), 8);
  EXPECT_EQ(key_window(curve, 1024, 64 * kMiB), 10);
  EXPECT_EQ(key_window(curve, 8191, 64 * kMiB), 10);
  EXPECT_EQ(key_window(curve, 1'000'000, 64 * kMiB), 13);
}

TEST(TablePolicySize, KeepsAKeysTableWithinItsShareButForTheSmallest) {
  const kernel::CurveKernel curve = doubling_curve();
  EXPECT_EQ(key_window(curve, 8192, bytes_of(13)), 13);
  EXPECT_EQ(key_window(curve, 8192, bytes_of(13) - 1), 12);
  EXPECT_EQ(key_window(curve, 32, bytes_of(6)), 6);
  EXPECT_EQ(key_window(curve, 32, 0), kMinWindow);
}

TEST(TablePolicySize, KeepsAGeneratorWithinAQuarterOfTheBudget) {
  const kernel::CurveKernel curve = doubling_curve();
  EXPECT_EQ(generator_window(curve, 0, 64 * kMiB, 0), 8);
  EXPECT_EQ(generator_window(curve, 1024, 64 * kMiB, 0), 13);
  EXPECT_EQ(generator_window(curve, 16384, 64 * kMiB, 0), 15);
  EXPECT_EQ(generator_window(curve, 1 << 20, 64 * kMiB, 0), 16);
  EXPECT_EQ(generator_window(curve, 1 << 20, 4 * bytes_of(12), 0), 12);
  EXPECT_EQ(generator_window(curve, 1 << 20, 4 * bytes_of(12) - 4, 0), 11);
  EXPECT_LT(generator_window(curve, 1 << 20, 4 * bytes_of(kMinWindow) - 4, 0), kMinWindow);
}

TEST(TablePolicySize, KeepsAllGeneratorsWithinThreeQuarters) {
  const kernel::CurveKernel curve = doubling_curve();
  const std::size_t budget = 16 * bytes_of(10);
  EXPECT_EQ(generator_window(curve, 1 << 20, budget, 0), 12);
  EXPECT_EQ(generator_window(curve, 1 << 20, budget, 10 * bytes_of(10)), 11);
  EXPECT_EQ(generator_window(curve, 1 << 20, budget, 11 * bytes_of(10)), 10);
  EXPECT_LT(generator_window(curve, 1 << 20, budget, 12 * bytes_of(10)), kMinWindow);
}

TEST(TablePolicyCost, EvictsTablesThatAreFourTimesColderAByte) {
  const Newcomer newcomer{.worth = build_worth(400, 1000, true), .share = kMiB};
  EXPECT_TRUE(may_evict({.heat = 100, .bytes = 1000, .window = 8}, newcomer));
  EXPECT_FALSE(may_evict({.heat = 101, .bytes = 1000, .window = 8}, newcomer));
  EXPECT_TRUE(may_evict({.heat = 101, .bytes = 2000, .window = 8}, newcomer)) << "a larger table is colder a byte";
}

TEST(TablePolicyCost, ValuesAFirstTableAboveALargerOne) {
  const TableInUse table{.heat = 100, .bytes = 1000, .window = 8};
  EXPECT_TRUE(may_evict(table, {.worth = build_worth(400, 1000, true), .share = kMiB}));
  EXPECT_FALSE(may_evict(table, {.worth = build_worth(25'599, 1000, false), .share = kMiB}));
  EXPECT_TRUE(may_evict(table, {.worth = build_worth(25'600, 1000, false), .share = kMiB}));
}

TEST(TablePolicyCost, EvictsGreedyTablesForAnyKey) {
  const Newcomer newcomer{.worth = 0, .share = 1000};
  const TableInUse greedy{.heat = 1'000'000, .bytes = 2001, .window = kMinWindow + 1};
  EXPECT_TRUE(may_evict(greedy, newcomer));
  TableInUse other = greedy;
  other.bytes = 2000;
  EXPECT_FALSE(may_evict(other, newcomer)) << "two shares are not too many";
  other = greedy;
  other.window = kMinWindow;
  EXPECT_FALSE(may_evict(other, newcomer)) << "it has the smallest table";
  EXPECT_FALSE(may_evict(greedy, {.worth = 0, .share = 1000, .fixed_window = true}));
}

TEST(TablePolicyCost, EvictsTheLeastRecentlyUsedFirstAndNoMoreThanNeeded) {
  const Newcomer newcomer{.worth = build_worth(1000, 1000, true), .share = kMiB};
  const std::vector<TableInUse> tables = {{.heat = 1, .last_used = 30, .bytes = 1000, .window = 8},
                                          {.heat = 1000, .last_used = 10, .bytes = 1000, .window = 8},  // too hot
                                          {.heat = 1, .last_used = 20, .bytes = 1000, .window = 8},
                                          {.heat = 1, .last_used = 40, .bytes = 1000, .window = 8}};
  EXPECT_THAT(choose_victims(tables, 0, newcomer), Optional(IsEmpty()));
  EXPECT_THAT(choose_victims(tables, 1, newcomer), Optional(ElementsAre(2)));
  EXPECT_THAT(choose_victims(tables, 1001, newcomer), Optional(ElementsAre(2, 0)));
  EXPECT_THAT(choose_victims(tables, 3000, newcomer), Optional(ElementsAre(2, 0, 3)));
  EXPECT_EQ(choose_victims(tables, 3001, newcomer), std::nullopt) << "the hot one stays";
  EXPECT_EQ(choose_victims({}, 1, newcomer), std::nullopt);
}

}  // namespace
}  // namespace assay::lanes
