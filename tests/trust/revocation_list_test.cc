#include "trust/revocation_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace assay::trust {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::shared_ptr<const RevocationList> list_of(std::string_view text) {
  auto list = RevocationList::parse(text, "r");
  EXPECT_TRUE(list) << list.error().message;
  return list ? *list : nullptr;
}

std::string message_of(std::string_view text) {
  const auto list = RevocationList::parse(text, "r");
  if (list) return "";
  EXPECT_EQ(list.error().field, "policy.revoked");
  return list.error().message;
}

constexpr Instant kAlways = RevocationList::kAlways;

std::optional<Instant> revoked_from(const RevocationList& list, std::optional<std::string_view> jti,
                                    std::optional<std::string_view> iss, std::string_view token) {
  TokenHash hash(token);
  return list.revoked_from(jti, iss, hash);
}

TEST(RevocationList, FindsAJtiOfAnyOrOfOneIssuer) {
  for (const char* text : {"{\"jti\":\"a\"}\n\n{\"iss\":\"i\",\"jti\":\"b\",\"reason\":7}\r\n", "jti,iss\na,\nb,i\n",
                           "\xEF\xBB\xBFreason, iss ,jti\r\n\"x\",,a\r\n,i,\"b\"", "jti,iss\r\n\r\na\r\nb,i\r\n"}) {
    const auto list = list_of(text);
    ASSERT_NE(list, nullptr);
    EXPECT_EQ(list->size(), 2u) << text;
    EXPECT_EQ(revoked_from(*list, "a", "i", "t"), kAlways);
    EXPECT_EQ(revoked_from(*list, "a", std::nullopt, "t"), kAlways);
    EXPECT_EQ(revoked_from(*list, "b", "i", "t"), kAlways);
    EXPECT_EQ(revoked_from(*list, "b", "j", "t"), std::nullopt);
    EXPECT_EQ(revoked_from(*list, "b", std::nullopt, "t"), std::nullopt);
    EXPECT_EQ(revoked_from(*list, "c", "i", "t"), std::nullopt);
    EXPECT_EQ(revoked_from(*list, std::nullopt, "i", "t"), std::nullopt);
  }
}

TEST(RevocationList, DropsBlanksAroundCellsButNotInsideQuotationMarks) {
  for (const char* text : {"jti,iss\na, i\n", "jti, iss\n a ,i \n", "jti,iss\na,\ti\r\n", "jti\t,iss\n\ta\t,\ti\t\n",
                           "jti,iss\r\na, i \r\n", "jti,iss\n \"a\" , \"i\" \n", "\xEF\xBB\xBFjti,iss\na , i",
                           "\xEF\xBB\xBF\"jti\",\"iss\"\r\n\"a\",\"i\"\r\n", "jti,iss\ra,i\r",
                           "jti,iss\n  \n\t\na,i\n \n", "jti,iss,from\na,i,\n", "jti,iss,from\na, i, \n"}) {
    const auto list = list_of(text);
    ASSERT_NE(list, nullptr) << text;
    EXPECT_EQ(list->size(), 1u) << text;
    EXPECT_EQ(revoked_from(*list, "a", "i", "t"), kAlways) << text;
  }
  const auto quoted = list_of("jti\n\" a \"\n\"b,\"\"c\"\"\r\nd\"\ne f\n");
  EXPECT_EQ(revoked_from(*quoted, " a ", "i", "t"), kAlways);
  EXPECT_EQ(revoked_from(*quoted, "a", "i", "t"), std::nullopt);
  EXPECT_EQ(revoked_from(*quoted, "b,\"c\"\r\nd", "i", "t"), kAlways);
  EXPECT_EQ(revoked_from(*quoted, "e f", "i", "t"), kAlways);
}

// A row that revokes nothing is an error, never silence.
TEST(RevocationList, RefusesRowsThatNameNoToken) {
  for (const char* text : {"jti,iss\n,i\n", "jti,iss\n ,i\n", "jti\n\"\"\n", "jti,iss\n\"\",i\n", "jti,iss\n\t,\n",
                           "jti,ath\n,\n", "iss,jti\ni\n"}) {
    EXPECT_EQ(message_of(text), "r: line 2: has neither jti nor ath; one of them names the revoked token") << text;
  }
  EXPECT_THAT(message_of(R"({"jti":""})"), HasSubstr("line 1: has neither jti nor ath"));
  EXPECT_THAT(message_of(R"({"jti":"","iss":"i","ath":null})"), HasSubstr("line 1: has neither jti nor ath"));
  EXPECT_THAT(message_of("jti\na\"b\n"), StartsWith("r: line 2: a quotation mark stands inside a cell"));
  EXPECT_THAT(message_of("jti\n\"a\nb\"c\n"), StartsWith("r: line 2: text follows a closing quotation mark"));
  EXPECT_THAT(message_of("jti,iss\n\"a\nb\",i\n,i\n"), StartsWith("r: line 4: has neither jti nor ath"));
  EXPECT_THAT(message_of("jti,iss,issuer\na,i,j\n"), StartsWith("r: line 1: two of its columns say the same"));
  EXPECT_THAT(message_of("jti;iss\na;i\n"), StartsWith("r: line 1: names no column jti or ath"));
}

