#include "stream/extractor.h"

#include <gtest/gtest.h>

#include <cstring>
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
    buffer_.assign(text);
    return extractor.extract({buffer_.view(), too_long}, arena_);
  }
  Extracted line(std::string_view text) { return extract(InputFormat::lines, text); }
  Extracted json(std::string_view text, bool at_record = false) {
    return extract(InputFormat::ndjson, text, at_record);
  }

  Buffer buffer_;
  base::Arena arena_;
};

TEST_F(ExtractorTest, TrimsLinesAndStripsBearer) {
  for (const char* text : {"a.b.c", "  a.b.c\t\r", "Bearer a.b.c", "bEARER a.b.c\r", "\tBearer a.b.c "}) {
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

TEST_F(ExtractorTest, TellsHowLongALineMayBe) {
  const Extracted extracted = extract(InputFormat::ndjson, "", false, {"/id"}, true);
  EXPECT_EQ(extracted.refused, Reason::malformed_record);
  EXPECT_EQ(extracted.detail, "the line is longer than 99 bytes");
  ASSERT_EQ(extracted.carried.size(), 1u);
  EXPECT_EQ(extract(InputFormat::lines, "", false, {}, true).refused, Reason::token_too_large);
}

}  // namespace
}  // namespace assay::stream
