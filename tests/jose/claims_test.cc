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

TEST(Claims, KeepATabBetweenTokensBesideWhatIsEscaped) {
  ReadClaims read("{\"sub\":\t\"a\x7F\"}", kStrict);
  ASSERT_NE(read.claims, nullptr);
  EXPECT_EQ(read.claims->json, "{\"sub\":\t\"a\\u007f\"}");
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

// Letters that begin with the same byte as one that must not be shown, beside those, at each place of an eight.
TEST(Claims, HoldOnlyWhatMayBeShownInTheWritingsOfTheWorld) {
  auto random = test::StructuredRandom::announced("HoldOnlyWhatMayBeShownInTheWritingsOfTheWorld");
  const struct {
    std::string_view written, shown;
  } characters[] = {{"\xC2\x9F", "\\u009f"},
                    {"\xC2\xA0", "\xC2\xA0"},
                    {"\xD8\x9C", "\\u061c"},
                    {"\xD8\x9D", "\xD8\x9D"},
                    {"\xE2\x80\x8D", "\xE2\x80\x8D"},
                    {"\xE2\x80\x8E", "\\u200e"},
                    {"\xE2\x80\xA8", "\\u2028"},
                    {"\xE2\x80\xAE", "\\u202e"},
                    {"\xE2\x80\xAF", "\xE2\x80\xAF"},
                    {"\xE2\x81\xA6", "\\u2066"},
                    {"\xE2\x81\xA9", "\\u2069"},
                    {"\xE2\x81\xAA", "\xE2\x81\xAA"},
                    {"\x7F", "\\u007f"},
                    {"~", "~"},
                    {"Ж", "Ж"},
                    {"東", "東"},
                    {"😀", "😀"},
                    {"\\u202e", "\\u202e"}};
  for (int round = 0; round < 2000; ++round) {
    std::string payload = "{\"sub\":\"", shown = payload;
    for (std::size_t count = random.size(30); count != 0; --count) {
      if (random.one_in(2)) {
        const std::string plain(random.below(12), 'x');
        payload += plain;
        shown += plain;
      }
      const auto& character = characters[random.below(std::size(characters))];
      payload += character.written;
      shown += character.shown;
    }
    payload += "\"}";
    shown += "\"}";
    const ReadClaims read(payload, kStrict);
    ASSERT_NE(read.claims, nullptr) << payload;
    ASSERT_EQ(read.claims->json, shown);
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
    EXPECT_EQ(ReadClaims(json, kFastmcp).claims->sub.text, "b");
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

// Simple payloads, those with escapes and those that only the exact reader takes.
TEST(FurtherClaims, AreFoundByEachReader) {
  const std::vector<std::string> names = {"tid", "roles"};
  for (const Profile profile : kBoth) {
    for (const char* json :
         {R"({"sub":"u","tid":"t","roles":["a"]})", R"({"sub":"\u0075","t\u0069d":"t","roles":["a"]})",
          R"({"sub":"u","tid":"t","roles":["a"],"n":{"tid":[1.5]}})"}) {
      const ReadClaims read(json, profile, names);
      ASSERT_NE(read.claims, nullptr) << json;
      ASSERT_NE(read.claims->find("tid"), nullptr);
      EXPECT_EQ(read.claims->find("tid")->text, "t") << json;
      EXPECT_EQ(read.claims->find("roles")->items.size(), 1u) << json;
      EXPECT_EQ(read.claims->find("sub")->text, "u");
      EXPECT_EQ(read.claims->find("n"), nullptr);
    }
    const ReadClaims other(R"({"tid":null})", profile, names);
    EXPECT_EQ(other.claims->find("tid")->type, ClaimType::null);
    EXPECT_FALSE(other.claims->find("roles")->present());
    EXPECT_FALSE(other.claims->find("iss")->present());
  }
  const ReadClaims last(R"({"tid":"a","tid":"b"})", Profile::fastmcp, names);
  EXPECT_EQ(last.claims->find("tid")->text, "b");
}

TEST(ClaimsLine, HoldsNoSeparatorsAndNoMarksOfDirection) {
  const ReadClaims read("{\"a\":\"\xE2\x80\xA8\xD8\x9C\xE2\x82\xAC\xC2\x9B\",\n\"b\":1}", Profile::strict);
  EXPECT_EQ(read.claims->json, "{\"a\":\"\\u2028\\u061c\xE2\x82\xAC\\u009b\", \"b\":1}");
}

}  // namespace
}  // namespace assay::jose
