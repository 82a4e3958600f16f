#include "bench/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/sample_report.h"

namespace assay::bench {
namespace {

using testing::Contains;
using testing::HasSubstr;

Report report_of(std::vector<Row> rows) {
  Report report = sample_report();
  report.rows = std::move(rows);
  return report;
}

Change compared(const Row& before, const Row& now) {
  const Comparison comparison = compare(report_of({before}), report_of({now}));
  EXPECT_EQ(comparison.changes.size(), 1u);
  return comparison.changes.front();
}

const Case kLanes{"ES256", "lanes"};

TEST(Compare, FindsAReportEqualToItself) {
  const Comparison comparison = compare(sample_report(), sample_report());
  EXPECT_EQ(comparison.changes.size(), sample_report().rows.size());
  for (const Change& change : comparison.changes) EXPECT_EQ(change.kind, Change::Kind::same);
  EXPECT_FALSE(comparison.slower());
  EXPECT_TRUE(comparison.notes.empty());
}

TEST(Compare, TellsSlowerAndFasterBeyondTenPercent) {
  EXPECT_EQ(compared(sample_row(kLanes, 30), sample_row(kLanes, 26.9)).kind, Change::Kind::slower);
  EXPECT_EQ(compared(sample_row(kLanes, 30), sample_row(kLanes, 27.1)).kind, Change::Kind::same);
  EXPECT_EQ(compared(sample_row(kLanes, 30), sample_row(kLanes, 33.1)).kind, Change::Kind::faster);
  EXPECT_EQ(compared(sample_row(kLanes, 30), sample_row(kLanes, 32.9)).kind, Change::Kind::same);
  EXPECT_NEAR(compared(sample_row(kLanes, 30), sample_row(kLanes, 24)).change, -0.2, 1e-3);
}

TEST(Compare, TakesNoDifferenceWithinTheNoiseOfEitherRunForAChange) {
  EXPECT_EQ(compared(sample_row(kLanes, 30, 0.25), sample_row(kLanes, 24)).kind, Change::Kind::same);
  EXPECT_EQ(compared(sample_row(kLanes, 30), sample_row(kLanes, 24, 0.25)).kind, Change::Kind::same);
  EXPECT_EQ(compared(sample_row(kLanes, 30, 0.15), sample_row(kLanes, 24, 0.15)).kind, Change::Kind::same);
  EXPECT_EQ(compared(sample_row(kLanes, 30, 0.08), sample_row(kLanes, 24, 0.08)).kind, Change::Kind::slower);
  EXPECT_DOUBLE_EQ(compared(sample_row(kLanes, 30, 0.001), sample_row(kLanes, 30, 0.001)).noise, kLeastNoise);
}

TEST(Compare, GoesByRatioAndNotBySpeed) {
  // A machine of half the speed: twice the time for tokens and for the unit alike.
  Row slow = sample_row(kLanes, 30);
  for (Sample& sample : slow.samples) sample.cpu_seconds *= 2, sample.wall_seconds *= 2, *sample.unit_seconds *= 2;
  slow.figures = figures_of(slow.samples, 1);
  EXPECT_EQ(compared(sample_row(kLanes, 30), slow).kind, Change::Kind::same);
}

TEST(Compare, DoesNotJudgeThreadsOfABusyMachine) {
  Row busy = sample_row({"ES256", "lanes", 2}, 40);
  for (Sample& sample : busy.samples) sample.other_seconds = sample.wall_seconds * 0.3;
  EXPECT_EQ(compared(sample_row({"ES256", "lanes", 2}, 60), busy).kind, Change::Kind::busy);
  // One thread counts CPU time.
  Row alone = sample_row(kLanes, 20);
  for (Sample& sample : alone.samples) sample.other_seconds = sample.wall_seconds * 0.3;
  EXPECT_EQ(compared(sample_row(kLanes, 30), alone).kind, Change::Kind::slower);
}

TEST(Compare, ComparesSpeedsWithoutUnitOnTheSameCpuAlone) {
  const auto without_unit = [](double ratio) {
    Row row = sample_row({"a log", "lanes"}, ratio);
    for (Sample& sample : row.samples) sample.unit_seconds.reset();
    row.figures = figures_of(row.samples, 1);
    return row;
  };
  EXPECT_EQ(compared(without_unit(30), without_unit(20)).kind, Change::Kind::slower);
  Report other = report_of({without_unit(20)});
  other.machine.cpu = "another";
  const Comparison comparison = compare(report_of({without_unit(30)}), other);
  EXPECT_EQ(comparison.changes.front().kind, Change::Kind::not_comparable);
  EXPECT_THAT(comparison.notes, Contains(HasSubstr("CPUs differ")));
}

TEST(Compare, NamesRowsThatOneRunLacks) {
  const Comparison comparison =
      compare(report_of({sample_row({"RS256", "lanes"}, 6)}), report_of({sample_row(kLanes, 30)}));
  ASSERT_EQ(comparison.changes.size(), 2u);
  EXPECT_EQ(comparison.changes[0].kind, Change::Kind::only_before);
  EXPECT_EQ(comparison.changes[1].kind, Change::Kind::only_now);
  EXPECT_FALSE(comparison.slower());
}

TEST(Compare, SaysWhatElseDiffers) {
  Report now = sample_report();
  now.machine.openssl = "OpenSSL 3.5.0";
  now.settings.claims_bytes = 1000;
  const Comparison comparison = compare(sample_report(), now);
  EXPECT_THAT(comparison.notes, Contains(HasSubstr("OpenSSL 3.0.19 before, OpenSSL 3.5.0 now")));
  EXPECT_THAT(comparison.notes, Contains(HasSubstr("350 before, 1000 now")));
}

TEST(Compare, WritesEveryRowAndASum) {
  const std::string text =
      comparison_text(compare(report_of({sample_row(kLanes, 30), sample_row({"RS256", "lanes"}, 6)}),
                              report_of({sample_row(kLanes, 24), sample_row({"RS256", "lanes"}, 6)})),
                      "old.json");
  EXPECT_THAT(text, HasSubstr("Against old.json"));
  EXPECT_THAT(text, HasSubstr("ES256 lanes, 1 thread  SLOWER    30.0  24.0   -20 %  ± 2.0 %\n"));
  EXPECT_THAT(text, HasSubstr("1 slower, 0 faster, 1 the same"));
}

}  // namespace
}  // namespace assay::bench
