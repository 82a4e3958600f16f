#include "keys/static_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>

#include "assay/static_token_verifier.h"

namespace assay::keys {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(StaticTable, FindsAnEntryByItsExactToken) {
  const auto table = StaticTable::parse(
      R"({"secret-1": {"client_id": "app", "scopes": ["a", "b"], "expires_at": 1790000000, "sub": "u",
          "x": 1}, "secret-2": {"client_id": "b", "expires_at": null}})",
      "t.json");
  ASSERT_TRUE(table) << table.error().message;
  EXPECT_EQ((*table)->size(), 2u);
  const StaticEntry* entry = (*table)->find("secret-1");
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->client_id, "app");
  EXPECT_THAT(entry->scopes, ElementsAre("a", "b"));
  EXPECT_EQ(entry->expires_at, "1790000000");
  EXPECT_EQ(entry->subject, "u");
  EXPECT_THAT(entry->claims, Not(HasSubstr("\n")));
  EXPECT_THAT((*table)->find("secret-2")->expires_at, "");
  EXPECT_EQ((*table)->find("secret-"), nullptr);
}

TEST(StaticTable, ShowsAnExpiryAsAnIntegerAndComparesItExactly) {
  struct Row {
    const char* written;
    const char* shown;
    std::int64_t seconds;
    std::uint32_t nanoseconds;
  };
  for (const Row& row : std::initializer_list<Row>{{"1790000000", "1790000000", 1790000000, 0},
                                                   {"1790000000.75", "1790000000", 1790000000, 750'000'000},
                                                   {"1.79e9", "1790000000", 1790000000, 0},
                                                   {"1790000000000E-3", "1790000000", 1790000000, 0},
                                                   {"-0.5", "0", -1, 500'000'000},
                                                   {"-0", "0", 0, 0},
                                                   {"123456789012345678901234567890", "123456789012345678901234567890",
                                                    std::numeric_limits<std::int64_t>::max(), 0}}) {
    const auto table =
        StaticTable::parse(R"({"t": {"client_id": "a", "expires_at": )" + std::string(row.written) + "}}", "t.json");
    ASSERT_TRUE(table) << table.error().message;
    const StaticEntry& entry = *(*table)->find("t");
    EXPECT_EQ(entry.expires_at, row.shown);
    ASSERT_TRUE(entry.expiry) << row.written;
    EXPECT_EQ(entry.expiry->seconds, row.seconds) << row.written;
    EXPECT_EQ(entry.expiry->nanoseconds, row.nanoseconds) << row.written;
  }
  const auto infinite = StaticTable::parse(R"({"t": {"client_id": "a", "expires_at": 1e999}})", "t.json");
  ASSERT_FALSE(infinite);
  EXPECT_THAT(infinite.error().message, HasSubstr("expires_at is too large"));
}

TEST(StaticTokens, ExpireAtTheirExactMomentAndShowWholeSeconds) {
  const auto verifier =
      StaticTokenVerifier::create(R"({"t": {"client_id": "a", "expires_at": 1.79000000075e9}})", {}, Profile::strict);
  ASSERT_TRUE(verifier) << verifier.error().message;
  const Verdict before = verifier->verify("t", {1790000000, 749'999'999});
  ASSERT_TRUE(before.valid());
  EXPECT_EQ(before.token->expires_at, 1790000000);
  EXPECT_EQ(before.token->expires_at_text, "1790000000");
  EXPECT_FALSE(verifier->verify("t", {1790000000, 750'000'000}).valid());
}

TEST(StaticTable, NamesEntryByPositionAndFieldButNeverTheToken) {
  for (const char* text :
       {R"({"secret": {}})", R"({"secret": {"client_id": 1}})", R"({"secret": {"client_id": "a", "scopes": "b"}})",
        R"({"secret": {"client_id": "a", "scopes": [1]}})", R"({"secret": {"client_id": "a", "expires_at": "1"}})",
        R"({"secret": {"client_id": "a", "expires_at": true}})", R"({"secret": {"client_id": "a", "sub": 1}})",
        R"({"secret": 1})", R"({"": {"client_id": "a"}})"}) {
    const auto table = StaticTable::parse(text, "t.json");
    ASSERT_FALSE(table) << text;
    EXPECT_THAT(table.error().message, HasSubstr("t.json: entry 1: ")) << text;
    EXPECT_THAT(table.error().message, Not(HasSubstr("secret"))) << text;
  }
  const auto twice = StaticTable::parse(R"({"s": {"client_id": "a"}, "\u0073": {"client_id": "b"}})", "t.json");
  ASSERT_FALSE(twice);
  EXPECT_THAT(twice.error().message, HasSubstr("entry 2"));
  EXPECT_FALSE(StaticTable::parse("[]", "t.json"));
  EXPECT_FALSE(StaticTable::parse("{", "t.json"));
}

TEST(StaticTokens, FastmcpRefusesAnEntryWhoseExpiryIsNoWholeNumber) {
  const char* table = R"({"half": {"client_id": "a", "expires_at": 1800000000.5},
                          "whole": {"client_id": "a", "expires_at": 1800000000.0}})";
  const auto fastmcp = StaticTokenVerifier::create(table, {}, Profile::fastmcp);
  ASSERT_TRUE(fastmcp) << fastmcp.error().message;
  EXPECT_FALSE(fastmcp->verify("half", {1790000000, 0}).valid());
  EXPECT_TRUE(fastmcp->verify("whole", {1790000000, 0}).valid());
  const auto strict = StaticTokenVerifier::create(table, {}, Profile::strict);
  EXPECT_TRUE(strict->verify("half", {1790000000, 0}).valid());
}

TEST(StaticTable, PassesOverAByteOrderMarkAndNamesUtf16) {
  EXPECT_TRUE(StaticTable::parse("\xef\xbb\xbf{}", "t.json"));
  EXPECT_THAT(StaticTable::parse(std::string("\xff\xfe{\0}\0", 6), "t.json").error().message,
              HasSubstr("t.json: UTF-16"));
}

}  // namespace
}  // namespace assay::keys
