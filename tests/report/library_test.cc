#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "assay/report.h"
#include "report/incident.h"
#include "tally/summary.h"

namespace assay::report {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// A summary of one run over one file, without tokens.
std::string summary_of(const std::string& path, std::uint64_t bytes) {
  tally::Summary summary;
  summary.bytes = bytes;
  tally::RunRow run;
  run.version = "1";
  run.command = "audit";
  run.started = run.ended = at(28, 9);
  summary.runs = {run};
  tally::FileCoverage file;
  file.path = path;
  file.lines = 3;
  summary.files = {file};
  return tally::summary_json(summary);
}

TEST(ReportLibrary, MergesSummariesInAnyOrder) {
  const std::string a = summary_of("a.log", 5), b = summary_of("b.log", 7);
  const std::array<SummaryDocument, 2> forth = {{{"a.json", a}, {"b.json", b}}},
                                       back = {{{"b.json", b}, {"a.json", a}}};
  const Result<std::string> all = merge_summaries(forth), other = merge_summaries(back);
  ASSERT_TRUE(all && other);
  EXPECT_EQ(*all, *other);
  const Result<tally::Summary> read = tally::read_summary(*all, "all");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->bytes, 12u);
  EXPECT_EQ(read->files.size(), 2u);
}

TEST(ReportLibrary, DrawsASummary) {
  const std::string a = summary_of("a.log", 5), b = summary_of("b.log", 7);
  const SummaryDocument now{"a.json", a}, before{"b.json", b};
  const Result<std::string> page = report_html(now), text = report_markdown(now, &before);
  ASSERT_TRUE(page && text);
  EXPECT_THAT(*page, StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(*page, HasSubstr("No token was found"));
  EXPECT_THAT(*text, HasSubstr("## Since the last audit"));
  EXPECT_THAT(*text, HasSubstr("`b.json`"));
}

TEST(ReportLibrary, NamesTheDocumentAtFault) {
  const std::string good = summary_of("a.log", 5);
  const SummaryDocument bad{"bad.json", "{"}, whole{"good.json", good};
  const std::array<SummaryDocument, 2> both = {{whole, bad}};
  for (const std::string& message : {merge_summaries(both).error().message, report_html(bad).error().message,
                                     report_markdown(whole, &bad).error().message})
    EXPECT_THAT(message, StartsWith("bad.json: "));
  EXPECT_FALSE(merge_summaries({}));
}

}  // namespace
}  // namespace assay::report
