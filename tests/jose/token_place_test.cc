#include "jose/token_place.h"

#include <gtest/gtest.h>

#include <string>

#include "jose/token_finder.h"

namespace assay::jose {
namespace {

const std::string kToken = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJl";

std::string found_in(const std::string& text) {
  const auto found = find_token(text);
  return found ? text.substr(found->begin, found->size) : "";
}

TEST(TokenFinder, FindsATokenWhateverSurroundsIt) {
  for (const auto& [before, after] : {std::pair{"", ""},
                                      {"Bearer ", ""},
                                      {"/?t=", "&s=1"},
                                      {"\"", "\""},
                                      {"(", ")"},
                                      {"a|", "|b"},
                                      {"ghs_123456_", ""},
                                      {"", "."},
                                      {"", ", next"},
                                      {"\\n", "\\n"},
                                      {"%3D", "%26"},
                                      {"1.2.3 ", ""},
                                      {"www.example.com/", ""},
                                      {"id_", ""}}) {
    EXPECT_EQ(found_in(before + kToken + after), kToken) << before;
  }
  EXPECT_EQ(found_in(kToken + ".Next sentence"), kToken);
}

TEST(TokenFinder, FindsHeadersThatDoNotBeginLikeMost) {
  for (const char* header :
       {"ewogICJhbGciOiAiSFMyNTYifQ", "eyAiYWxnIjoiSFMyNTYifQ", "CnsiYWxnIjoiSFMyNTYifQ", "IHsiYWxnIjoiSFMyNTYifQ"}) {
    const std::string token = std::string(header) + ".e30.c2ln";
    EXPECT_EQ(found_in("x=" + token + ";"), token) << header;
  }
}

TEST(TokenFinder, FindsFivePartsAsOne) {
  const std::string jwe = "eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn";
  EXPECT_EQ(found_in("a " + jwe + " b"), jwe);
  EXPECT_EQ(found_in(kToken + ".aXY.dGFn"), kToken + ".aXY.dGFn");
}

TEST(TokenFinder, FindsNothingInOrdinaryText) {
  for (const char* text : {"", ".", "...", "a.b.c", "www.example.com", "eyJ", "eyJhbGciOiJIUzI1NiJ9",
                           "eyJhbGciOiJIUzI1NiJ9.e30", "eyJhbGciOiJIUzI1NiJ9.e30.", "eyJhbGciOiJIUzI1NiJ9..c2ln",
                           "version 1.2.3", "com.example.Main", "eyeyey.eyeyey.eyeyey"}) {
    EXPECT_EQ(found_in(text), "") << text;
  }
}

TEST(TokenFinder, FindsTheNextFromWhereItIsTold) {
  const std::string text = kToken + " " + kToken;
  const auto second = find_token(text, kToken.size());
  ASSERT_TRUE(second);
  EXPECT_EQ(second->begin, kToken.size() + 1);
}

class TokenPlaceTest : public testing::Test {
 protected:
  const codec::JsonNode& parse(const std::string& text) {
    texts_.push_back(std::make_unique<std::string>(text));
    return *codec::parse_json(*texts_.back(), codec::JsonDialect::rfc8259, arena_);
  }
  Place resolved(const std::string& text, std::string_view pointer) { return resolve(parse(text), pointer, arena_); }
  std::optional<TokenPlace> place(const std::string& text) { return find_token_place(parse(text), arena_); }

  base::Arena arena_;
  std::vector<std::unique_ptr<std::string>> texts_;
};

TEST_F(TokenPlaceTest, GoesOnIntoAStringThatHoldsJson) {
  const std::string inner = R"({\"a\":{\"b\":[\"x\",\"y\"]}}\n)";
  const Place found = resolved(R"({"log":")" + inner + "\"}", "/log/a/b/1");
  ASSERT_EQ(found.outcome, Place::Outcome::found);
  EXPECT_EQ(found.node->text, "y");
  EXPECT_EQ(resolved(R"({"log":"{\"in\":\"{\\\"a\\\":1}\"}"})", "/log/in/a").node->text, "1");
  EXPECT_EQ(resolved(R"({"log":{"a":"x"}})", "/log/a").node->text, "x");
  EXPECT_EQ(resolved(R"({"log":"x"})", "/log").node->text, "x");
}

TEST_F(TokenPlaceTest, TellsTextAndCutJsonFromAbsentMembers) {
  EXPECT_EQ(resolved(R"({"log":"{}"})", "/log/a").outcome, Place::Outcome::absent);
  EXPECT_EQ(resolved(R"({"a":1})", "/log/a").outcome, Place::Outcome::absent);
  EXPECT_EQ(resolved(R"({"log":"hello"})", "/log/a").outcome, Place::Outcome::text);
  EXPECT_EQ(resolved(R"({"log":"{broken}"})", "/log/a").outcome, Place::Outcome::text);
  for (const char* cut : {R"({\"a\":\"x)", R"({\"a\":)", R"({\"a\")", "{", R"({\"a\":1,)"}) {
    const Place place = resolved(std::string(R"({"log":")") + cut + "\"}", "/log/a");
    EXPECT_EQ(place.outcome, Place::Outcome::cut) << cut;
    EXPECT_EQ(place.string, "/log") << cut;
  }
}

TEST_F(TokenPlaceTest, FindsWhereTokensStand) {
  using Kind = TokenPlace::Kind;
  const auto expect = [&](const std::string& text, Kind kind, const std::string& pointer) {
    const auto found = place(text);
    ASSERT_TRUE(found) << text;
    EXPECT_EQ(found->kind, kind) << text;
    EXPECT_EQ(found->pointer, pointer) << text;
  };
  expect(R"({"a":1,"authorization":")" + kToken + "\"}", Kind::whole, "/authorization");
  expect(R"({"authorization":"Bearer )" + kToken + "\"}", Kind::whole, "/authorization");
  expect(R"({"h":{"a/b~":[")" + kToken + "\"]}}", Kind::whole, "/h/a~1b~0/0");
  expect(R"({"url":"/?t=)" + kToken + "&s=1\"}", Kind::in_text, "/url");
  expect(R"({"Records":[{"t":")" + kToken + "\"}]}", Kind::item_of_list, "/Records");
  expect(R"({"log":"{\"t\":\")" + kToken + R"(\"}"})", Kind::whole, "/log/t");
  EXPECT_FALSE(place(R"({"a":"b"})"));
}

TEST_F(TokenPlaceTest, ShowsNoNameThatMightBeASecret) {
  const auto found = place(R"({")" + kToken + R"(":")" + kToken + "\"}");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->pointer, "");
  EXPECT_EQ(place(R"({"a b":")" + kToken + "\"}")->pointer, "");
}

}  // namespace
}  // namespace assay::jose
