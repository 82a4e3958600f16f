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
