#include "log/learn.h"

#include <gtest/gtest.h>

#include <string>

#include "log/support.h"

namespace assay::log {
namespace {

Learnt learnt(std::string_view text, const LearnOptions& options = {}) {
  Result<Learnt> result = learn(text, options);
  EXPECT_TRUE(result) << text;
  return result ? *result : Learnt{};
}

std::string read(const Learnt& found, std::string_view line) {
  base::Arena arena;
  return summary(found.format->read(line, arena), line);
}

LearnOptions in_zone(const char* zone) {
  LearnOptions options;
  options.zone = *base::Zone::find(zone);
  return options;
}

LearnOptions in_year(int year) {
  LearnOptions options = in_zone("UTC");
  options.year = year;
  return options;
}

TEST(Learn, MakesSomethingOfAnyFile) {
  for (const char* text : {"",
                           "\n",
                           "\n\n  \n",
                           "text",
                           "text without a time\nand more\n",
                           "{",
                           "[",
                           "{}",
                           "[]",
                           "#",
                           "#Fields:",
                           "\xff\xfe\x00",
                           "\"",
                           "<34>",
                           "2026-11-28",
                           "\x1b",
                           "\x1b[",
                           "\x1b\x1b[0m[0m",
                           "[pod/",
                           "a | ",
                           "[GIN] ",
                           "a b c",
                           "[x",
                           "- "}) {
    const Learnt found = learnt(text);
    ASSERT_NE(found.format, nullptr) << text;
    EXPECT_EQ(found.time_place, "") << text;
    EXPECT_FALSE(found.needs_zone) << text;
    EXPECT_FALSE(found.format->needs_year()) << text;
    EXPECT_EQ(read(found, "2026-11-28T12:00:00Z GET /?t=x"), "none") << text;
  }
  EXPECT_EQ(learnt("text\n").format_name, "unknown");
  EXPECT_EQ(learnt("").looked_at, 0u);
}

TEST(Learn, RefusesOptionsThatCannotBeRead) {
  LearnOptions pointer;
  pointer.time_field = "time";
  EXPECT_EQ(learn("{}", pointer).error().field, "time_field");
  LearnOptions format;
  format.time_format = "%H:%M";
  EXPECT_EQ(learn("{}", format).error().field, "time_format");
}

TEST(Learn, AsksForTheZoneOfTimesWithoutOne) {
  for (const char* text :
       {"2026-11-28 12:00:00,123 [main] WARN c.e.Auth - text\n", "2026/11/28 12:00:00 [error] 31#31: text\n",
        "[Sat Nov 28 12:00:00 2026] [error] text\n", "{\"time\":\"2026-11-28 12:00:00\"}\n",
        "ts=\"2026-11-28 12:00:00\" level=info\n", "[2026-11-28 12:00:00] text\n"}) {
    const Learnt found = learnt(text);
    EXPECT_TRUE(found.needs_zone) << text;
    EXPECT_TRUE(found.format->needs_zone()) << text;
    EXPECT_EQ(found.zone, "") << text;
    EXPECT_NE(found.time_example, "") << text;
    EXPECT_EQ(found.time_read, "") << text;
    const Learnt told = learnt(text, in_zone("Europe/Berlin"));
    EXPECT_FALSE(told.needs_zone) << text;
    EXPECT_EQ(told.zone, "Europe/Berlin") << text;
    EXPECT_TRUE(told.time_read.starts_with("2026-11-28T11:00:00")) << told.time_read;
  }
  for (const char* text :
       {"2026-11-28T12:00:00Z text\n", "{\"ts\":1795867200}\n", "#Fields: date time\n2026-11-28 12:00:00\n"}) {
    EXPECT_FALSE(learnt(text).needs_zone) << text;
    EXPECT_EQ(learnt(text, in_zone("Europe/Berlin")).time_read, "2026-11-28T12:00:00Z") << text;
  }
}

TEST(Learn, TellsTheRepeatedAndTheSkippedHour) {
  const std::string first = "2026-01-01 12:00:00 [main] INFO text\n";
  const Learnt berlin = learnt(first, in_zone("Europe/Berlin")), york = learnt(first, in_zone("America/New_York"));
  EXPECT_EQ(read(berlin, "2026-03-29 01:59:59 [main] INFO text"), "2026-03-29T00:59:59Z text[text]");
  EXPECT_EQ(read(berlin, "2026-03-29 02:30:00 [main] INFO text"), "2026-03-29T01:30:00Z skipped text[text]");
  EXPECT_EQ(read(berlin, "2026-03-29 03:00:00 [main] INFO text"), "2026-03-29T01:00:00Z text[text]");
  EXPECT_EQ(read(berlin, "2026-10-25 02:30:00 [main] INFO text"), "2026-10-25T00:30:00Z repeated text[text]");
  EXPECT_EQ(read(berlin, "2026-10-25 03:00:00 [main] INFO text"), "2026-10-25T02:00:00Z text[text]");
  EXPECT_EQ(read(york, "2026-03-08 02:30:00 [main] INFO text"), "2026-03-08T07:30:00Z skipped text[text]");
  EXPECT_EQ(read(york, "2026-11-01 01:30:00 [main] INFO text"), "2026-11-01T05:30:00Z repeated text[text]");
  EXPECT_EQ(read(york, "2026-11-01 02:00:00 [main] INFO text"), "2026-11-01T07:00:00Z text[text]");
}

TEST(Learn, TakesTheYearFromTheFlagFirst) {
  LearnOptions options = in_year(2026);
  options.file_name = "messages-20201231";
  options.modified = parse_rfc3339("2019-12-31T00:00:00Z");
  const Learnt found = learnt("Dec 30 12:00:00 host app: text\n", options);
  EXPECT_EQ(found.year_source, YearSource::flag);
  EXPECT_EQ(to_string(found.year_source), "flag");
  EXPECT_EQ(found.time_read, "2026-12-30T12:00:00Z");
  // The flag means the first line; the year turns behind it.
  EXPECT_EQ(read(found, "Dec 31 23:59:59 host app: text"), "2026-12-31T23:59:59Z");
  EXPECT_EQ(read(found, "Jan  1 00:00:00 host app: text"), "2027-01-01T00:00:00Z");
  EXPECT_EQ(read(found, "Dec 29 12:00:00 host app: text"), "2026-12-29T12:00:00Z");
  // Lines that come a little late at the turn are of the old year.
  EXPECT_EQ(read(learnt("Jan  1 00:00:00 host app: text\n", in_year(2027)), "Dec 31 23:59:59 host app: text"),
            "2026-12-31T23:59:59Z");
}

TEST(Learn, TakesTheYearFromTheNameOfTheFile) {
  struct Case {
    const char* name;
    const char* line;
    const char* time;
  };
  for (const Case& c : {Case{"app.log.2026-11-24", "Nov 24 12:00:00", "2026-11-24T12:00:00Z"},
                        {"messages-20270103.gz", "Dec 31 12:00:00", "2026-12-31T12:00:00Z"},
                        {"messages-20270103.gz", "Jan  2 12:00:00", "2027-01-02T12:00:00Z"},
                        {"app_20261231T235959.log", "Jan  1 12:00:00", "2027-01-01T12:00:00Z"},
                        {"20261231235959.log", "Dec 31 12:00:00", "2026-12-31T12:00:00Z"},
                        {"auth-2026-12.log", "Dec 31 12:00:00", "2026-12-31T12:00:00Z"},
                        {"auth.2031.log", "Feb  1 12:00:00", "2031-02-01T12:00:00Z"},
                        {"/var/log/2026/11/28/syslog", "Nov 28 12:00:00", "2026-11-28T12:00:00Z"},
                        {"/srv/2020/app-2026-11-24.log", "Nov 24 12:00:00", "2026-11-24T12:00:00Z"},
                        {"port8080-2026-11-24.log", "Nov 24 12:00:00", "2026-11-24T12:00:00Z"}}) {
    LearnOptions options = in_zone("UTC");
    options.file_name = c.name;
    options.modified = parse_rfc3339("2031-06-01T00:00:00Z");
    const Learnt found = learnt(std::string(c.line) + " host app: text\n", options);
    EXPECT_EQ(found.year_source, YearSource::file_name) << c.name;
    EXPECT_EQ(found.time_read, c.time) << c.name;
  }
}

TEST(Learn, TakesANumberThatIsFarFromTheTimeOfModificationForTheNameOfAServer) {
  LearnOptions options = in_zone("UTC");
  options.modified = parse_rfc3339("2026-12-01T00:00:00Z");
  for (const auto& [name, year] :
       {std::pair("srv-2022.log", "2026"), {"app-2026.log", "2026"}, {"app-2025.log", "2025"}}) {
    options.file_name = name;
    EXPECT_EQ(learnt("Nov 28 12:00:00 host app: x\n", options).time_read, std::string(year) + "-11-28T12:00:00Z")
        << name;
  }
}

TEST(Learn, IsNotMisledByALineThatWasCut) {
  std::string cri, envoy;
  for (int i = 0; i < 20; ++i) {
    cri += "2026-11-28T12:00:00Z stdout P part\n2026-11-28T12:00:00Z stdout F rest\n";
    envoy +=
        "[2026-11-28T12:00:00.310Z] \"GET /x HTTP/2\" 200 - 0 12 3 2 \"192.0.2.7\" \"app\" \"id\" \"host\" "
        "\"10.0.0.1:80\"\n";
  }
  const std::string torn = "2026-11-28T12:00:00.9Z stdo2026-11-28T12:00:01.9Z stdout F x\n";
  EXPECT_EQ(learnt(cri + torn).format->joining(), Joining::cri);
  const std::string odd =
      "[2026-11-28T12:00:00.310Z] \"GET /x HTTP/2\" 200 - 0 12 3 2 \"192.0.2.7\" \"a\" b\" \"id\" \"host\" "
      "\"10.0.0.1:80\"\n";
  EXPECT_EQ(learnt(odd + envoy).format_name, "Envoy");
}

TEST(Format, TellsWhichLinesMayContinueARecord) {
  const Learnt text = learnt("2026-11-28 12:00:00,123 [main] WARN c.e.Auth - rejected\n", in_zone("UTC"));
  const Learnt access =
      learnt("192.0.2.7 - - [28/Nov/2026:12:00:00 +0000] \"GET / HTTP/1.1\" 200 12 \"-\" \"curl/8\"\n");
  for (const char* line : {"", "\tat c.e.Auth.check(Auth.java:8)", "java.lang.Exception: rejected", "12 more",
                           "  more text", "\tat x(Y.java:88)", "libx.so.1.2.3 17:4 -> ab12-3456-7890"}) {
    EXPECT_TRUE(text.format->may_continue(line)) << line;
    EXPECT_FALSE(access.format->may_continue(line)) << line;
  }
  for (const char* line :
       {"2026/11/28 18:00:00 [error] 31#31: x", "Nov 28 18:00:00 host x", "28/Nov/2026:18:00:00 +0000 x",
        "[2026-11-28T18:00:00Z] x", "<34>Nov 28 18:00:00 x", "ts=2026-11-28T18:00:00Z x", "  {\"a\":1}",
        "WARN 2026-11-28T20:00:00Z x", "level=warn ts=1796040000.5 x", "web_1 | 20261128T120000Z x", "28.11.2026 x",
        "11/28/2026 x", "host1 app: 1796040000123", "{\"a\":1}"}) {
    EXPECT_FALSE(text.format->may_continue(line)) << line;
  }
}

TEST(Learn, TakesTheYearFromTheTimeOfModificationLast) {
  for (const char* name :
       {"", "syslog", "app-1.log", "10.0.0.1.log", "app-99999999.log", "build-123456.log", "1234.log"}) {
    LearnOptions options = in_zone("UTC");
    options.file_name = name;
    options.modified = parse_rfc3339("2027-01-02T12:00:00Z");
    const Learnt found = learnt("Dec 30 12:00:00 host app: text\n", options);
    EXPECT_EQ(found.year_source, YearSource::modification_time) << name;
    EXPECT_EQ(found.time_read, "2026-12-30T12:00:00Z") << name;
    EXPECT_EQ(read(found, "Jan  2 12:00:00 host app: text"), "2027-01-02T12:00:00Z");
    EXPECT_EQ(read(found, "Jan  3 11:00:00 host app: text"), "2027-01-03T11:00:00Z");
    EXPECT_EQ(read(found, "Feb  2 12:00:00 host app: text"), "2026-02-02T12:00:00Z");
  }
  const Learnt found = learnt("Dec 30 12:00:00 host app: text\n", in_zone("UTC"));
  EXPECT_EQ(found.year_source, YearSource::none);
  EXPECT_TRUE(found.format->needs_year());
  EXPECT_EQ(read(found, "Dec 30 12:00:00 host app: text"), "no year 'Dec 30 12:00:00'");
  // A time with a year asks nobody.
  EXPECT_EQ(learnt("2026-12-30T12:00:00Z text\n", in_year(2020)).year_source, YearSource::none);
}

TEST(Learn, ReadsTheTimeFieldThatIsTold) {
  LearnOptions options;
  options.time_field = "/meta/at";
  const Learnt found =
      learnt("{\"time\":\"2020-01-01T00:00:00Z\",\"meta\":{\"at\":\"2026-11-28T12:00:00Z\"}}\n", options);
  EXPECT_EQ(found.time_place, "/meta/at");
  EXPECT_EQ(found.time_read, "2026-11-28T12:00:00Z");
  EXPECT_EQ(read(found, R"({"time":"2020-01-01T00:00:00Z"})"), "none");
  EXPECT_EQ(read(found, R"({"meta":{"at":["2020-01-01T00:00:00Z"]}})"), "none");
  // It goes on into a string that holds JSON, as Docker writes it.
  options.time_field = "/log/time";
  const Learnt docker =
      learnt(R"({"log":"{\"time\":\"2026-11-28T12:00:00Z\"}\n","stream":"stdout","time":"2026-11-28T12:00:01Z"})"
             "\n",
             options);
  EXPECT_EQ(docker.time_place, "/log/time");
  EXPECT_EQ(docker.time_read, "2026-11-28T12:00:00Z");
}

TEST(Learn, ReadsUsDatesOnlyWhenToldTo) {
  const std::string text = "11/28/2026 12:00:00 PM text\n11/29/2026 01:00:00 AM text\n";
  EXPECT_EQ(learnt(text, in_zone("UTC")).format_name, "unknown");
  LearnOptions options = in_zone("UTC");
  options.time_format = "%m/%d/%Y %I:%M:%S %p";
  const Learnt found = learnt(text, options);
  EXPECT_EQ(found.time_place, "start of the line");
  EXPECT_EQ(found.time_form, options.time_format);
  EXPECT_EQ(found.zone, "UTC");
  EXPECT_EQ(found.understood, 2u);
  EXPECT_EQ(read(found, "11/29/2026 01:00:00 AM text"), "2026-11-29T01:00:00Z");
  EXPECT_EQ(read(found, "2026-11-28T12:00:00Z text"), "none");
}

TEST(Learn, TakesNoZoneFromAFewMessages) {
  std::string text = "2026-11-28 12:00:00 +0900 is what a client wrote\n";
  for (int i = 1; i < 10; ++i) text += "2026-11-28 12:00:0" + std::to_string(i) + " text\n";
  const Learnt found = learnt(text, in_zone("UTC"));
  EXPECT_EQ(found.time_form, "%Y-%m-%d %H:%M:%S");
  EXPECT_EQ(read(found, "2026-11-28 12:00:00 +0900 is what a client wrote"), "2026-11-28T12:00:00Z");
}

TEST(Learn, FindsRecordsAmongOtherLines) {
  const std::string record = "{\"time\":\"2026-11-28T12:00:00Z\",\"msg\":\"text\"}\n";
  const std::string trace =
      "java.lang.Exception: text\n\tat c.e.Auth.check(Auth.java:7)\n\tat c.e.Main.main(Main.java:7)\n";
  EXPECT_EQ(learnt(record + trace + record + trace).time_place, "/time");
  // Text with times that holds a record now and then.
  const std::string text = "2026-11-28T12:00:00Z text\n";
  EXPECT_EQ(learnt(text + text + record + text + text).time_place, "start of the line");
}

// Texts of clients may hold line breaks, so a few lines that begin with a time are no format of their own.
TEST(Learn, TakesAFewLinesForNoFormatOfTheirOwn) {
  const std::string own = "2026-11-28T12:00:00Z text\n", other = "Jan  1 00:00:00 text\n";
  std::string text = other + other;
  for (int i = 0; i < 30; ++i) text += own;
  EXPECT_EQ(read(learnt(text, in_year(2026)), "Jan  1 00:00:00 text"), "none");
  const Learnt both = learnt(own + other + own + other, in_year(2026));
  EXPECT_EQ(both.understood, 4u);
  EXPECT_EQ(both.time_place, "start of the line");
}

TEST(Learn, BeginsBehindAByteOrderMark) {
  EXPECT_EQ(learnt("\xEF\xBB\xBF#Fields: date time\r\n2026-11-28 12:00:00\r\n").time_read, "2026-11-28T12:00:00Z");
  EXPECT_EQ(read(learnt("#Fields: date time sc-status\r\n2026-11-28 12:00:00 200\r\n"), "2026-11-28 12:00:00 404\r"),
            "2026-11-28T12:00:00Z status=404");
}

TEST(Learn, CountsWhatItUnderstood) {
  const Learnt found = learnt(
      "2026-11-28 12:00:00,123 [main] WARN c.e.Auth - text\njava.lang.Exception: text\n\tat "
      "c.e.Auth.check(Auth.java:7)\n"
      "2026-11-28 12:00:01,123 [main] WARN c.e.Auth - text\n2026-11-28 12:0",
      in_zone("UTC"));
  EXPECT_EQ(found.understood, 2u);
  EXPECT_EQ(found.looked_at, 4u);
}

TEST(Learn, ReadsEveryFormOfTimeInItsField) {
  LearnOptions options = in_year(2026);
  for (const char* time : {"2026-11-28T12:00:00Z",
                           "2026-11-28t12:00:00z",
                           "2026-11-28T12:00:00,0+00:00",
                           "2026-11-28T12:00:00+0000",
                           "2026-11-28T12:00:00+00",
                           "2026-11-28T12:00:00",
                           "20261128T120000Z",
                           "2026-11-28 12:00:00,000",
                           "2026/11/28 12:00:00",
                           "28/Nov/2026:12:00:00 +0000",
                           "28/Nov/2026:12:00:00.000",
                           "28/Nov/2026 12:00:00",
                           "Nov 28 12:00:00",
                           "Nov 28 2026 12:00:00",
                           "Sat Nov 28 12:00:00.000000 2026",
                           "Sat Nov 28 13:00:00 CET 2026",
                           "Sat, 28 Nov 2026 12:00:00 +0000",
                           "1795867200",
                           "1795867200.0",
                           "1795867200000",
                           "1795867200000000",
                           "1795867200000000000",
                           "2026-11-28 12:00:00",
                           "I1128 12:00:00.000000",
                           "I20261128 12:00:00.000000",
                           "2026/11/28 - 12:00:00",
                           "@400000006b0ac24a00000000",
                           "/Date(1795867200000)/"}) {
    const std::string line = "{\"time\":\"" + std::string(time) + "\"}";
    EXPECT_EQ(read(learnt(line + "\n", options), line), "2026-11-28T12:00:00Z") << time;
  }
}

TEST(Learn, TakesTheOneAddressOfAMessageForTheClient) {
  const struct {
    const char* message;
    const char* client;
  } rows[] = {
      {"accepted call of 192.0.2.7 with token x", "192.0.2.7"},
      {"client=2001:db8::7 trace=1f", "2001:db8::7"},
      {"from 192.0.2.7:4711, again 192.0.2.7.", "192.0.2.7"},
      {"[from 192.0.2.7]", "192.0.2.7"},
      {"from 192.0.2.7 to 192.0.2.8", ""},
      {"version 1.2.3, at 12:00:00, Foo::bar, dead::beef, 1.2.3.4.5, 1.2.3.256, ::", ""},
      {"order 17 stored", ""},
      {"rejected GET /?x=6.6.6.6", ""},
      {"rejected GET /?x=6.6.6.6 from 192.0.2.7", "192.0.2.7"},
      {"from ::ffff:192.0.2.7", "::ffff:192.0.2.7"},
  };
  for (const auto& [message, client] : rows) {
    const std::string line = std::string("2026-11-28 12:00:00,123 [main] WARN c.e.Auth - ") + message;
    const Learnt found = learnt(line + "\n", in_zone("UTC"));
    base::Arena arena;
    const LineFacts facts = found.format->read(line, arena);
    EXPECT_EQ(facts.client, client) << message;
    ASSERT_EQ(facts.regions.size(), 1u) << message;
    EXPECT_EQ(facts.regions[0].where, Where::text);
    EXPECT_EQ(facts.regions[0].end, line.size());
  }
}

}  // namespace
}  // namespace assay::log
