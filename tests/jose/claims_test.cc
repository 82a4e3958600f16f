#include "jose/claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
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

bool reads(std::string_view json, Profile profile) { return ReadClaims(json, profile).claims != nullptr; }

TEST(Claims, GivesEachRegisteredClaim) {
  for (const Profile profile : kBoth) {
    ReadClaims read(R"({"iss":"i","sub":"s","aud":["a","b"],"exp":5,"nbf":1.5,"jti":null,"x":{}})", profile);
    ASSERT_NE(read.claims, nullptr);
    EXPECT_EQ(read.claims->iss.text, "i");
    EXPECT_EQ(read.claims->sub.type, ClaimType::string);
    EXPECT_THAT(read.claims->aud.items, ElementsAre("a", "b"));
    EXPECT_TRUE(read.claims->aud.all_strings);
    EXPECT_EQ(read.claims->exp.type, ClaimType::integer);
    EXPECT_EQ(read.claims->exp.text, "5");
    EXPECT_EQ(read.claims->nbf.type, ClaimType::real);
    EXPECT_EQ(read.claims->jti.type, ClaimType::null);
    EXPECT_FALSE(read.claims->azp.present());
  }
}

TEST(Claims, AreOneLineWithoutOuterWhiteSpace) {
  for (const Profile profile : kBoth) {
    for (const char* exp : {"5", "5.0"}) {  // the fast and the exact reader
      ReadClaims read("\r\n {\"exp\":\n" + std::string(exp) + ",\r\"a\":\"b\\n\"}\n", profile);
      ASSERT_NE(read.claims, nullptr);
      EXPECT_EQ(read.claims->json.find_first_of("\r\n"), std::string_view::npos);
      EXPECT_TRUE(read.claims->json.starts_with("{\"exp\":")) << read.claims->json;
      EXPECT_TRUE(read.claims->json.ends_with("\"a\":\"b\\n\"}")) << read.claims->json;
    }
  }
}

TEST(Claims, HoldNoControlCharacterThatATerminalActsUpon) {
  for (const Profile profile : kBoth) {
    for (const char* exp : {"5", "5.0"}) {  // the fast and the exact reader
      const std::string head = "{\"exp\":" + std::string(exp);
      const std::string payload = head + ",\"a\x7F\":\"\xC2\x80\xC2\x8F\xC2\x9B[2J\xC2\x9F\xC2\xA0\xC3\x80\"}";
      ReadClaims read(payload, profile);
      ASSERT_NE(read.claims, nullptr);
      EXPECT_EQ(read.claims->json, head + R"(,"a\u007f":"\u0080\u008f\u009b[2J\u009f)" + "\xC2\xA0\xC3\x80\"}");
    }
  }
}

// Payloads are looked at in eights: each place in them, and their end, must count.
TEST(Claims, HoldNoDelWhereverItStands) {
  for (std::size_t before = 0; before < 20; ++before) {
    for (std::size_t after = 0; after < 10; ++after) {
      const std::string head = "{\"a\":\"" + std::string(before, 'x');
      const std::string tail = std::string(after, '~') + "\"}";
      ReadClaims read(head + "\x7F" + tail, kStrict);
      ASSERT_NE(read.claims, nullptr);
      EXPECT_EQ(read.claims->json, head + R"(\u007f)" + tail);
      const std::string plain = head + tail;
      EXPECT_EQ(ReadClaims(plain, kStrict).claims->json, plain);
    }
  }
}

TEST(Claims, RejectsWhatIsNoJsonObject) {
  for (const Profile profile : kBoth) {
    for (const char* json : {"", "[]", "1", "null", "{", "{}x", "{\"a\":\"\xFF\"}", "{\"exp\":01}"}) {
      EXPECT_FALSE(reads(json, profile)) << json;
    }
    EXPECT_TRUE(reads("{}", profile));
  }
}

TEST(Claims, RejectsRepeatedNamesInStrictAndTakesTheLastInFastmcp) {
  for (const char* rest : {"", ",\"nbf\":1.5"}) {
    const std::string json = "{\"sub\":\"a\",\"\\u0073ub\":\"b\"" + std::string(rest) + "}";
    EXPECT_FALSE(reads(json, kStrict)) << json;
    EXPECT_EQ(client_id(json, kFastmcp), "b");
  }
  EXPECT_TRUE(reads(R"({"x":{"a":1,"a":2},"ab":1,"ba":2})", kStrict));
}

