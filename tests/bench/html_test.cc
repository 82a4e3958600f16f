#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bench/html.h"
#include "bench/sample_report.h"
#include "page/markup_checks.h"

namespace assay::bench {
namespace {

using page::expect_balanced;
using testing::HasSubstr;
using testing::Not;

TEST(Page, IsWellFormedAndFetchesNothing) {
  const std::string page = report_html(sample_report());
  expect_balanced(page);
  for (const char* part : {"<script", "<link", "<img", "@import", "url(", "&nbsp;"})
    EXPECT_THAT(page, Not(HasSubstr(part)));
  EXPECT_THAT(page, HasSubstr("prefers-color-scheme: dark"));
  EXPECT_THAT(page, HasSubstr("@media print"));
}

TEST(Page, EscapesWhatItIsGiven) {
  Report report = sample_report();
  report.settings.input = "<b>&\"'\x01.log";
  report.command = "assay bench --input '<script>alert(1)</script>'";
  report.notes = {"a < b"};
  for (Row& row : report.rows) row.what.tokens = report.settings.input;
  const std::string page = report_html(report);
  expect_balanced(page);
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, Not(HasSubstr("\x01")));
  EXPECT_THAT(page, HasSubstr("&lt;b&gt;&amp;"));
  EXPECT_THAT(page, HasSubstr("A &lt;CPU&gt; &amp; more"));
}

TEST(Page, DrawsWhatWasMeasuredAndSaysHowToMeasureTheRest) {
  const std::string page = report_html(sample_report());
  for (const char* part : {"Throughput", "Threads", "Stages", "Repeated tokens", "Keys", "Calls of the library"})
    EXPECT_THAT(page, HasSubstr(std::string("<h2>") + part));
  EXPECT_THAT(page, HasSubstr("30.0 × OpenSSL"));
  Report small = sample_report();
  std::erase_if(small.rows, [](const Row& row) { return row.what != Case{row.what.tokens, row.what.backend}; });
  small.settings.keys = {1};
  small.settings.threads = {1};
  small.settings.batches = {};
  small.settings.repeated = false;
  const std::string short_page = report_html(small);
  expect_balanced(short_page);
  for (const char* part : {"--keys 1,10,100,1000", "--batch 1,4,16,64,256", "--threads 1,2,4"})
    EXPECT_THAT(short_page, HasSubstr(part));
  for (const char* part : {"Threads", "Repeated tokens", "Keys", "Calls of the library"})
    EXPECT_THAT(short_page, Not(HasSubstr(std::string("<h2>") + part))) << "a section with nothing in it";
}

TEST(Page, TellsTheCoresThatARateTakes) {
  Report report = sample_report();
  EXPECT_THAT(report_html(report), Not(HasSubstr("cores for")));
  report.settings.rate = 3e6;
  const std::string page = report_html(report);
  expect_balanced(page);
  EXPECT_THAT(page, HasSubstr("cores for 3,000,000 tokens/s"));
  EXPECT_THAT(page, HasSubstr("<td>2.00</td>"));
}

TEST(Page, ShowsAReportWithoutRows) {
  Report report = sample_report();
  report.rows.clear();
  report.units.clear();
  expect_balanced(report_html(report));
}

}  // namespace
}  // namespace assay::bench