TEST(RevocationList, TakesAnEmptyCellForNone) {
  for (const char* text : {"jti,iss,ath,from\na,,,\n", R"({"jti":"a","iss":"","ath":"","from":""})"}) {
    const auto list = list_of(text);
    EXPECT_EQ(list->size(), 1u);
    EXPECT_EQ(revoked_from(*list, "a", "any", "t"), kAlways);
  }
}

TEST(RevocationList, KeepsIssuerAndJtiApart) {
  const auto list = list_of("jti,iss\nbc,a\n");
  EXPECT_EQ(revoked_from(*list, "bc", "a", "t"), kAlways);
  EXPECT_EQ(revoked_from(*list, "c", "ab", "t"), std::nullopt);
}

// SHA-256 of "a.b.c".
TEST(RevocationList, FindsATokenByItsHash) {
  const auto list = list_of(R"({"ath":"hF4wRIgJ4ryJWOsCW_x5UjXROwd6U9DDq70jhRcNybg","from":1790000000000})");
  EXPECT_EQ(revoked_from(*list, "x", "i", "a.b.c"), (Instant{1790000000, 0}));
  EXPECT_EQ(revoked_from(*list, "x", "i", "a.b.d"), std::nullopt);
}

TEST(RevocationList, CountsTheEarliestTimeOfSeveral) {
  const auto list = list_of("jti,from,iss\na,2026-09-21T14:13:20Z,\na,1789999999.5,\nb,5,\nb,,\nc,7,\nc,6,i\n");
  EXPECT_EQ(list->size(), 4u);
  EXPECT_EQ(revoked_from(*list, "a", "i", "t"), (Instant{1789999999, 500'000'000}));
  EXPECT_EQ(revoked_from(*list, "b", "i", "t"), kAlways);
  EXPECT_EQ(revoked_from(*list, "c", "i", "t"), (Instant{6, 0}));
  EXPECT_EQ(revoked_from(*list, "c", "j", "t"), (Instant{7, 0}));
}

TEST(RevocationList, MayBeEmpty) {
  for (const char* text : {"", "\n \n", "jti,iss\n"}) {
    EXPECT_EQ(list_of(text)->size(), 0u);
    EXPECT_EQ(revoked_from(*list_of(text), "a", "i", "t"), std::nullopt);
  }
}

TEST(RevocationList, SaysWhichLineIsWrongAndNeverShowsAJti) {
  EXPECT_THAT(message_of("{\"jti\":\"secret\"}\n{\"jti\":\"secret\""), StartsWith("r: line 2: not JSON: "));
  EXPECT_EQ(message_of("{\"jti\":\"a\"}\n[]"),
            "r: line 2: not a JSON object; write {\"jti\":\"...\"} or {\"ath\":\"...\"}");
  EXPECT_EQ(message_of("{\"iss\":\"i\"}"), "r: line 1: has neither jti nor ath; one of them names the revoked token");
  EXPECT_EQ(message_of("{\"jti\":5}"), "r: line 1: jti is not a string");
  EXPECT_THAT(message_of("{\"jti\":\"secret\",\"from\":\"noon\"}"), HasSubstr("line 1: the time from which"));
  EXPECT_THAT(message_of("\njti\nsecret\n\"secret"), StartsWith("r: line 4: a quotation mark is not closed"));
  EXPECT_THAT(message_of("secret-1\nsecret-2\n"), StartsWith("r: line 1: names no column jti or ath"));
  EXPECT_THAT(message_of("jti\na,b\n"), StartsWith("r: line 2: has 2 cells"));
  EXPECT_THAT(message_of("ath\nabc\n"), StartsWith("r: line 2: ath is not a SHA-256"));
  EXPECT_THAT(message_of(std::string_view("\xFF\xFE\x00j", 4)), HasSubstr("UTF-16"));
  EXPECT_THAT(message_of("\x1F\x8B\x08"), HasSubstr("compressed"));
  for (const char* text : {"{\"jti\":\"secret\"}\n{\"jti\":\"secret\"", "secret-1\n", "jti,from\nsecret,noon\n"}) {
    EXPECT_THAT(message_of(text), Not(HasSubstr("secret")));
  }
}

TEST(RevocationList, FindsEachOfManyAndNoOther) {
  std::string text = "jti,from\n";
  constexpr int kCount = 50'000;
  for (int i = 0; i < kCount; ++i) text += "id-" + std::to_string(i) + "," + std::to_string(i) + "\n";
  const auto list = list_of(text);
  EXPECT_EQ(list->size(), static_cast<std::size_t>(kCount));
  for (int i = 0; i < kCount; ++i) {
    EXPECT_EQ(revoked_from(*list, "id-" + std::to_string(i), "i", "t"), (Instant{i, 0}));
    EXPECT_EQ(revoked_from(*list, "no-" + std::to_string(i), "i", "t"), std::nullopt);
  }
}

}  // namespace
}  // namespace assay::trust
