#include "tally/values.h"

#include <gtest/gtest.h>

#include <random>

namespace assay::tally {
namespace {

Cell accepted(std::uint64_t count = 1) {
  Cell cell;
  cell.accepted = count;
  return cell;
}

TEST(Values, CountsEachValueAndSortsByRecords) {
  Values values;
  for (const char* name : {"b", "a", "b", "c", "a", "b"}) values.count(name, accepted());
  values.count_absent(accepted());
  const Breakdown breakdown = values.breakdown();
  ASSERT_EQ(breakdown.rows.size(), 3u);
  EXPECT_EQ(breakdown.rows[0].name, "b");
  EXPECT_EQ(breakdown.rows[0].cell.accepted, 3u);
  EXPECT_EQ(breakdown.rows[1].name, "a");
  EXPECT_EQ(breakdown.rows[2].name, "c");
  EXPECT_EQ(breakdown.absent.accepted, 1u);
  EXPECT_TRUE(breakdown.is_exact);
  EXPECT_EQ(breakdown.distinct, 3u);
}

TEST(Values, KeepsTheFirstAndTheLastTime) {
  Values values;
  for (const std::int64_t second : {20, 10, 30}) {
    Cell cell = accepted();
    cell.times.add(Instant{second, 0});
    values.count("a", cell);
  }
  const Cell cell = values.breakdown().rows.front().cell;
  EXPECT_EQ(cell.times.first, (Instant{10, 0}));
  EXPECT_EQ(cell.times.last, (Instant{30, 0}));
}

TEST(Values, CutsALongValueAtACharacter) {
  const std::string whole(Values::kMostBytes, 'a');
  Values values;
  values.count(whole, accepted());
  values.count(whole + "b", accepted());
  values.count(whole + "c", accepted());
  values.count(whole.substr(1) + "\xC3\xA9", accepted());
  const Breakdown breakdown = values.breakdown();
  ASSERT_EQ(breakdown.rows.size(), 3u);
  EXPECT_EQ(breakdown.rows[0].name, whole + "\xE2\x80\xA6");
  EXPECT_EQ(breakdown.rows[0].cell.accepted, 2u);
  EXPECT_EQ(breakdown.rows[1].name, whole);
  EXPECT_EQ(breakdown.rows[2].name, whole.substr(1) + "\xE2\x80\xA6");
}

// 300,000 records of 60,000 values, of which a few are frequent.
std::vector<std::string> skewed_records(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::string> records;
  for (int i = 0; i < 300'000; ++i) {
    const std::uint64_t draw = random();
    records.push_back(draw % 4 == 0 ? "heavy " + std::to_string(draw / 4 % 50)
                                    : "light " + std::to_string(draw / 4 % 60'000));
  }
  return records;
}

TEST(Values, KeepsTheHeaviestBeyondTheBound) {
  Values values(1000);
  for (const std::string& record : skewed_records(1)) values.count(record, accepted());
  const Breakdown breakdown = values.breakdown();
  EXPECT_FALSE(breakdown.is_exact);
  ASSERT_EQ(breakdown.rows.size(), 50u);
  std::uint64_t sum = breakdown.other.accepted;
  for (const Row& row : breakdown.rows) {
    EXPECT_TRUE(row.name.starts_with("heavy ")) << row.name;
    EXPECT_NEAR(static_cast<double>(row.cell.accepted), 1500, 200);
    sum += row.cell.accepted;
  }
  EXPECT_EQ(sum, 300'000u);
  EXPECT_NEAR(static_cast<double>(breakdown.distinct), 58'600, 3'000);
}

void expect_same(const Breakdown& a, const Breakdown& b) {
  ASSERT_EQ(a.rows.size(), b.rows.size());
  for (std::size_t i = 0; i < a.rows.size(); ++i) {
    EXPECT_EQ(a.rows[i].name, b.rows[i].name);
    EXPECT_EQ(a.rows[i].cell, b.rows[i].cell);
  }
  EXPECT_EQ(a.is_exact, b.is_exact);
  EXPECT_EQ(a.distinct, b.distinct);
  EXPECT_EQ(a.other, b.other);
  EXPECT_EQ(a.absent, b.absent);
}

TEST(Values, PartsAddUpToTheWholeInAnyOrder) {
  const std::vector<std::string> records = skewed_records(2);
  // Bounds that no part reaches, that some parts reach, and that all reach.
  for (const std::size_t bound : {std::size_t{1'000'000}, std::size_t{20'000}, std::size_t{100}}) {
    Values whole(bound);
    for (const std::string& record : records) whole.count(record, accepted());
    std::vector<Values> parts;
    std::size_t at = 0;
    for (int i = 0; i < 16; ++i) {
      Values& part = parts.emplace_back(bound);
      // The last takes the rest: parts differ in size.
      const std::size_t end = i == 15 ? records.size() : at + 1000 * (1 + static_cast<std::size_t>(i));
      for (; at < end; ++at) part.count(records[at], accepted());
    }
    for (const std::uint64_t seed : {1, 2, 3}) {
      std::shuffle(parts.begin(), parts.end(), std::mt19937_64(seed));
      Values sum(bound);
      for (const Values& part : parts) sum.add(part);
      expect_same(sum.breakdown(), whole.breakdown());
    }
  }
}

}  // namespace
}  // namespace assay::tally
