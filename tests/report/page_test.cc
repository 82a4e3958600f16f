#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>
#include <utility>

#include "codec/utf.h"
#include "page/markup.h"
#include "page/markup_checks.h"
#include "report/compose.h"
#include "report/hostile.h"
#include "report/html.h"
#include "report/incident.h"
#include "report/markdown.h"

namespace assay::report {
namespace {

using page::expect_balanced;

std::set<std::string> matches(const std::string& text, const char* pattern) {
  const std::regex regex(pattern);
  std::set<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), regex), end; it != end; ++it) found.insert((*it)[1]);
  return found;
}

// The attributes of all tags: name, value.
std::set<std::pair<std::string, std::string>> attributes_of(const std::string& page) {
  std::set<std::pair<std::string, std::string>> attributes;
  const std::regex attribute(" ([a-zA-Z0-9:-]+)=\"([^\"]*)\"");
  for (std::size_t at = page.find('<'); at != std::string::npos; at = page.find('<', at + 1)) {
    const std::string tag = page.substr(at, page.find('>', at) - at);
    for (std::sregex_iterator it(tag.begin(), tag.end(), attribute), end; it != end; ++it)
      attributes.emplace((*it)[1], (*it)[2]);
  }
  return attributes;
}

// Fails the test unless the page is one file that runs nothing and fetches nothing.
void expect_self_contained(const std::string& page) {
  expect_balanced(page);
  EXPECT_EQ(codec::utf8_prefix(page, false), page.size()) << "UTF-8";
  for (const char* part :
       {"<script", "<link", "<img", "<iframe", "<object", "<form", "@import", "url(", "<!--", "<![CDATA"})
    EXPECT_EQ(page.find(part), std::string::npos) << part;
  EXPECT_NE(page.find("content=\"default-src 'none'; style-src 'unsafe-inline'"), std::string::npos);
  const std::set<std::string> known = {"charset", "class",       "content", "cx",    "cy",   "d",      "height",
                                       "href",    "http-equiv",  "id",      "lang",  "name", "points", "r",
                                       "role",    "text-anchor", "viewBox", "width", "x",    "x1",     "x2",
                                       "xmlns",   "y",           "y1",      "y2"};
  const std::set<std::string> ids = matches(page, " id=\"([^\"]*)\"");
  for (const auto& [name, value] : attributes_of(page)) {
    EXPECT_TRUE(known.contains(name)) << name;
    EXPECT_TRUE(name != "href" || (value.starts_with("#") && ids.contains(value.substr(1)))) << value;
  }
  for (const char c : page) ASSERT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t');
}

TEST(ReportPage, NeedsNothingElseAndRunsNothing) {
  expect_self_contained(html(incident(), nullptr));
  const Baseline baseline{"last-week.json", week_before()};
  expect_self_contained(html(incident(), &baseline));
}

TEST(ReportPage, SaysFirstWhatHappened) {
  const std::string page = html(incident(), nullptr);
  EXPECT_TRUE(page.find("<h1>1,361 requests with tokens that were not valid were answered as good.</h1>") !=
              std::string::npos);
  std::size_t last = 0;
  for (const char* part :
       {"<h1>", "class=\"tiles\"", "id=\"happened\"", "id=\"reasons\"", "id=\"time\"", "id=\"keys\"", "id=\"replays\"",
        "id=\"who\"", "id=\"counts\"", "id=\"coverage\"", "id=\"manifest\"", "id=\"exactness\""}) {
    const std::size_t at = page.find(part);
    ASSERT_NE(at, std::string::npos) << part;
    EXPECT_GT(at, last) << part;
    last = at;
  }
}

TEST(ReportPage, DrawsKeysAndHoursWithTheirWindows) {
  const std::string page = html(incident(), nullptr);
  for (const char* part : {"m2m-7 compromised</text>", "login-2025 retired</text>", "class=\"band compromised\"",
                           "class=\"hatch\"", "class=\"mark retired\"", "class=\"served\"", "class=\"gap\""})
    EXPECT_TRUE(page.find(part) != std::string::npos) << part;
}

TEST(ReportPage, DrawsKidsThatTheSummaryDoesNotListAmongItsKeys) {
  tally::Overview overview = incident();
  overview.verified_kids.rows = {{"m2m-7", overview.all}, {"unlisted", overview.all}};
  const std::string page = html(overview, nullptr);
  EXPECT_TRUE(page.find("class=\"name\">unlisted</text>") != std::string::npos);
  EXPECT_EQ(page.find("class=\"name\">m2m-7</text>"), page.rfind("class=\"name\">m2m-7</text>")) << "drawn once";
}

