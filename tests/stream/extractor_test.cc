#include "stream/extractor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <string>
#include <utility>

namespace assay::stream {
namespace {

class ExtractorTest : public testing::Test {
 protected:
  Extracted extract(InputFormat format, std::string_view text, bool at_record = false,
                    std::vector<std::string> carry = {}, bool too_long = false) {
    Extractor extractor({.format = format,
                         .token_field = "/token",
                         .time_field = "/time",
                         .carry = std::move(carry),
                         .at_record = at_record,
                         .line_limit = 99});
    texts_.emplace_back();  // what was extracted before stays valid
    Buffer& buffer = texts_.back();
    buffer.assign(text);
    return extractor.extract({buffer.view(), too_long}, arena_);
  }
  Extracted line(std::string_view text) { return extract(InputFormat::lines, text); }
  Extracted json(std::string_view text, bool at_record = false) {
    return extract(InputFormat::ndjson, text, at_record);
  }

  std::deque<Buffer> texts_;
  base::Arena arena_;
};

TEST_F(ExtractorTest, TrimsLinesAndStripsOneScheme) {
  for (const char* text :
       {"a.b.c", "  a.b.c\t\r", "Bearer a.b.c", "bEARER a.b.c\r", "\tBearer a.b.c ", "DPoP a.b.c", "jwt a.b.c"}) {
    EXPECT_EQ(line(text).token, "a.b.c") << text;
    EXPECT_FALSE(line(text).refused) << text;
  }
}

TEST_F(ExtractorTest, TellsALineWithoutToken) {
  for (const char* text : {"", " ", "\r", "Bearer ", " bearer \r"}) {
    EXPECT_EQ(line(text).refused, Reason::missing_token) << text;
  }
}

TEST_F(ExtractorTest, ReadsTheTokenFieldExactly) {
  EXPECT_EQ(json(R"({"token":"a.b.c"})").token, "a.b.c");
  EXPECT_EQ(json(R"({"x":[1.5],"token":"Bearer a.b.c"})").token, "a.b.c");
  EXPECT_EQ(json(R"({"token":" a.b.c "})").token, " a.b.c ");
}

TEST_F(ExtractorTest, TellsMissingFromMalformed) {
  for (const char* text : {"", " \r", "{}", R"({"token":null})", R"({"token":""})", R"({"token":"Bearer "})"}) {
    EXPECT_EQ(json(text).refused, Reason::missing_token) << text;
  }
  for (const char* text : {"x", "[]", "\"a.b.c\"", R"({"token":1})", R"({"token":["a"]})", R"({"token":"a)", "{},"}) {
    EXPECT_EQ(json(text).refused, Reason::malformed_record) << text;
    EXPECT_FALSE(json(text).detail.empty()) << text;
  }
}

TEST_F(ExtractorTest, LeavesTwoSchemesToBeExplained) {
  EXPECT_EQ(line("Bearer Bearer a.b.c").token, "Bearer Bearer a.b.c");
  EXPECT_EQ(json(R"({"token":"Bearer JWT a.b.c"})").token, "Bearer JWT a.b.c");
}

TEST_F(ExtractorTest, TellsAMissingTokenBeforeAMissingTime) {
  for (const char* token : {"-", "null", "Bearer undefined", "\\\"\\\""}) {
    EXPECT_EQ(json(std::string(R"({"token":")") + token + R"("})", true).refused, Reason::missing_token) << token;
  }
  EXPECT_EQ(json(R"({"token":"***"})", true).refused, Reason::missing_time);
  EXPECT_FALSE(json(R"({"token":"-","time":1790000000})", true).refused);
}

TEST_F(ExtractorTest, ReadsTheTimeOfARecord) {
  for (const char* time : {"1790000000", "1790000000000", "1.79e9", "\"1790000000\"", "\"2026-09-21T14:13:20Z\""}) {
    const Extracted extracted = json(std::string(R"({"token":"a","time":)") + time + "}", true);
    EXPECT_FALSE(extracted.refused) << time;
    EXPECT_EQ(extracted.time, (Instant{1790000000, 0})) << time;
  }
  for (const char* text : {R"({"token":"a"})", R"({"token":"a","time":"soon"})", R"({"token":"a","time":true})"}) {
    EXPECT_EQ(json(text, true).refused, Reason::missing_time) << text;
  }
  EXPECT_EQ(json("{}", true).refused, Reason::missing_token);
}

TEST_F(ExtractorTest, DecidesForEveryLineWhatItIs) {
  const auto any = [&](std::string_view text) { return extract(InputFormat::automatic, text); };
  EXPECT_EQ(any(R"({"token":"a.b.c"})").token, "a.b.c");
  EXPECT_EQ(any("\t {\"token\":\"a.b.c\"}\r").token, "a.b.c");
  EXPECT_EQ(any("a.b.c").token, "a.b.c");
  EXPECT_EQ(any("INFO  starting on :8443").token, "INFO  starting on :8443");
  EXPECT_EQ(any("").refused, Reason::missing_token);
  EXPECT_EQ(any("{").refused, Reason::malformed_record);
  EXPECT_EQ(any("{").form, InputNote::Kind::several_lines);
  EXPECT_EQ(any("{\"token\":\"a\"}{\"token\":\"b\"}").form, InputNote::Kind::several_lines);
  EXPECT_FALSE(any("{\"token\":{x").form);
  EXPECT_EQ(any("\x1E{\"token\":\"a.b.c\"}").token, "a.b.c");
  EXPECT_EQ(any(" \x1E {\"token\":\"a.b.c\"}").token, "a.b.c");
  EXPECT_FALSE(any("[28/Nov/2026:12:00:00 +0000] \"GET /").refused);
  EXPECT_EQ(extract(InputFormat::automatic, "a.b.c", true).refused, Reason::missing_time);
}

TEST_F(ExtractorTest, TakesTheQuotesOffALineThatIsAJsonString) {
  for (const char* text : {"\"a.b.c\"", " \"a.b.c\"\r", "\"a.b.c\",", "\"Bearer a.b.c\""}) {
    EXPECT_EQ(extract(InputFormat::automatic, text).token, "a.b.c") << text;
  }
  for (const char* text : {"\"a.b.c", "\"a\":\"b\"", "\"a\\nb\"", "\""}) {
    EXPECT_EQ(extract(InputFormat::automatic, text).token, text) << text;
  }
}

TEST_F(ExtractorTest, TellsAJsonArrayFromARecord) {
  for (const char* text : {R"([{"token":"a.b.c"}])", "[", "[]", " [ \"a\""}) {
    for (const InputFormat format : {InputFormat::automatic, InputFormat::ndjson}) {
      const Extracted extracted = extract(format, text);
      EXPECT_EQ(extracted.refused, Reason::malformed_record) << text;
      EXPECT_EQ(extracted.form, InputNote::Kind::array) << text;
    }
    EXPECT_FALSE(line(text).refused) << text;
  }
}

const std::string kJwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJl";

TEST_F(ExtractorTest, SaysWhereATokenStandsThatIsNotInItsField) {
  const auto elsewhere = json(R"({"authorization":"Bearer )" + kJwt + "\"}");
  EXPECT_EQ(elsewhere.refused, Reason::missing_token);
  EXPECT_EQ(elsewhere.form, InputNote::Kind::elsewhere);
  EXPECT_EQ(elsewhere.place, "/authorization");
  EXPECT_EQ(elsewhere.detail, "the record has no token at /token; one stands at /authorization");
  const auto wrapped = json(R"({"Records":[{"token":")" + kJwt + "\"}]}");
  EXPECT_EQ(wrapped.form, InputNote::Kind::wrapped);
  EXPECT_EQ(wrapped.place, "/Records");
  EXPECT_EQ(json(R"({"url":"/?t=)" + kJwt + "\"}").form, InputNote::Kind::in_text);
  EXPECT_FALSE(json(R"({"authorization":"none"})").form);
  EXPECT_FALSE(json(R"({"token":"x","authorization":")" + kJwt + "\"}").form);
}

