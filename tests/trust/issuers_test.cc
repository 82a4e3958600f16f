#include "trust/issuers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assay::trust {
namespace {

TrustedIssuer issuer(const std::string& name) {
  TrustedIssuer made;
  made.name = name;
  made.keys.push_back({KeySource::Kind::jwks_file, "a.json", ""});
  return made;
}

TEST(Issuers, FindsAnIssuerByItsExactName) {
  const auto issuers = Issuers::make({{issuer("https://a"), issuer("https://b/")}}, {});
  ASSERT_TRUE(issuers) << issuers.error().message;
  EXPECT_EQ((*issuers)->find("https://a"), 0);
  EXPECT_EQ((*issuers)->find("https://b/"), 1);
  EXPECT_EQ((*issuers)->find("https://b"), kNoIssuer);
  EXPECT_EQ((*issuers)->find(""), kNoIssuer);
}

TEST(Issuers, FindsATenantOfATemplate) {
  const auto issuers = Issuers::make({{issuer("https://a"), issuer("https://m/{tenantid}/v2.0")}}, {});
  ASSERT_TRUE(issuers) << issuers.error().message;
  EXPECT_EQ((*issuers)->find("https://m/1234-ab/v2.0"), 1);
  EXPECT_EQ((*issuers)->find("https://m/1234/ab/v2.0"), kNoIssuer);
}

TEST(Issuers, PutsEachPolicyOverTheDefaults) {
  Policy defaults;
  defaults.leeway_seconds = 30;
  defaults.audiences = {{"x"}};
  TrustedIssuer own = issuer("https://a");
  own.policy.audiences = {{"y"}};
  const auto issuers = Issuers::make({{own, issuer("https://b")}}, defaults);
  ASSERT_TRUE(issuers) << issuers.error().message;
  EXPECT_THAT(*(*issuers)->policy_of(0).audiences, testing::ElementsAre("y"));
  EXPECT_EQ((*issuers)->policy_of(0).leeway_seconds, 30);
  EXPECT_THAT(*(*issuers)->policy_of(0).issuers, testing::ElementsAre("https://a"));
  EXPECT_THAT(*(*issuers)->policy_of(1).audiences, testing::ElementsAre("x"));
  EXPECT_THAT(*(*issuers)->policy_of(kNoIssuer).issuers, testing::ElementsAre("https://a", "https://b"));
  defaults.issuers = {{"https://c"}};
  EXPECT_THAT(*(*Issuers::make({{own}}, defaults))->policy_of(kNoIssuer).issuers, testing::ElementsAre("https://c"));
}

TEST(Issuers, NoneAreNull) {
  const auto issuers = Issuers::make({}, {});
  ASSERT_TRUE(issuers);
  EXPECT_EQ(*issuers, nullptr);
}

TEST(Issuers, RefusesWhatTheFileWouldRefuse) {
  const auto message = [](const TrustOptions& options, const Policy& defaults) {
    const auto issuers = Issuers::make(options, defaults);
    EXPECT_FALSE(issuers);
    if (issuers) return std::string();
    EXPECT_EQ(issuers.error().field, "trust");
    return issuers.error().message;
  };
  EXPECT_EQ(message({{issuer("a"), issuer("a")}}, {}),
            "issuer 'a': the issuer's name is given twice; put both into one");
  EXPECT_THAT(message({{issuer("")}}, {}), testing::HasSubstr("has no name"));
  TrustedIssuer hollow = issuer("a");
  hollow.keys.clear();
  hollow.where = "assay.toml:3";
  EXPECT_THAT(message({{hollow}}, {}), testing::StartsWith("assay.toml:3: the issuer has no keys"));
  TrustedIssuer empty = issuer("a");
  empty.policy.audiences.emplace();
  EXPECT_THAT(message({{empty}}, {}), testing::StartsWith("issuer 'a': audiences: is empty"));
  Policy fastmcp;
  fastmcp.profile = Profile::fastmcp;
  EXPECT_THAT(message({{issuer("a")}}, fastmcp), testing::HasSubstr("need the profile strict"));
}

}  // namespace
}  // namespace assay::trust
