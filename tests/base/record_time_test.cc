#include "base/record_time.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdio>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

#include "support/random.h"

namespace assay::base {
namespace {

constexpr std::int64_t kNoon = 1795867200;  // 2026-11-28T12:00:00Z

TimeReader reader(std::string_view format, std::string_view zone) {
  Result<TimeReader> made = TimeReader::create(format, zone);
  EXPECT_TRUE(made) << format << " " << zone;
  return made ? *made : TimeReader();
}

TEST(RecordTime, ReadsEveryFormThatNamesItsZone) {
  for (const char* text : {"2026-11-28T12:00:00Z",
                           "2026-11-28t12:00:00z",
                           "2026-11-28 12:00:00Z",
                           "2026-11-28T13:00:00+01:00",
                           "2026-11-28T07:00:00-05:00",
                           "2026-11-28T13:00:00+0100",
                           "2026-11-28T13:00:00+01",
                           "2026-11-28T06:30:00-0530",
                           "2026-11-28T12:00Z",
                           "2026-11-28T14:00+02:00",
                           "2026-11-28 12:00:00 +0000",
                           "2026-11-28 12:00:00 UTC",
                           "2026-11-28T12:00:00Z[UTC]",
                           "2026-11-28T13:00:00+01:00[Europe/Berlin]",
                           "2026-11-28 12:00:00 +0000 UTC",
                           "2026-11-28_12:00:00Z",
                           "20261128T120000Z",
                           "20261128T130000+0100",
                           "20261128120000Z",
                           "2026/11/28 12:00:00 +0000",
                           "28/Nov/2026:12:00:00 +0000",
                           "28/Nov/2026:15:00:00 +0300",
                           "[28/Nov/2026:12:00:00 +0000]",
                           "28/Nov/2026 12:00:00 GMT",
                           "28-Nov-2026 12:00:00 UTC",
                           "Nov 28 2026 12:00:00 UTC",
                           "Nov 28, 2026 12:00:00 PM UTC",
                           "Nov 28, 2026, 1:00:00 PM CET",
                           "Sat Nov 28 12:00:00 2026 GMT",
                           "Sat Nov 28 13:00:00 CET 2026",
                           "Sat Nov 28 12:00:00 +0000 2026",
                           "Sat Nov 28 07:00:00 EST 2026",
                           "Sat Nov 28 2026 13:00:00 GMT+0100 (Central European Standard Time)",
                           "Sat, 28 Nov 2026 12:00:00 +0000",
                           "Sat, 28 Nov 2026 12:00:00 GMT",
                           "Sat, 28 Nov 2026 13:00:00 +0100 (CET)",
                           "28 Nov 2026 12:00:00 +0000",
                           "Saturday, 28-Nov-26 12:00:00 GMT",
                           "saturday, 28 november 2026 12:00:00 gmt",
                           "1795867200",
                           "1795867200000",
                           "1795867200000000",
                           "1795867200000000000",
                           "/Date(1795867200000)/",
                           "/Date(1795867200000+0100)/",
                           "@400000006b0ac24a00000000",
                           " 2026-11-28T12:00:00Z "}) {
    const TimeReading reading = TimeReader().read(text);
    EXPECT_EQ(reading.at, (Instant{kNoon, 0})) << text << " " << static_cast<int>(reading.fault);
  }
}

TEST(RecordTime, ReadsFractionsBehindPointAndComma) {
  for (const auto& [text, nanoseconds] : {std::pair{"2026-11-28T12:00:00.5Z", 500000000u},
                                          {"2026-11-28T12:00:00,123+00:00", 123000000u},
                                          {"2026-11-28T12:00:00.0000001Z", 100u},
                                          {"2026-11-28T12:00:00.123456789Z", 123456789u},
                                          {"2026-11-28T12:00:00.1234567899Z", 123456789u},
                                          {"2026-11-28 12:00:00,123 +0000", 123000000u},
                                          {"28/Nov/2026:12:00:00.266 +0000", 266000000u},
                                          {"20261128T120000.25Z", 250000000u},
                                          {"1795867200.25", 250000000u},
                                          {"1795867200250", 250000000u},
                                          {"/Date(1795867200250)/", 250000000u},
                                          {"@400000006b0ac24a0ee6b280", 250000000u},
                                          {"Sat Nov 28 12:00:00.123456 2026 UTC", 123456000u}}) {
    EXPECT_EQ(TimeReader().read(text).at, (Instant{kNoon, nanoseconds})) << text;
  }
  EXPECT_EQ(TimeReader().read("/Date(-1500)/").at, (Instant{-2, 500000000}));
}

TEST(RecordTime, AsksForTheZoneOfATimeThatNamesNone) {
  for (const char* text :
       {"2026-11-28T12:00:00", "2026-11-28 12:00:00", "2026-11-28 12:00:00,000", "2026-11-28T12:00", "20261128T120000",
        "20261128120000", "2026/11/28 12:00:00", "28/Nov/2026:12:00:00.000", "28/Nov/2026:12:00:00",
        "28/Nov/2026 12:00:00", "28-Nov-2026 12:00:00.000", "Nov 28 2026 12:00:00", "Sat Nov 28 12:00:00.000000 2026",
        "Sat Nov 28 12:00:00 2026", "Sat Nov 28 12:00:00 CST 2026", "28 Nov 2026 12:00:00.000", "2026-11-28\t12:00:00",
        "Nov 28, 2026 12:00:00 PM", "2026-11-28 12:00:00 IST"}) {
    const TimeReading reading = TimeReader().read(text);
    EXPECT_FALSE(reading.at) << text;
    EXPECT_EQ(reading.fault, TimeFault::no_zone) << text;
    EXPECT_EQ(reader("", "UTC").read(text).at, (Instant{kNoon, 0})) << text;
    EXPECT_EQ(reader("", "+02:00").read(text).at, (Instant{kNoon - 7200, 0})) << text;
  }
  // A zone in the text goes before the one that is told.
  EXPECT_EQ(reader("", "-08:00").read("2026-11-28T12:00:00Z").at, (Instant{kNoon, 0}));
  EXPECT_EQ(reader("", "-08:00").read("1795867200").at, (Instant{kNoon, 0}));
}

TEST(RecordTime, ReadsNoTimeWithoutAYear) {
  for (const char* text : {"Nov 28 12:00:00", "Nov  8 12:00:00", "Nov 08 12:00:00", "I1128 12:00:00.123456"}) {
    EXPECT_EQ(TimeReader().read(text).fault, TimeFault::no_year) << text;
    EXPECT_EQ(reader("", "UTC").read(text).fault, TimeFault::no_year) << text;
  }
}

TEST(RecordTime, ReadsNoTimeThatDoesNotExist) {
  for (const char* text : {"2026-02-30T12:00:00Z",      "2026-02-29 12:00:00,123",      "1900-02-29T00:00:00Z",
                           "2026-13-01T00:00:00Z",      "2026-00-01T00:00:00Z",         "2026-01-32T00:00:00Z",
                           "2026-01-01T24:00:00Z",      "2026-01-01T25:00:00Z",         "2026-01-01T00:60:00Z",
                           "2026-01-01T00:00:61Z",      "2026-11-28T12:00:00+0160",     "2026-11-28T12:00:00+01:60",
                           "2026-11-28T12:00:00+2400",  "30/Feb/2026:12:00:00 +0000",   "28/Nov/2026:24:00:00 +0000",
                           "Feb 30 2026 12:00:00",      "Nov 28, 2026 13:00:00 PM UTC", "1990-12-31T22:59:60Z",
                           "@000000006b0ac24a00000000", "Sat, 31 Nov 2026 12:00:00 GMT"}) {
    const TimeReading reading = TimeReader().read(text);
    EXPECT_FALSE(reading.at) << text;
    EXPECT_EQ(reading.fault, TimeFault::impossible) << text;
  }
  EXPECT_EQ(TimeReader().read("1990-12-31 15:59:60 -0800").at, TimeReader().read("1991-01-01T00:00:00Z").at);
  EXPECT_TRUE(TimeReader().read("2028-02-29 12:00:00Z").at);
}

TEST(RecordTime, ReadsNothingElse) {
  for (const char* text : {"",
                           "-",
                           "soon",
                           "now",
                           "null",
                           "12:00:00",
                           "2026-11-28",
                           "11/28/2026 12:00:00 PM",
                           "11/28/2026 12:00:00",
                           "28/11/2026 12:00:00",
                           "2026-11-28T12:00:00Zx",
                           "x2026-11-28T12:00:00Z",
                           "2026-11-28T12:00:00.Z",
                           "2026-11-28T12:00:00+1",
                           "2026-11-28T12:00:00+010",
                           "2026-11-28T12:00:00 PM",
                           "2026-11-28 1:00:00 pm",
                           "Fog 28 12:00:00 2026",
                           "Novem 28 12:00:00",
                           "26-11-28T12:00:00Z",
                           "1e9",
                           "0x1",
                           "/Date()/",
                           "/Date(x)/",
                           "/Date(1.5)/",
                           "@40000000",
                           "@4000000068zzzzzz00000000",
                           "2026-11-28T12:00:00Z[UTC",
                           "X1128 12:00:00",
                           "2026-11-28T12:00:00 Europe/Berlin"}) {
    for (const TimeReader& times : {TimeReader(), reader("", "UTC")}) {
      const TimeReading reading = times.read(text);
      EXPECT_FALSE(reading.at) << text;
      EXPECT_EQ(reading.fault, TimeFault::unreadable) << text;
    }
  }
}

TEST(RecordTime, ReadsAFormThatIsTold) {
  for (const auto& [format, text] : {std::pair{"%m/%d/%Y %I:%M:%S %p %z", "11/28/2026 12:00:00 PM +0000"},
                                     {"%d.%m.%Y %T%z", "28.11.2026 12:00:00Z"},
                                     {"%d.%m.%y %H:%M:%S,%f %Z", "28.11.26 12:00:00,000 UTC"},
                                     {"%F %R %z", "2026-11-28 12:00 +0000"},
                                     {"%D %T %z", "11/28/26 12:00:00 GMT"},
                                     {"%A, %e %B %Y, %H h %z", "Saturday, 28 November 2026, 12 h UTC"},
                                     {"t=%s", "t=1795867200"},
                                     {"100%% %s", "100% 1795867200"},
                                     {"%Y-%m-%dT%T.%LZ%z", "2026-11-28T12:00:00.000Z+00:00"}}) {
    EXPECT_EQ(reader(format, "").read(text).at, (Instant{kNoon, 0})) << format;
  }
  const TimeReader american = reader("%m/%d/%Y %I:%M:%S %p", "+01:00");
  EXPECT_EQ(american.read("11/28/2026 1:00:00 PM").at, (Instant{kNoon, 0}));
  EXPECT_EQ(american.read("11/28/2026 12:00:00 AM").at, (Instant{kNoon - 13 * 3600, 0}));
  EXPECT_EQ(american.read("28/11/2026 1:00:00 PM").fault, TimeFault::impossible);
  EXPECT_EQ(american.read("2026-11-28T12:00:00Z").fault, TimeFault::unreadable);
  EXPECT_EQ(reader("%m/%d/%Y %T", "").read("11/28/2026 12:00:00").fault, TimeFault::no_zone);
  EXPECT_EQ(american.forms(), "text of the form %m/%d/%Y %I:%M:%S %p");
}

TEST(RecordTime, RefusesFormatsThatNameNoMoment) {
  for (const char* format :
       {"%b %e %T", "%Y-%m-%d", "%Y %T", "%T", "%Y-%m-%d %H:%Q", "%Y-%m-%d %T %", "text", "%m/%d/%Y %I:%M"}) {
    const Result<TimeReader> made = TimeReader::create(format, "");
    ASSERT_FALSE(made) << format;
    EXPECT_EQ(made.error().field, "time_format");
    EXPECT_NE(made.error().message.find(format), std::string::npos);
  }
}

TEST(RecordTime, TakesOffsetsAndNamedZones) {
  for (const auto& [zone, east] : {std::pair{"UTC", 0},
                                   {"Z", 0},
                                   {"GMT", 0},
                                   {"+00:00", 0},
                                   {"+05:30", 19800},
                                   {"-0800", -28800},
                                   {"+14", 50400}}) {
    EXPECT_EQ(reader("", zone).read("2026-11-28 12:00:00").at, (Instant{kNoon - east, 0})) << zone;
  }
  EXPECT_EQ(reader("", "Europe/Berlin").read("2026-11-28 13:00:00").at, (Instant{kNoon, 0}));
  EXPECT_EQ(reader("", "Europe/Berlin").read("2026-07-28 14:00:00").at, TimeReader().read("2026-07-28T12:00:00Z").at);
  for (const char* zone : {"Europe/Berln", "local", "5", "+5", "+0160", "+25:00", "UTC+1", "+01:00 x", "x"}) {
    const Result<TimeReader> made = TimeReader::create("", zone);
    ASSERT_FALSE(made) << zone;
    EXPECT_EQ(made.error().field, "time_zone");
  }
}

TEST(RecordTime, TellsTheRepeatedAndTheSkippedHour) {
  const TimeReader berlin = reader("", "Europe/Berlin");
  const TimeReading repeated = berlin.read("2026-10-25 02:30:00");
  EXPECT_EQ(repeated.at, TimeReader().read("2026-10-25T02:30:00+02:00").at);
  EXPECT_TRUE(repeated.repeated);
  EXPECT_FALSE(repeated.skipped);
  const TimeReading skipped = berlin.read("2026-03-29 02:30:00");
  EXPECT_EQ(skipped.at, TimeReader().read("2026-03-29T02:30:00+01:00").at);
  EXPECT_TRUE(skipped.skipped);
  // A zone in the text leaves nothing open.
  EXPECT_FALSE(berlin.read("2026-10-25 02:30:00 +0100").repeated);
}

TEST(RecordTime, TakesTheYearFromAWindow) {
  const auto day = [](std::string_view text) { return TimeReader().read(text).at->seconds / 86400; };
  TimeReader times = reader("", "UTC");
  times.set_year({day("2026-06-01T00:00:00Z")});
  for (const auto& [text, same] : {std::pair{"Nov 28 12:00:00", "2026-11-28T12:00:00Z"},
                                   {"Jun  1 00:00:00", "2026-06-01T00:00:00Z"},
                                   {"May 31 23:59:59", "2027-05-31T23:59:59Z"},
                                   {"Jan 01 00:00:00", "2027-01-01T00:00:00Z"},
                                   {"W1128 12:00:00.5", "2026-11-28T12:00:00.5Z"},
                                   {"Nov 28 2020 12:00:00", "2020-11-28T12:00:00Z"}}) {
    EXPECT_EQ(times.read(text).at, TimeReader().read(same).at) << text;
  }
  EXPECT_EQ(times.read("Feb 29 12:00:00").fault, TimeFault::impossible);
  times.set_year({day("2027-06-01T00:00:00Z")});
  EXPECT_EQ(times.read("Feb 29 12:00:00").at, TimeReader().read("2028-02-29T12:00:00Z").at);
  EXPECT_EQ(reader("", "").read("Nov 28 12:00:00").fault, TimeFault::no_year);
}

TEST(RecordTime, ReadsTheTimeThatATextBeginsWith) {
  for (const auto& [text, size] : {std::pair{"2026-11-28T12:00:00Z stdout F text", 20u},
                                   {"2026-11-28T12:00:00.000000Z", 27u},
                                   {"2026-11-28 12:00:00,000 +0000 [main] INFO", 29u},
                                   {"2026-11-28 13:00:00.000 CET [7] LOG:  text", 27u},
                                   {"2026/11/28 12:00:00 +0000: text", 25u},
                                   {"28/Nov/2026:12:00:00 +0000] \"GET", 26u},
                                   {"Sat Nov 28 12:00:00 2026 GMT] [auth:error]", 28u},
                                   {"Sat, 28 Nov 2026 12:00:00 +0000 text", 31u},
                                   {"1795867200.000    200 192.0.2.7 TCP_MISS/200", 14u},
                                   {"@400000006b0ac24a00000000 text", 25u},
                                   {"/Date(1795867200000)/ text", 21u}}) {
    const auto prefix = TimeReader().read_prefix(text);
    ASSERT_TRUE(prefix) << text;
    EXPECT_EQ(prefix->size, size) << text;
    EXPECT_EQ(prefix->reading.at, (Instant{kNoon, 0})) << text;
    // The same with the form that was found, and with only a part of the text.
    const auto again = TimeReader().read_prefix(text, prefix->form);
    ASSERT_TRUE(again) << text;
    EXPECT_EQ(again->size, size) << text;
    EXPECT_EQ(again->reading.at, prefix->reading.at);
    EXPECT_EQ(TimeReader().read(std::string_view(text).substr(0, size)).at, (Instant{kNoon, 0})) << text;
  }
}

// The patterns are the definition of the fast reader, which may leave a text to them.
TEST(RecordTime, ReadsFrequentFormsAsThePatternsDo) {
  auto random = test::StructuredRandom::announced("RecordTime.ReadsFrequentForms");
  const TimeReader by_pattern = reader("%d/%b/%Y:%H:%M:%S %z", "");
  const std::optional<TimeReader::Prefix> example = TimeReader().read_prefix("28/Nov/2026:12:00:00 +0000");
  ASSERT_TRUE(example);
  constexpr std::string_view kMonths[] = {"Jan", "feb", "Mar", "Apr", "May", "Jun", "jul",
                                          "Aug", "Sep", "Oct", "Nov", "Dec", "Foo", "Arp"};
  constexpr std::string_view kBytes = "0123456789/: +-ZaN\xFF";
  std::size_t read = 0;
  for (int round = 0; round < 200000; ++round) {
    char text[40];
    std::snprintf(text, sizeof text, "%02u/%s/%04u:%02u:%02u:%02u %c%02u%02u", unsigned(random.below(33)),
                  std::string(kMonths[random.below(std::size(kMonths))]).c_str(), unsigned(1890 + random.below(400)),
                  unsigned(random.below(25)), unsigned(random.below(61)), unsigned(random.below(61)),
                  random.one_in(2) ? '+' : '-', unsigned(random.below(25)), unsigned(random.below(61)));
    std::string changed = text;
    if (random.one_in(3)) changed[random.below(changed.size())] = kBytes[random.below(kBytes.size())];
    Instant at;
    if (TimeReader::read_frequent(changed, example->form, at) == 0) continue;
    ++read;
    EXPECT_EQ(by_pattern.read(changed).at, at) << changed;
  }
  EXPECT_GT(read, 50000u);
  // Every day is read.
  for (int day = 0; day < 366 * 5; ++day) {
    const std::chrono::sys_days midnight{std::chrono::days(20000 + day)};
    const std::chrono::year_month_day date(midnight);
    char text[40];
    std::snprintf(text, sizeof text, "%02u/%s/%04d:23:59:59 -0030", unsigned(date.day()),
                  std::string(kMonths[unsigned(date.month()) - 1]).c_str(), int(date.year()));
    Instant at;
    EXPECT_EQ(TimeReader::read_frequent(text, example->form, at), 26u) << text;
    EXPECT_EQ(at.seconds, (20000 + day) * std::int64_t{86400} + 86399 + 1800) << text;
  }
}

TEST(RecordTime, TakesNoWordOfTheMessageForAZone) {
  const TimeReader times = reader("", "UTC");
  for (const char* text :
       {"2026-11-28 12:00:00 INFO text", "2026-11-28 12:00:00 WARN [main]", "2026-11-28 12:00:00: text",
        "2026-11-28 12:00:00 [Europe/Berlin] text", "2026-11-28 12:00:00, text"}) {
    const auto prefix = times.read_prefix(text);
    ASSERT_TRUE(prefix) << text;
    EXPECT_EQ(prefix->size, 19u) << text;
    EXPECT_EQ(prefix->reading.at, (Instant{kNoon, 0})) << text;
  }
  // Learnt without a zone, the form never reads one.
  const auto learnt = times.read_prefix("2026-11-28 12:00:00 text");
  ASSERT_TRUE(learnt);
  const auto attacked = times.read_prefix("2026-11-28 12:00:00 +0900 text", learnt->form);
  ASSERT_TRUE(attacked);
  EXPECT_EQ(attacked->reading.at, (Instant{kNoon, 0}));
}

TEST(RecordTime, FindsNoTimeInOtherBeginnings) {
  for (const char* text :
       {"", " ", "text", "at 2026-11-28T12:00:00Z", "2026-11-28", "2026-11-28T12:00:00x", "12345 text", "192.0.2.7 - -",
        "/Date(x)/ text", "@4000 text", "{\"time\":1}", "2026-11-28 12:00:001 text"}) {
    EXPECT_FALSE(TimeReader().read_prefix(text)) << text;
  }
  EXPECT_EQ(TimeReader().read_prefix("2026-02-30 12:00:00Z text")->reading.fault, TimeFault::impossible);
}

TEST(RecordTime, NamesTheFormOfATime) {
  for (const auto& [text, pattern] : {std::pair{"28/Nov/2026:12:00:00 +0000", "%d/%b/%Y:%H:%M:%S %z"},
                                      {"2026-11-28T12:00:00Z", "%Y-%m-%dT%H:%M:%S%z"},
                                      {"2026-11-28 12:00:00,123 INFO", "%Y-%m-%d %H:%M:%S"},
                                      {"1795867200000 x", "Unix time in ms"}}) {
    const auto prefix = TimeReader().read_prefix(text);
    ASSERT_TRUE(prefix) << text;
    EXPECT_EQ(TimeReader().pattern_of(prefix->form, std::string_view(text).substr(0, prefix->size)), pattern);
  }
}

}  // namespace
}  // namespace assay::base