TEST_F(ExtractorTest, GoesOnIntoJsonThatAStringHolds) {
  Extractor extractor({.format = InputFormat::automatic,
                       .token_field = "/log/token",
                       .time_field = "/log/at",
                       .carry = {"/log/id", "/time"},
                       .at_record = true});
  const auto docker = [&](std::string_view text) {
    texts_.emplace_back().assign(text);
    return extractor.extract({texts_.back().view()}, arena_);
  };
  const Extracted found = docker(R"({"log":"{\"at\":1790000000,\"token\":\"a.b.c\",\"id\":{\"n\": 1}}\n","time":"t"})");
  EXPECT_FALSE(found.refused) << found.detail;
  EXPECT_EQ(found.token, "a.b.c");
  EXPECT_EQ(found.time, (Instant{1790000000, 0}));
  EXPECT_EQ(found.carried[0], R"({"n": 1})");
  EXPECT_EQ(found.carried[1], R"("t")");
  EXPECT_EQ(docker(R"({"log":{"at":1790000000,"token":"a.b.c"}})").token, "a.b.c");
  const Extracted cut = docker(R"({"log":"{\"at\":1790000000,\"token\":\"a.b","time":"t"})");
  EXPECT_EQ(cut.refused, Reason::malformed_record);
  EXPECT_NE(cut.detail.find("/log does not end here"), std::string::npos) << cut.detail;
  const Extracted rest = docker(R"({"log":".c\"}\n","time":"t"})");
  EXPECT_EQ(rest.refused, Reason::missing_token);
  EXPECT_NE(rest.detail.find("/log is text, not JSON"), std::string::npos) << rest.detail;
}

