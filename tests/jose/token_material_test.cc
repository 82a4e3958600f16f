#include "jose/token_material.h"

#include <gtest/gtest.h>

#include <string>

namespace assay::jose {
namespace {

const std::string kToken = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJl";

TEST(TokenMaterial, IsReplacedByWords) {
  const std::string words = "a token of " + std::to_string(kToken.size()) + " bytes";
  EXPECT_EQ(without_token_material("cannot read " + kToken + ": no such file"),
            "cannot read " + words + ": no such file");
  EXPECT_EQ(without_token_material("/tmp/" + kToken), "/tmp/" + words);
  std::string coded = kToken;
  coded.replace(coded.find('.'), 1, "%2E");
  EXPECT_EQ(without_token_material("'" + coded + "' and '" + kToken + "'"), "'" + words + "' and '" + words + "'");
  EXPECT_EQ(without_token_material("'" + kToken.substr(0, 30) + "...'"), "'a part of a token...'");
}

TEST(TokenMaterial, IsNotFoundInOtherText) {
  for (const std::string text :
       {"", "e", "eyJ", "100 % of 'C:\\keys\\IACHey' & more", "https://idp.example.com/.well-known/jwks.json?a=%20b",
        "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "keyed/CSgIdentity.eyes_eyewitness.ewe", "eyJhbGciOiJI"}) {
    EXPECT_EQ(without_token_material(text), text);
  }
}

TEST(TokenMaterial, KnowsTheFiveSegmentsOfAJwe) {
  const std::string header = "eyJlbmMiOiJBMTI4R0NNIn0";
  for (const std::string& token : {header + ".a2V5.aXY.dGV4dA.dGFn", header + "..aXY.dGV4dA.dGFn"}) {
    const auto found = find_token_material("x " + token + ", y");
    ASSERT_TRUE(found.has_value()) << token;
    EXPECT_EQ(found->begin, 2u);
    EXPECT_EQ(found->size, token.size());
    EXPECT_TRUE(found->is_whole);
  }
}

TEST(TokenMaterial, IsFoundInLinearTime) {
  // Every place of the text may begin an object, and none is long enough or goes on as one.
  std::string text;
  for (int i = 0; i < 200000; ++i) text += "eyIA";
  EXPECT_FALSE(find_token_material(text).has_value());
  for (int i = 0; i < 50000; ++i) text += "eyJhIjox.";
  EXPECT_TRUE(find_token_material(text).has_value());
}

TEST(TokenMaterial, IsReplacedInLinearTime) {
  // One run without an end, in which parts of tokens follow one another. A search that looks for the end of the run
  // anew for each part takes ten minutes, which the time limit of a test ends.
  std::string text;
  while (text.size() < 6000000) text += "eyJhbGciOiJIUzI1..";
  std::size_t found = 0;
  TokenMaterialFinder finder(text);
  while (const auto material = finder.next()) {
    EXPECT_EQ(material->begin, found * 18);
    ++found;
  }
  EXPECT_EQ(found, (text.size() + 17) / 18);
  EXPECT_LT(without_token_material(text).size(), 2 * text.size());
}

TEST(TokenMaterial, IsFoundBehindMaterialAndBehindOtherText) {
  const std::string text = "a/" + kToken + " " + kToken + "," + kToken + " eyJ, eyJhbGciOiJIUzI1..x";
  TokenMaterialFinder finder(text);
  std::string rest = text;
  std::size_t found = 0;
  while (const auto material = finder.next()) {
    ++found;
    rest.replace(material->begin, material->size, material->size, '_');
  }
  EXPECT_EQ(found, 4u);
  EXPECT_EQ(rest.find("eyJhb"), std::string::npos) << rest;
  EXPECT_FALSE(finder.next().has_value());
}

TEST(CodedText, IsReadThroughAnyDepth) {
  for (const std::string coded : {"a.b", R"(a\u002eb)", R"(a\\\\u002Eb)", R"(a\x2eb)", R"(a\056b)", "a%2Eb",
                                  "a%25252eb", "a%u002eb", "a&#46;b", "a&#x2E;b", "a&amp;amp;#46;b", "a&period;b"}) {
    EXPECT_EQ(undo_codings(coded).text, "a.b") << coded;
  }
  EXPECT_EQ(undo_codings(R"(\ud83d\ude00 \\\"\/ 100% & \q)").text, "\xF0\x9F\x98\x80 \"/ 100% & \\q");
  const PlainText plain = undo_codings(R"(x\\")");
  EXPECT_EQ(plain.text, "x\\\"");  // the quote ends a string
  EXPECT_TRUE(plain.is_literal(2));
  // A backslash of the text stands before a character that JSON escapes as two halves.
  EXPECT_EQ(undo_codings(R"(\\\ud83d\ude00)").text, "\xF0\x9F\x98\x80");
  for (const std::string broken : {"%", "%2", "%zz", "\\", "\\u00", "&#;", "&#x;", "&#99999999;", "&amp", "%u12"}) {
    EXPECT_EQ(undo_codings(broken).text, broken);
  }
}

TEST(CodedText, IsReadAsJsonReadsIt) {
  const PlainText plain = undo_json_escapes(R"(a\\n\n\"\/\u0041\ud83d\ude00%41\\u0041\ud83d)");
  EXPECT_EQ(plain.text, "a\\n\n\"/A\xF0\x9F\x98\x80%41\\u0041\xED\xA0\xBD");
  EXPECT_EQ(plain.begins[1], 1u);
  EXPECT_EQ(plain.begins[2], 3u);
  EXPECT_TRUE(plain.is_literal(2));
  EXPECT_FALSE(plain.is_literal(1));
  for (const std::string broken : {"\\", "\\q", "\\u12", "\\'", "\\v", "\\x41", "&#46;"}) {
    EXPECT_EQ(undo_json_escapes(broken).text, broken);
  }
}

}  // namespace
}  // namespace assay::jose
