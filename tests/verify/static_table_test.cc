#include "verify/static_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay::verify {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(StaticTable, FindsAnEntryByItsExactToken) {
  const auto table = StaticTable::parse(
      R"({"secret-1": {"client_id": "app", "scopes": ["a", "b"], "expires_at": 1790000000, "sub": "u",
          "x": 1}, "secret-2": {"client_id": "b", "expires_at": null}})",
      "t.json");
  ASSERT_TRUE(table) << table.error();
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

TEST(StaticTable, NamesEntryByPositionAndFieldButNeverTheToken) {
  for (const char* text :
       {R"({"secret": {}})", R"({"secret": {"client_id": 1}})", R"({"secret": {"client_id": "a", "scopes": "b"}})",
        R"({"secret": {"client_id": "a", "scopes": [1]}})", R"({"secret": {"client_id": "a", "expires_at": "1"}})",
        R"({"secret": {"client_id": "a", "expires_at": true}})", R"({"secret": {"client_id": "a", "sub": 1}})",
        R"({"secret": 1})", R"({"": {"client_id": "a"}})"}) {
    const auto table = StaticTable::parse(text, "t.json");
    ASSERT_FALSE(table) << text;
    EXPECT_THAT(table.error(), HasSubstr("t.json: entry 1: ")) << text;
    EXPECT_THAT(table.error(), Not(HasSubstr("secret"))) << text;
  }
  const auto twice = StaticTable::parse(R"({"s": {"client_id": "a"}, "\u0073": {"client_id": "b"}})", "t.json");
  ASSERT_FALSE(twice);
  EXPECT_THAT(twice.error(), HasSubstr("entry 2"));
  EXPECT_FALSE(StaticTable::parse("[]", "t.json"));
  EXPECT_FALSE(StaticTable::parse("{", "t.json"));
}

}  // namespace
}  // namespace assay::verify