TEST_F(ExtractorTest, SaysWhyATimeCannotBeRead) {
  for (const auto& [time, part] :
       {std::pair{R"("2026-09-21T14:00:00")", "no time zone"},
        {R"("Nov 28 12:00:00")", "no year"},
        {R"("2026-02-30T12:00:00Z")", "does not exist"},
        {R"("-")", "'-' at /time cannot be read; what is read: Unix"},
        {R"({"seconds": 1789999200, "nanos": 5})", R"('{"seconds": 1789999200, "nanos": 5}')"},
        {"true", "'true'"},
        {"null", "'null'"},
        {"1e400", "'1e400'"}}) {
    const Extracted extracted = json(std::string(R"({"token":"a","time":)") + time + "}", true);
    EXPECT_EQ(extracted.refused, Reason::missing_time) << time;
    EXPECT_NE(extracted.detail.find(part), std::string::npos) << extracted.detail;
  }
  EXPECT_EQ(json(R"({"token":"a"})", true).detail, "the record has no time at /time");
  EXPECT_EQ(json(R"({"token":"a","time":""})", true).detail, "the record has no time at /time");
  // Nothing of a token, and nothing that a terminal obeys.
  const Extracted secret = json(R"({"token":"a","time":")" + kJwt + "\"}", true);
  EXPECT_EQ(secret.detail.find("eyJ"), std::string::npos) << secret.detail;
  std::string words;
  for (int i = 0; i < 50; ++i) words += "x ";
  const Extracted odd = json(R"({"token":"a","time":"\u001b[2J)" + words + "\"}", true);
  EXPECT_NE(odd.detail.find("'?[2Jx x x"), std::string::npos) << odd.detail;
  EXPECT_LT(odd.detail.size(), 300u);
}

TEST_F(ExtractorTest, ShowsNoCredentialWhereATimeShouldBe) {
  for (const std::string value :
       {"Bearer s3cr3t", "bearer s3cr3t", "Basic s3cr3t", "Key s3cr3t", "sid=s3cr3t", "https://u:s3cr3t@host/",
        "s3cr3t0123456789_abcdef-ghi", "s3cr3t/0123456789+abcdefghi", "s3cr3t", "%73%33cr3t", "Bearer%20s3cr3t",
        "s3cr3t&#61;x", "2026-09-21T14:00:00Z s3cr3t", "ghp_s3cr3tabcdefghijklmnop"}) {
    const Extracted extracted = json(R"({"token":"a","time":")" + value + "\"}", true);
    EXPECT_EQ(extracted.refused, Reason::missing_time) << value;
    EXPECT_EQ(extracted.detail.find("s3cr3t"), std::string::npos) << extracted.detail;
    const std::string kind = "(a string of " + std::to_string(value.size()) + " bytes that may be a credential)";
    EXPECT_NE(extracted.detail.find(kind), std::string::npos) << extracted.detail;
  }
}

TEST_F(ExtractorTest, ShowsNoCredentialThatIsCodedOrShort) {
  for (const std::string value :
       {"%65yJhbGciOiJIUzI1NiJ9", R"(\\u0065yJhbGciOiJIUzI1NiJ9)", "%65%79%4a%68%62", "ghp_16C7e42F292c6912E7710c",
        "ghp_abcdefghijklmnopqrstuv", "AKIAIOSFODNN7EXAMPLE", "hunter2", R"({\"key\":\"hunter2\"})"}) {
    const Extracted extracted = json(R"({"token":"a","time":")" + value + "\"}", true);
    EXPECT_EQ(extracted.refused, Reason::missing_time) << value;
    EXPECT_NE(extracted.detail.find("bytes that may be a credential)"), std::string::npos) << extracted.detail;
    EXPECT_EQ(extracted.detail.find(value.substr(0, 8)), std::string::npos) << extracted.detail;
  }
}

TEST_F(ExtractorTest, ShowsATimeThatItCannotRead) {
  for (const std::string time :
       {"yesterday", "n/a", "28Nov2026 2PM", "2026-W48-6T14", "Wed, the 15th of September", "14h30m15s", "1.5e300",
        "2026-11-28T12%3A00%3A00", "2026_11_28T12_00_00.123456", "20261128T120000,123456"}) {
    const Extracted extracted = json(R"({"token":"a","time":")" + time + "\"}", true);
    EXPECT_EQ(extracted.refused, Reason::missing_time) << time;
    EXPECT_NE(extracted.detail.find("'" + time + "'"), std::string::npos) << extracted.detail;
  }
}

