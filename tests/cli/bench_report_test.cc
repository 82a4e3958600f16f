// What reports of `assay bench` say of their rows, and when two of them differ.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "bench/compare.h"
#include "bench/json.h"
#include "bench/report.h"

namespace assay::bench {
namespace {

using Kind = Change::Kind;

// A row of one thread whose samples have these ratios to plain OpenSSL.
Row row_with(const std::vector<double>& ratios) {
  Row row;
  row.what.tokens = "ES256";
  row.what.backend = "lanes";
  for (const double ratio : ratios) {
    Sample& sample = row.samples.emplace_back();
    sample.tokens = 1000;
    sample.wall_seconds = sample.cpu_seconds = 1;
    sample.unit_seconds = ratio / 1000;
  }
  row.figures = figures_of(row.samples, 1);
  return row;
}

Kind kind_of(const std::vector<double>& before, const std::vector<double>& now) {
  Report old_report, new_report;
  old_report.rows.push_back(row_with(before));
  new_report.rows.push_back(row_with(now));
  return compare(old_report, new_report).changes.at(0).kind;
}

TEST(Compare, CallsSlowerOnlyWhatManyRepetitionsShow) {
  const std::vector<double> quick = {10, 10.1, 9.9, 10}, slow = {5, 5.1, 4.9, 5};
  EXPECT_EQ(kind_of(quick, slow), Kind::slower);
  EXPECT_EQ(kind_of(slow, quick), Kind::faster);
  EXPECT_EQ(kind_of(quick, {5, 5.1, 4.9}), Kind::too_few);
  EXPECT_EQ(kind_of({10, 9.9}, {5, 5.1}), Kind::too_few);
  EXPECT_EQ(kind_of(quick, {9.5, 9.6, 9.4, 9.5}), Kind::same);  // within 10 %
}

TEST(Compare, CallsNothingSlowerWhoseRepetitionsOverlap) {
  EXPECT_EQ(kind_of({10, 10.1, 9.9, 10}, {7, 7.1, 6.9, 10.2}), Kind::same);
  EXPECT_EQ(kind_of({10, 10.1, 6, 10}, {7, 7.1, 6.9, 7}), Kind::same);
}

TEST(Compare, ExplainsWhyARowIsNotCalledSlower) {
  Report old_report, new_report;
  old_report.rows = {row_with({10, 10})};
  new_report.rows = {row_with({5, 5})};
  const Comparison few = compare(old_report, new_report);
  EXPECT_FALSE(few.slower());
  EXPECT_NE(comparison_text(few, "old").find("not enough repetitions to tell"), std::string::npos);
  old_report.rows = {row_with({10, 10, 10, 6})};
  new_report.rows = {row_with({7, 7, 7, 7})};
  EXPECT_NE(comparison_text(compare(old_report, new_report), "old").find("the repetitions overlap"), std::string::npos);
}

TEST(BenchReport, LabelsRowsByWhatDecided) {
  Row row = row_with({1});
  row.isa = "fma";
  const auto label = [&row](std::uint64_t by_lanes, std::uint64_t by_openssl) {
    row.by_lanes = by_lanes;
    row.by_openssl = by_openssl;
    return label_of(row);
  };
  EXPECT_EQ(label(1000, 0), "lanes fma");
  EXPECT_EQ(label(0, 1000), "lanes:OpenSSL");
  EXPECT_EQ(label(400, 600), "lanes fma:40%");
  EXPECT_EQ(label(10, 990), "lanes fma:1%");
  EXPECT_EQ(label(0, 0), "lanes fma") << "nothing had to be verified";
  row.what.backend = "openssl";
  EXPECT_EQ(label(0, 1000), "OpenSSL");
}

TEST(BenchReport, KeepsInJsonWhatDecided) {
  Report report;
  report.started = "2026-11-28T00:00:00Z";
  report.settings.threads = {1};
  report.rows = {row_with({1, 2})};
  report.rows[0].by_lanes = 7;
  report.rows[0].by_openssl = 3;
  const std::string text = report_json(report);
  const Result<Report> read = read_report(text);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->rows.at(0).by_lanes, 7u);
  EXPECT_EQ(read->rows.at(0).by_openssl, 3u);
  // Reports from before this was counted are read as well.
  std::string old_text = text;
  const std::string counts = R"("by_lanes":7,"by_openssl":3,"label":"lanes:70%",)";
  ASSERT_NE(old_text.find(counts), std::string::npos) << text;
  old_text.erase(old_text.find(counts), counts.size());
  const Result<Report> old_report = read_report(old_text);
  ASSERT_TRUE(old_report) << old_report.error().message;
  EXPECT_EQ(label_of(old_report->rows.at(0)), "lanes");
}

}  // namespace
}  // namespace assay::bench
