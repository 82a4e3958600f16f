#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "bench/json.h"
#include "bench/runner.h"
#include "bench/sample_report.h"
#include "bench/table.h"
#include "page/numbers.h"

namespace assay::bench {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

std::string error_of(std::string_view json) {
  const Result<Report> read = read_report(json);
  return read ? "" : read.error().message;
}

TEST(Middle, IsTheMedianWithHalfTheRange) {
  EXPECT_DOUBLE_EQ(middle_of({3, 1, 2}).value, 2);
  EXPECT_DOUBLE_EQ(middle_of({3, 1, 2}).spread, 0.5);
  EXPECT_DOUBLE_EQ(middle_of({1, 2, 3, 4}).value, 2.5);
  EXPECT_DOUBLE_EQ(middle_of({7}).spread, 0);
  EXPECT_DOUBLE_EQ(middle_of({}).value, 0);
}

TEST(Settings, UsualThreadsDoubleUpToAllCores) {
  EXPECT_EQ(usual_threads(1), (std::vector<int>{1}));
  EXPECT_EQ(usual_threads(4), (std::vector<int>{1, 2, 4}));
  EXPECT_EQ(usual_threads(6), (std::vector<int>{1, 2, 4, 6}));
}

TEST(Figures, CountCpuTimeWithOneThreadAndTheClockWithMore) {
  const std::vector<Sample> samples = {
      {.tokens = 1000, .wall_seconds = 2, .cpu_seconds = 1, .cycles = {}, .unit_seconds = 0.01}};
  EXPECT_DOUBLE_EQ(figures_of(samples, 1).per_second.value, 1000);
  EXPECT_DOUBLE_EQ(figures_of(samples, 2).per_second.value, 500);
  EXPECT_DOUBLE_EQ(figures_of(samples, 1).ratio->value, 10);
  EXPECT_FALSE(figures_of(samples, 1).cycles_per_token);
  EXPECT_DOUBLE_EQ(figures_of({}, 1).per_second.value, 0);
}

TEST(ReportJson, IsReadBackAsItWas) {
  const std::string json = report_json(sample_report());
  const Result<Report> read = read_report(json);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_TRUE(report_json(*read) == json);
  EXPECT_EQ(read->machine.cpu, "A <CPU> & more");
  EXPECT_EQ(read->rows.size(), sample_report().rows.size());
  EXPECT_DOUBLE_EQ(read->rows[3].figures.ratio->value, 0.45);
}

TEST(ReportJson, KeepsARunWithoutUnitAndCycles) {
  Report report = sample_report();
  report.units.clear();
  for (Row& row : report.rows) {
    row.stages.reset();
    for (Sample& sample : row.samples) sample.unit_seconds.reset(), sample.cycles.reset();
    row.figures = figures_of(row.samples, row.what.threads);
  }
  const Result<Report> read = read_report(report_json(report));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_FALSE(read->rows[0].figures.ratio);
  EXPECT_FALSE(read->rows[0].figures.cycles_per_token);
  EXPECT_FALSE(read->rows[0].stages);
}

TEST(ReportJson, RefusesWhatIsNoReport) {
  EXPECT_THAT(error_of(""), HasSubstr("not JSON"));
  EXPECT_THAT(error_of("{\"assay_bench\":1"), HasSubstr("not JSON"));
  EXPECT_THAT(error_of("[]"), HasSubstr("not a report of assay bench"));
  EXPECT_THAT(error_of("{\"assay_summary\":1}"), HasSubstr("not a report of assay bench"));
  EXPECT_THAT(error_of("{\"assay_bench\":99}"), HasSubstr("another version"));
  EXPECT_THAT(error_of("{\"assay_bench\":\"1\"}"), HasSubstr("\"assay_bench\""));
  EXPECT_THAT(error_of("{\"assay_bench\":1}"), HasSubstr("\"started\" is missing"));
}

TEST(ReportJson, NamesTheFieldThatIsWrong) {
  const std::string json = report_json(sample_report());
  EXPECT_THAT(error_of(replaced(json, "\"threads\":[1,2,4]", "\"threads\":[0]")), HasSubstr("\"threads\""));
  EXPECT_THAT(error_of(replaced(json, "\"threads\":[1,2,4]", "\"threads\":[1e30]")), HasSubstr("\"threads\""));
  EXPECT_THAT(error_of(replaced(json, "[\"RS256\",\"ES256\"]", "[\"XS256\"]")), HasSubstr("\"algorithms\""));
  EXPECT_THAT(error_of(replaced(json, "[\"RS256\",\"ES256\"]", "[]")), HasSubstr("\"algorithms\""));
  EXPECT_THAT(error_of(replaced(json, "\"cpu_seconds\":", "\"cpu_secs\":")), HasSubstr("\"cpu_seconds\" is missing"));
  EXPECT_THAT(error_of(replaced(json, "\"backend\":\"openssl\"", "\"backend\":5")), HasSubstr("\"backend\""));
  EXPECT_THAT(error_of(replaced(json, "\"read\":", "\"raed\":")), HasSubstr("\"read\""));
  EXPECT_THAT(error_of(replaced(json, "\"repetitions\":3", "\"repetitions\":0")), HasSubstr("\"repetitions\""));
  EXPECT_THAT(error_of(replaced(json, "\"repetitions\":3", "\"repetitions\":2.5")), HasSubstr("\"repetitions\""));
}

TEST(ReportText, FitsAHundredColumns) {
  Report report = sample_report();
  for (Row& row : report.rows) {
    row.what.tokens = "a-log-with-a-rather-long-name.ndjson";
    for (Sample& sample : row.samples) sample.tokens *= 10;
    row.figures = figures_of(row.samples, row.what.threads);
    if (row.stages) row.stages->fill(123456e-9);
  }
  report.notes = {
      "other programs took up to 12 % of the cores: rows of one thread count CPU time and bear that, and so on"};
  std::istringstream lines(report_text(report));
  for (std::string line; std::getline(lines, line);) EXPECT_LE(page::width_of(line), 100u) << line;
}

TEST(ReportText, ShowsEveryKindOfRow) {
  const std::string text = report_text(sample_report());
  for (const char* part : {"A <CPU> & more, 4 cores", "Keys in rotation", "Repeated tokens", "verify_batch",
                           "Where the time goes", "an operation", "x OpenSSL", "Note: cycles are \"counted\"."})
    EXPECT_THAT(text, HasSubstr(part));
  EXPECT_THAT(text, HasSubstr("RS256      lanes ifma        4  6,000,000"));
}

TEST(ReportText, LeavesOutWhatWasNotMeasured) {
  Report report = sample_report();
  std::erase_if(report.rows, [](const Row& row) { return row.what != Case{row.what.tokens, row.what.backend}; });
  report.settings.keys = {1};
  const std::string text = report_text(report);
  for (const char* part : {"Keys in rotation", "Repeated tokens", "verify_batch"})
    EXPECT_THAT(text, Not(HasSubstr(part)));
}

}  // namespace
}  // namespace assay::bench