TEST(Claims, FindsRepeatedNamesAmongManyAndLimitsTheirNumber) {
  const auto object = [](int count, const char* last) {
    std::string json = "{";
    for (int i = 0; i < count; ++i) json += "\"n" + std::to_string(i) + "\":1,";
    return json + "\"" + last + "\":1}";
  };
  EXPECT_TRUE(reads(object(1000, "z"), kStrict));
  EXPECT_FALSE(reads(object(1000, "n500"), kStrict));
  EXPECT_FALSE(reads(object(10000, "z"), kStrict));
  EXPECT_TRUE(reads(object(1000, "n500"), kFastmcp));
  EXPECT_TRUE(reads(object(10000, "z"), kFastmcp));
}

TEST(Claims, LimitsTheDigitsOfIntegersAsEachProfileDoes) {
  const std::string digits(4301, '9');
  EXPECT_TRUE(reads("{\"x\":" + digits + "}", kStrict));
  EXPECT_FALSE(reads("{\"x\":" + digits + "}", kFastmcp));
  for (const char* name : {"exp", "nbf", "iat"}) {
    EXPECT_FALSE(reads("{\"" + std::string(name) + "\":" + digits + "}", kStrict)) << name;
  }
  EXPECT_TRUE(reads("{\"exp\":" + std::string(4300, '9') + "}", kStrict));
}

TEST(Claims, TakesABomAndNanInFastmcpAlone) {
  for (const char* json : {"\xEF\xBB\xBF{}", "{\"x\":NaN}"}) {
    EXPECT_FALSE(reads(json, kStrict)) << json;
    EXPECT_TRUE(reads(json, kFastmcp)) << json;
  }
  EXPECT_EQ(ReadClaims("{\"x\":NaN}", kFastmcp).claims->json, "{\"x\":null}");
}

TEST(Claims, FindsARepeatedNameWhereverItStands) {
  auto random = test::StructuredRandom::announced("Claims.FindsARepeatedNameWhereverItStands");
  const std::string_view claims[] = {"iss", "sub",       "aud", "exp",   "nbf", "iat",
                                     "jti", "client_id", "azp", "scope", "scp"};
  for (int round = 0; round < 3000; ++round) {
    std::vector<std::string> names;
    for (std::size_t count = 1 + random.below(14); names.size() < count;) {
      std::string name(random.one_in(2) ? std::string(claims[random.below(std::size(claims))])
                                        : random.text(random.below(12), "abn"));
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
    }
    const bool repeated = random.one_in(2);
    if (repeated)
      names.insert(names.begin() + static_cast<long>(random.below(names.size() + 1)),
                   names[random.below(names.size())]);
    std::string json;
    for (const std::string& name : names) json += (json.empty() ? "{\"" : ",\"") + name + "\":1";
    json += '}';
    ASSERT_EQ(reads(json, kStrict), !repeated) << json;
    ASSERT_EQ(reads('\t' + json, kStrict), !repeated) << json;  // by simdjson
    ASSERT_TRUE(reads(json, kFastmcp)) << json;
  }
}

// What a reader makes of claims, in words.
std::string described(const Claims& claims) {
  std::string text;
  for (const Claim* claim : {&claims.iss, &claims.sub, &claims.aud, &claims.exp, &claims.nbf, &claims.iat, &claims.jti,
                             &claims.client_id, &claims.azp, &claims.scope, &claims.scp}) {
    text += std::to_string(static_cast<int>(claim->type)) + ' ' + std::string(claim->text);
    for (const std::string_view item : claim->items) text += " [" + std::string(item) + "]";
    text += claim->all_strings ? " all\n" : "\n";
  }
  return text + std::string(claims.json);
}

TEST(Claims, AreTheSameByTheReaderOfPlainObjectsAndByTheOthers) {
  for (
      const std::string json :
      {R"({"iss":"i","sub":"s","aud":["a","b"],"exp":1790000000,"nbf":1.5,"iat":0,"jti":"j","client_id":"c","azp":"z"})",
       R"({"scope":"a b","scp":["x"],"aud":[],"sub":""})", R"({"exp":-1e3,"x":{"iss":"no"},"y":[1,"sub"]})",
       R"({"exp":-5,"nbf":9223372036854775807,"iat":-9223372036854775808})",
       R"({"exp":9223372036854775808,"iss":1.5,"sub":true,"aud":null,"scope":["a",1]})",
       R"({"sub":"first","sub":"last","exp":1,"exp":2.5,"exp":3})", "{}"}) {
    for (const Profile profile : kBoth) {
      ReadClaims plain(json, profile), other("\t" + json, profile);
      ASSERT_EQ(plain.claims == nullptr, other.claims == nullptr) << json;
      if (plain.claims != nullptr) {
        EXPECT_EQ(described(*plain.claims), described(*other.claims));
      }
    }
  }
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