TEST_F(ExtractorTest, SaysThatATokenFieldIsAList) {
  const Extracted list = json(R"({"token":["Bearer a.b.c"]})");
  EXPECT_EQ(list.refused, Reason::malformed_record);
  EXPECT_EQ(list.detail, "the field /token is not a string but a list; its first item is /token/0");
}

TEST_F(ExtractorTest, ScalesATimeWithAnExponentAsItsPlainForm) {
  for (const auto& [exponent, plain] : {std::pair{"1.79e18", "1790000000000000000"},
                                        {"-1.79e9", "-1790000000"},
                                        {"-1.79e12", "-1790000000000"},
                                        {"-1790000000250e0", "-1790000000250"},
                                        {"-1.79e18", "-1790000000000000000"},
                                        {"-15e-1", "-1.5"},
                                        {"-0e0", "0"}}) {
    EXPECT_TRUE(parse_number_time(plain)) << plain;
    EXPECT_EQ(parse_number_time(exponent), parse_number_time(plain)) << exponent;
  }
  EXPECT_EQ(parse_number_time("-1.79e12"), (Instant{-1790000000, 0}));
  EXPECT_FALSE(parse_number_time("-1e30"));
}

TEST_F(ExtractorTest, CarriesFieldsAsTheyWereWritten) {
  const Extracted extracted =
      extract(InputFormat::ndjson, R"({"token":"a","id":1.50,"in":{"er":["x"]}})", false, {"/id", "/in/er", "/no"});
  ASSERT_EQ(extracted.carried.size(), 3u);
  EXPECT_EQ(extracted.carried[0], "1.50");
  EXPECT_EQ(extracted.carried[1], R"(["x"])");
  EXPECT_EQ(extracted.carried[2], "null");
}

// Each line by the reader of plain records, and behind a tab, which leaves it to the others.
TEST_F(ExtractorTest, ExtractsFromPlainRecordsWhatItExtractsFromOthers) {
  for (const std::string line :
       {R"({"token":"a.b.c","time":1790000000,"id":1.50,"in":{"er":["x", 1]}})",
        R"({"token": "Bearer a", "time": "2026-09-21T14:13:20.5Z", "id": "x y"})",
        R"({"token":"a","token":"b","time":1,"time":1790000000.25,"id":[],"id":["q"]})",
        R"({"token":"a","time":-1.5e3,"id":-0})",
        R"({"token":"a","time":9223372036854775808,"id":12345678901234567890123})",
        R"({"token":null,"time":null,"id":null,"in":false})", R"({"token":1,"time":1790000000})",
        R"({"token":"a","time":{"s":1},"id":true})", R"({"token":"a","time":"soon"})",
        R"({"token":"a","time":1790000000,})", R"({})", R"({"token":"a","time":1790000000000})"}) {
    for (const char* end : {"", "\r", " ", " \r"}) {
      const Extracted plain = extract(InputFormat::ndjson, line + end, true, {"/id", "/in", "/no"});
      const Extracted other = extract(InputFormat::ndjson, "\t" + line + end, true, {"/id", "/in", "/no"});
      EXPECT_EQ(plain.has_token, other.has_token) << line;
      EXPECT_EQ(plain.token, other.token) << line;
      EXPECT_EQ(plain.refused, other.refused) << line;
      EXPECT_EQ(plain.has_time, other.has_time) << line;
      EXPECT_EQ(plain.time, other.time) << line;
      EXPECT_TRUE(std::ranges::equal(plain.carried, other.carried)) << line;
    }
  }
}

TEST_F(ExtractorTest, GivesTheTokenOfAPlainRecordAsAViewOfIt) {
  const Extracted extracted = json(R"({"token":"a.b.c"})");
  EXPECT_EQ(extracted.token.data(), texts_.back().data() + 10);
}

TEST_F(ExtractorTest, TellsHowLongALineMayBe) {
  const Extracted extracted = extract(InputFormat::ndjson, "", false, {"/id"}, true);
  EXPECT_EQ(extracted.refused, Reason::malformed_record);
  EXPECT_EQ(extracted.detail, "the line is longer than 99 bytes");
  ASSERT_EQ(extracted.carried.size(), 1u);
  EXPECT_EQ(extract(InputFormat::lines, "", false, {}, true).refused, Reason::token_too_large);
}

}  // namespace
}  // namespace assay::stream