TEST(ReportPage, SaysTheSameInMarkdown) {
  const Content content = content_of(incident(), nullptr);
  const std::string page = html(incident(), nullptr), text = markdown(incident(), nullptr);
  for (const Section& section : content.sections) {
    EXPECT_TRUE(page.find("<h2>" + section.heading + "</h2>") != std::string::npos) << section.heading;
    EXPECT_TRUE(text.find("## " + section.heading + "\n") != std::string::npos) << section.heading;
  }
  EXPECT_EQ(matches(text, "\\*\\*(Act now|Look into|Good to know):\\*\\*").size(), 3u);
}

TEST(ReportPage, HasNoEmptySections) {
  for (const tally::Overview& overview : {tally::Overview(), incident()}) {
    for (const Section& section : content_of(overview, nullptr).sections)
      EXPECT_FALSE(section.blocks.empty()) << section.heading;
  }
  const std::string page = html(tally::Overview(), nullptr);
  expect_self_contained(page);
  EXPECT_TRUE(page.find("No token was found") != std::string::npos);
  EXPECT_EQ(page.find("<table"), std::string::npos);
  EXPECT_TRUE(markdown(tally::Overview(), nullptr).find("# No token was found") != std::string::npos);
}

TEST(ReportPage, LeavesHostileTextsTexts) {
  ASSERT_GE(hostile_texts().size(), 24u);
  for (const std::string& words : hostile_texts()) {
    SCOPED_TRACE(testing::PrintToString(words.substr(0, 60)));
    const tally::Overview overview = hostile_overview(words);
    const Baseline baseline{words, hostile_overview("other")};
    const std::string page = html(overview, &baseline);
    expect_self_contained(page);
    EXPECT_EQ(page.find("</style>"), page.rfind("</style>"));
    EXPECT_LT(page.size(), 400'000u);
    // The page of a harmless text has the same tags: the text added none.
    const Baseline plain_baseline{"plain", hostile_overview("other")};
    const std::string plain = html(hostile_overview("plain"), &plain_baseline);
    EXPECT_EQ(matches(page, "<([a-z][a-z0-9]*)"), matches(plain, "<([a-z][a-z0-9]*)"));
  }
}

TEST(ReportPage, ShowsWhatATextHidesAndCutsWhatIsLong) {
  EXPECT_TRUE(html(hostile_overview("\xe2\x80\xae"
                                    "gpj"),
                   nullptr)
                  .find("<code>\\u202egpj</code>") != std::string::npos);
  EXPECT_EQ(html(hostile_overview(std::string(10'000, 'A')), nullptr).find(std::string(200, 'A')), std::string::npos);
}

// Far more than a page can show.
tally::Overview huge() {
  constexpr int kRows = 100'000;
  tally::Overview overview = incident();
  for (tally::Breakdown* breakdown :
       {&overview.algorithms, &overview.kids, &overview.issuers, &overview.client_ids, &overview.subjects,
        &overview.scopes, &overview.clients, &overview.statuses, &overview.verified_kids}) {
    for (int i = 0; i < kRows; ++i)
      breakdown->rows.push_back({"value-" + std::to_string(i), {1, 2, 1, overview.all.times}});
    breakdown->distinct = breakdown->rows.size();
  }
  const tally::KeyRow key = overview.keys.front();
  const tally::FileCoverage file = overview.files[6];
  const tally::Replay replay = overview.replays.tokens.front();
  const tally::CompromisedUses compromised = overview.compromised.front();
  for (int i = 0; i < kRows; ++i) {
    overview.keys.push_back(key);
    overview.keys.back().kid = "key-" + std::to_string(i);
    overview.files.push_back(file);
    overview.files.back().path = "logs/" + std::to_string(i);
    overview.replays.tokens.push_back(replay);
    overview.replays.jtis.push_back(replay);
    overview.compromised.push_back(compromised);
    overview.runs.push_back(overview.runs.front());
  }
  overview.hours.clear();
  for (int day = 0; day < 500; ++day) {
    for (int hour = 0; hour < 24; ++hour) {
      char name[48];
      std::snprintf(name, sizeof name, "%04d-%02d-%02dT%02d", 2025 + day / 336, 1 + day % 336 / 28, 1 + day % 28, hour);
      overview.hours.push_back({name, {50, 5, 1, {}}});
    }
  }
  return overview;
}

TEST(ReportPage, StaysSmallWhateverWasCounted) {
  const tally::Overview overview = huge();
  const std::string page = html(overview, nullptr);
  EXPECT_LT(page.size(), 2'000'000u);
  EXPECT_TRUE(page.find("more: see the JSON") != std::string::npos);
  EXPECT_TRUE(page.find("by week, in UTC") != std::string::npos) << "12,000 hours are no 12,000 bars";
  EXPECT_LT(markdown(overview, nullptr).size(), 1'000'000u);
}

TEST(ReportPage, LeavesOutColumnsWithoutContent) {
  tally::Overview overview = incident();
  EXPECT_TRUE(html(overview, nullptr).find("<th class=\"left\">weakness, note</th>") != std::string::npos);
  for (tally::KeyRow& key : overview.keys) key.note.clear();
  EXPECT_EQ(html(overview, nullptr).find("<th class=\"left\">weakness, note</th>"), std::string::npos);
}

TEST(ReportPage, DrawsTheHoursInWhichAKeyWasUsed) {
  tally::Overview overview = incident();
  const auto pieces = [&overview] {
    const std::string page = html(overview, nullptr);
    const std::size_t begin = page.find("The hours in which each key was used"), end = page.find("</svg>", begin);
    std::size_t count = 0;
    for (std::size_t at = begin; (at = page.find("class=\"good\"", at)) < end; ++at) ++count;
    return count;
  };
  overview.kid_hours.clear();
  const std::size_t whole = pieces();  // from the first use to the last
  EXPECT_GE(whole, 4u);
  overview.kid_hours = {{"2026-11-24T01", "m2m-8", 1, 0},
                        {"2026-11-26T15", "m2m-8", 1, 0},
                        {"2026-11-26T16", "m2m-8", 1, 0},
                        {"2026-11-26T22", "m2m-8", 0, 1},
                        {"no hour", "m2m-8", 1, 0}};
  EXPECT_EQ(pieces(), whole + 1);  // 15 to 17 and 22 to 23; the first is before any use
}

TEST(ReportPage, SaysWhatIsInferredBetweenSnapshots) {
  tally::Overview overview = incident();
  overview.keys.front().published = {{"archive/", "login", parse_rfc3339("2026-11-20T00:00:00Z"),
                                      *parse_rfc3339("2026-11-22T00:00:00Z"), *parse_rfc3339("2026-11-24T00:00:00Z"),
                                      parse_rfc3339("2026-11-26T00:00:00Z"), 3, 3}};
  const std::string page = markdown(overview, nullptr);
  EXPECT_TRUE(page.find("in snapshots of `login` from 2026-11-22 00:00:00 to 2026-11-24 00:00:00, inferred: published "
                        "after 2026-11-20 00:00:00 and taken out before 2026-11-26 00:00:00") != std::string::npos);
  overview.keys.front().published.front().before.reset();
  EXPECT_TRUE(markdown(overview, nullptr).find("24 00:00:00, inferred: taken out before 2026-11-26") !=
              std::string::npos);
}

TEST(ReportPage, CountsTheRowsThatItLeavesOut) {
  tally::Overview overview = incident();
  for (int i = 0; i < 1234; ++i) overview.algorithms.rows.push_back({"alg-" + std::to_string(i), {0, 1, 0, {}}});
  EXPECT_TRUE(html(overview, nullptr).find("and 1,228 more: see the JSON") !=
              std::string::npos);  // ten of 1,238 are shown
}

TEST(ReportPage, ShowsWhatIsNewSinceTheLastAudit) {
  const Baseline baseline{"last-week.json", week_before()};
  for (const std::string& report : {html(incident(), &baseline), markdown(incident(), &baseline)}) {
    for (const char* part :
         {"Since the last audit", "last-week.json", "+1,358", "new kids", "login-2026", "new replays", "and 128 more"})
      EXPECT_TRUE(report.find(part) != std::string::npos) << part;
  }
  const Baseline same{"same.json", incident()};
  const std::string page = html(incident(), &same);
  EXPECT_TRUE(page.find("Nothing is new") != std::string::npos);
  EXPECT_TRUE(page.find("10 inputs are in both") != std::string::npos);
}

}  // namespace
}  // namespace assay::report
