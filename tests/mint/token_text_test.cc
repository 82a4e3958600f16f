#include "mint/token_text.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace assay::mint {
namespace {

TEST(AsciiJsonString, EscapesAsPythonDoes) {
  EXPECT_EQ(ascii_json_string("a\"\\\n\x01"), R"("a\"\\\n\u0001")");
  EXPECT_EQ(ascii_json_string("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), R"("\u00e9\u20ac\ud83d\ude00")");
}

TEST(AsciiJsonString, ReplacesEachByteThatIsNotUtf8) {
  EXPECT_EQ(ascii_json_string("a\x80z"), R"("a\ufffdz")");
  EXPECT_EQ(ascii_json_string("\xC3"), R"("\ufffd")");                                // cut
  EXPECT_EQ(ascii_json_string("\xC0\xAF"), R"("\ufffd\ufffd")");                      // overlong
  EXPECT_EQ(ascii_json_string("\xED\xA0\x80"), R"("\ufffd\ufffd\ufffd")");            // a surrogate
  EXPECT_EQ(ascii_json_string("\xF5\x80\x80\x80"), R"("\ufffd\ufffd\ufffd\ufffd")");  // beyond U+10FFFF
}

// json.dumps(ensure_ascii=False), as joserfc writes claims.
TEST(StandardClaims, WriteTextsAsPythonDoes) {
  TokenRequest request;
  request.subject = "a\x7F\xC2\x85\xE2\x80\xA8\"\\\n\x01\xED\xA0\x80";
  request.issuer = "i";
  EXPECT_EQ(standard_claims(request, 5).to_json(),
            "{\"sub\":\"a\x7F\xC2\x85\xE2\x80\xA8\\\"\\\\\\n\\u0001\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\","
            "\"iss\":\"i\",\"iat\":5,\"exp\":3605}");
}

TEST(StandardClaims, WriteAudiencesAsFastmcpDoes) {
  const auto aud = [](std::vector<std::string> audiences, bool is_list) {
    TokenRequest request;
    request.audiences = std::move(audiences);
    request.audience_is_list = is_list;
    const Members claims = standard_claims(request, 0);
    const std::string* text = claims.find("aud");
    return text == nullptr ? "none" : *text;
  };
  EXPECT_EQ(aud({}, false), "none");
  EXPECT_EQ(aud({}, true), "none");
  EXPECT_EQ(aud({""}, false), "none");
  EXPECT_EQ(aud({"a"}, false), "\"a\"");
  EXPECT_EQ(aud({"a"}, true), "[\"a\"]");
  EXPECT_EQ(aud({""}, true), "[\"\"]");
  EXPECT_EQ(aud({"a", "b"}, false), "[\"a\",\"b\"]");
}

TEST(StandardClaims, HoldAnExpThatNo64BitsHold) {
  TokenRequest request;
  request.expires_in_seconds = INT64_MAX;
  EXPECT_EQ(*standard_claims(request, 1'790'000'000).find("exp"), "9223372038644775807");
  EXPECT_EQ(*standard_claims(request, INT64_MAX).find("exp"), "18446744073709551614");
  request.expires_in_seconds = INT64_MIN;
  EXPECT_EQ(*standard_claims(request, INT64_MIN).find("exp"), "-18446744073709551616");
  EXPECT_EQ(*standard_claims(request, 0).find("exp"), "-9223372036854775808");
  request.expires_in_seconds = 7;
  EXPECT_EQ(*standard_claims(request, -7).find("exp"), "0");
}

TEST(CompactJson, LeavesOutWhiteSpaceBetweenTokensOnly) {
  EXPECT_EQ(compact_json("{ \"a b\\\" \" :\n[ 1, 2 ] }"), "{\"a b\\\" \":[1,2]}");
}

TEST(Later, EndsAtTheEndOfTheRange) {
  EXPECT_EQ(later(1, 2), 3);
  EXPECT_EQ(later(INT64_MAX, 1), INT64_MAX);
  EXPECT_EQ(later(INT64_MIN, -1), INT64_MIN);
}

}  // namespace
}  // namespace assay::mint
