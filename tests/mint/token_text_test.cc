#include "mint/token_text.h"

#include <gtest/gtest.h>

#include <cstdint>

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
