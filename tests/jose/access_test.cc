#include "jose/access.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "support.h"
#include "support/random.h"

namespace assay::jose {
namespace {

using ::testing::ElementsAre;
constexpr auto kStrict = Profile::strict;
constexpr auto kFastmcp = Profile::fastmcp;

std::string client_id(std::string_view json, Profile profile) {
  ReadClaims read(json, profile);
  return read.claims == nullptr ? "(none)" : std::string(client_id_of(*read.claims, read.arena));
}

std::vector<std::string> scopes(std::string_view json, Profile profile) {
  ReadClaims read(json, profile);
  if (read.claims == nullptr) return {"(none)"};
  const auto found = scopes_of(*read.claims, profile, read.arena);
  return {found.begin(), found.end()};
}

std::string expires_at(std::string_view exp, Profile profile) {
  ReadClaims read("{\"exp\":" + std::string(exp) + "}", profile);
  return read.claims == nullptr ? "(none)" : std::string(expires_at_of(*read.claims, profile, read.arena));
}

TEST(Scopes, AreSplitAsASlowReaderDoes) {
  auto random = test::StructuredRandom::announced("Scopes.AreSplitAsASlowReaderDoes");
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    std::vector<std::string> strict, fastmcp;
    const auto end_word = [&](std::vector<std::string>& words, std::string& of) {
      if (!of.empty()) words.push_back(std::exchange(of, ""));
    };
    std::string strict_word, fastmcp_word;
    for (std::size_t parts = random.below(12); parts != 0; --parts) {
      const std::string_view pieces[] = {" ", "  ",   "\xC2\xA0", "\xE3\x80\x80",
                                         "a", "read", "\xC3\xA9", "\xE2\x82\xAC"};
      const std::size_t piece = random.below(std::size(pieces));
      text += pieces[piece];
      if (piece < 2) {
        end_word(strict, strict_word);
      } else {
        strict_word += pieces[piece];
      }
      if (piece < 4) {
        end_word(fastmcp, fastmcp_word);
      } else {
        fastmcp_word += pieces[piece];
      }
    }
    end_word(strict, strict_word);
    end_word(fastmcp, fastmcp_word);
    const std::string json = "{\"scope\":\"" + text + "\"}";
    ASSERT_EQ(scopes(json, kStrict), strict) << json;
    ASSERT_EQ(scopes(json, kFastmcp), fastmcp) << json;
  }
}

TEST(ClientId, IsTheFirstThatIsPresentAndTruthy) {
  for (const Profile profile : kBoth) {
    EXPECT_EQ(client_id(R"({"sub":"s","azp":"a","client_id":"c"})", profile), "c");
    EXPECT_EQ(client_id(R"({"sub":"s","azp":"a","client_id":""})", profile), "a");
    EXPECT_EQ(client_id(R"({"sub":"s","client_id":null,"azp":0})", profile), "s");
    EXPECT_EQ(client_id(R"({"sub":"s","client_id":[],"azp":-0.0})", profile), "s");
    EXPECT_EQ(client_id("{}", profile), "unknown");
  }
}

TEST(ClientId, IsWrittenAsPythonWritesIt) {
  EXPECT_EQ(client_id(R"({"client_id":42})", kFastmcp), "42");
  EXPECT_EQ(client_id(R"({"client_id":true})", kFastmcp), "True");
  EXPECT_EQ(client_id(R"({"client_id":1e22})", kFastmcp), "1e+22");
  EXPECT_EQ(client_id(R"({"client_id":["a","b"]})", kFastmcp), "['a', 'b']");
  EXPECT_EQ(client_id(R"({"client_id":{"a":1}})", kFastmcp), "{'a': 1}");
}

TEST(Scopes, AreSplitAtSpacesInStrictAndAtAllWhiteSpaceInFastmcp) {
  EXPECT_THAT(scopes(R"({"scope":"  a  b "})", kStrict), ElementsAre("a", "b"));
  EXPECT_THAT(scopes(R"({"scope":"  a  b "})", kFastmcp), ElementsAre("a", "b"));
  const char* odd = R"({"scope":"a\tb\u00a0c\u3000d\u2003e\u0085f\u001fg\u200bh"})";
  EXPECT_EQ(scopes(odd, kStrict).size(), 1u);
  EXPECT_THAT(scopes(odd, kFastmcp), ElementsAre("a", "b", "c", "d", "e", "f", "g\xE2\x80\x8Bh"));
}

TEST(Scopes, ComeFromScopeThenScp) {
  for (const Profile profile : kBoth) {
    EXPECT_THAT(scopes(R"({"scp":["a","b c"]})", profile), ElementsAre("a", "b c"));
    EXPECT_THAT(scopes(R"({"scope":"","scp":"a"})", profile), ElementsAre());
    EXPECT_THAT(scopes(R"({"scope":[],"scp":"a"})", profile), ElementsAre());
    EXPECT_THAT(scopes("{}", profile), ElementsAre());
  }
  EXPECT_THAT(scopes(R"({"scope":7,"scp":"a"})", kFastmcp), ElementsAre("a"));
  EXPECT_THAT(scopes(R"({"scope":7,"scp":"a"})", kStrict), ElementsAre());
}

TEST(ExpiresAt, IsTheExactIntegerTruncated) {
  for (const Profile profile : kBoth) {
    EXPECT_EQ(expires_at("1790000000", profile), "1790000000");
    EXPECT_EQ(expires_at("1.8000001e9", profile), "1800000100");
    EXPECT_EQ(expires_at("1790000000.9", profile), "1790000000");
    EXPECT_EQ(expires_at("-0", profile), "0");
    EXPECT_EQ(expires_at("-0.5", profile), "0");
    EXPECT_EQ(expires_at("-1.5", profile), "-1");
    EXPECT_EQ(expires_at("1e-400", profile), "0");
    EXPECT_EQ(expires_at("123456789012345678901234567890", profile), "123456789012345678901234567890");
    EXPECT_EQ(expires_at("1e22", profile), "10000000000000000000000");
    EXPECT_EQ(expires_at("1e308", profile).size(), 309u);
    EXPECT_TRUE(expires_at("1e308", profile).starts_with("10000000000000000109790636294404554174049230967731184633"));
    EXPECT_EQ(expires_at("null", profile), "");
  }
  EXPECT_EQ(expires_at("true", kFastmcp), "1");
  EXPECT_EQ(expires_at("NaN", kFastmcp), "");
}

}  // namespace
}  // namespace assay::jose
