#include "log/coded_token.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace assay::log {
namespace {

struct Case {
  std::string_view coded;
  char plain;
  Coding coding;
};
constexpr Case kCases[] = {
    {"%2E", '.', Coding::percent},
    {"%2e", '.', Coding::percent},
    {"%20", ' ', Coding::percent},
    {"%252E", '.', Coding::percent_twice},
    {"%253D", '=', Coding::percent_twice},
    {"%25252E", '.', Coding::percent_twice},
    {"\\u002e", '.', Coding::json_escape},
    {"\\u003D", '=', Coding::json_escape},
    {"\\\\u002e", '.', Coding::json_escape},
    {"\\n", '\n', Coding::json_escape},
    {"\\t", '\t', Coding::json_escape},
    {"\\\\n", '\n', Coding::json_escape},
    {"\\\"", '"', Coding::json_escape},
    {"\\\\\\\"", '"', Coding::json_escape},
    {"\\/", '/', Coding::json_escape},
    {"\\x22", '"', Coding::hex_escape},
    {"\\x2e", '.', Coding::hex_escape},
    {"&#46;", '.', Coding::html_entity},
    {"&#x2e;", '.', Coding::html_entity},
    {"&#x002E;", '.', Coding::html_entity},
    {"&period;", '.', Coding::html_entity},
    {"&quot;", '"', Coding::html_entity},
    {"&amp;", '&', Coding::html_entity},
    {"&amp;#46;", '.', Coding::html_entity},
    {"&amp;quot;", '"', Coding::html_entity},
};

TEST(CodedToken, EachCodingIsUndoneFromBothEnds) {
  for (const Case& one : kCases) {
    for (const std::string_view after : {"", "e", "0", " "}) {
      const std::string text = "ab" + std::string(one.coded) + std::string(after);
      const CodedChar found = coded_char_at(text, 2);
      EXPECT_EQ(found.plain, one.plain) << text;
      EXPECT_EQ(found.size, one.coded.size()) << text;
      EXPECT_EQ(found.codings, bit_of(one.coding)) << text;
    }
    const std::string text = "ab" + std::string(one.coded);
    const CodedChar before = coded_char_before(text, 0, text.size());
    EXPECT_EQ(before.plain, one.plain) << text;
    EXPECT_EQ(before.codings, bit_of(one.coding)) << text;
    EXPECT_EQ(coded_char_before(text, text.size() - 1, text.size()).size, 0) << text;
  }
}

TEST(CodedToken, OtherTextCodesNothing) {
  for (const std::string_view text :
       {"",      "%",   "%2", "%2G", "%FF",  "\\",   "\\\\",   "\\u00",         "\\u00e9", "\\x",
        "\\xFF", "\\q", "&",  "&#;", "&#46", "&#x;", "&#233;", "&#9999999999;", "&copy;",  "a"}) {
    EXPECT_EQ(coded_char_at(text, 0).size, 0) << text;
  }
  EXPECT_EQ(char_at("%zz", 0).plain, '%');
  EXPECT_EQ(char_at("", 0).size, 0);
}

TEST(CodedToken, OnlyCharactersOfTokensAreUndoneOnDemand) {
  const std::string_view coded = "a%2Eb%22c&#61;%5F\\n%65";
  char room[64];
  EXPECT_EQ(std::string_view(room, undo_codings(coded, true, room)), "a.b%22c=_\\ne");
  EXPECT_EQ(std::string_view(room, undo_codings(coded, false, room)), "a.b\"c=_\ne");
}

}  // namespace
}  // namespace assay::log
