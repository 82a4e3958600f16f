#include "keys/key_ring.h"

#include <gtest/gtest.h>

#include <string>

#include "jwk/key_rules.h"

namespace assay::keys {
namespace {

constexpr auto kStrict = Profile::strict;
constexpr auto kFastmcp = Profile::fastmcp;

// The ring looks only at identities: these keys hold no OpenSSL object.
PreparedKey key(KeyType type, Curve curve, const char* kid, const std::string& number, bool any_kid = false) {
  PreparedKey made;
  made.jwk.type = type;
  made.jwk.curve = curve;
  made.jwk.has_kid = kid != nullptr;
  if (kid != nullptr) made.jwk.kid = kid;
  made.jwk.x = number;
  made.jwk.permitted = jwk::algorithms_of(type, curve);
  made.any_kid = any_kid;
  return made;
}
PreparedKey p256(const char* kid, const std::string& number, bool any_kid = false) {
  return key(KeyType::EC, Curve::P256, kid, number, any_kid);
}
template <class... Keys>
std::vector<PreparedKey> list(Keys&&... keys) {
  std::vector<PreparedKey> all;
  (all.push_back(std::forward<Keys>(keys)), ...);
  return all;
}

// The numbers of the candidates, in order; a fault by its name.
std::string chosen(const KeyChoice& choice) {
  if (choice.fault) return std::string(to_string(*choice.fault));
  std::string text;
  for (const PreparedKey* candidate : choice.candidates) text += candidate->jwk.x;
  return text;
}

TEST(KeyRing, StrictTriesEachKeyOfTheKidAndThenTheKeysForAnyKid) {
  const KeyRing ring(list(p256("k", "a"), p256("any", "b", true), p256("k", "c"),
                          key(KeyType::RSA, Curve::none, "k", "d"), p256("other", "e")),
                     kStrict, {{"gone", "e is missing"}});
  EXPECT_EQ(chosen(ring.choose("k", Algorithm::ES256)), "acb");
  EXPECT_EQ(chosen(ring.choose("k", Algorithm::PS256)), "d");
  EXPECT_EQ(chosen(ring.choose("nobody", Algorithm::ES256)), "b");
  EXPECT_TRUE(ring.choose("nobody", Algorithm::ES256).names_unknown_key);
  // Beside key sets an unknown kid is told as one; a ring of keys without kids can only say that none fits.
  EXPECT_EQ(chosen(ring.choose("nobody", Algorithm::ES384)), "key_not_found");
  const KeyRing single(list(p256("any", "b", true)), kStrict, {});
  EXPECT_EQ(chosen(single.choose("nobody", Algorithm::ES384)), "key_mismatch");
}

TEST(KeyRing, StrictTellsUnknownKidsFromKeysThatDoNotFit) {
  const KeyRing ring(list(p256("k", "a"), p256(nullptr, "b")), kStrict, {{"gone", "e is missing"}});
  EXPECT_EQ(chosen(ring.choose("x", Algorithm::ES256)), "key_not_found");
  EXPECT_EQ(chosen(ring.choose("", Algorithm::ES256)), "key_not_found");
  EXPECT_EQ(chosen(ring.choose("_default", Algorithm::ES256)), "key_not_found");
  EXPECT_EQ(chosen(ring.choose("k", Algorithm::ES384)), "key_mismatch");
  EXPECT_NE(ring.choose("gone", Algorithm::ES256).detail.find("e is missing"), std::string_view::npos);
}

TEST(KeyRing, StrictWithoutKidNeedsExactlyOneKeyThatFits) {
  const KeyRing ring(list(p256("a", "a"), p256(nullptr, "b"), key(KeyType::EC, Curve::P384, "c", "c")), kStrict, {});
  EXPECT_EQ(chosen(ring.choose(KeyNames{}, Algorithm::ES256)), "key_ambiguous");
  EXPECT_EQ(chosen(ring.choose(KeyNames{}, Algorithm::ES384)), "c");
  EXPECT_EQ(chosen(ring.choose(KeyNames{}, Algorithm::RS256)), "key_mismatch");
  EXPECT_EQ(chosen(KeyRing({}, kStrict, {}).choose(KeyNames{}, Algorithm::RS256)), "key_not_found");
}

TEST(KeyRing, StrictTriesAtMostEightKeys) {
  std::vector<PreparedKey> keys;
  for (char c = 'a'; c < 'a' + 12; ++c) keys.push_back(p256("k", std::string(1, c)));
  EXPECT_EQ(chosen(KeyRing(std::move(keys), kStrict, {}).choose("k", Algorithm::ES256)), "abcdefgh");
}

TEST(KeyRing, StrictKeepsEqualKeysOnce) {
  const KeyRing ring(list(p256("k", "a"), p256("k", "a"), p256("j", "a")), kStrict, {});
  ASSERT_EQ(ring.keys().size(), 2u);
  EXPECT_EQ(ring.keys()[1].index, 1u);
}

TEST(KeyRing, FastmcpKeepsTheLastKeyOfEachKid) {
  const KeyRing ring(list(p256("k", "a"), p256("k", "b"), p256(nullptr, "c"), p256(nullptr, "d")), kFastmcp, {});
  EXPECT_EQ(chosen(ring.choose("k", Algorithm::ES256)), "b");
  EXPECT_EQ(chosen(ring.choose("_default", Algorithm::ES256)), "d");
  EXPECT_EQ(chosen(ring.choose("x", Algorithm::ES256)), "key_not_found");
  EXPECT_EQ(chosen(ring.choose(KeyNames{}, Algorithm::ES256)), "key_ambiguous");
}

TEST(KeyRing, FastmcpWithoutKidTakesTheOnlyKeyWhateverItsCurve) {
  const KeyRing one(list(p256("k", "a")), kFastmcp, {});
  EXPECT_EQ(chosen(one.choose(KeyNames{}, Algorithm::ES256)), "a");
  EXPECT_EQ(chosen(one.choose("", Algorithm::ES256)), "a");
  EXPECT_EQ(chosen(one.choose(KeyNames{}, Algorithm::ES384)), "key_mismatch");
  const KeyRing two(list(p256("k", "a"), key(KeyType::EC, Curve::P384, "j", "b")), kFastmcp, {});
  EXPECT_EQ(chosen(two.choose(KeyNames{}, Algorithm::ES256)), "key_ambiguous");
}

// FastMCP's _get_jwks_key: without kid it takes the only cached key, and fetches the set anew if there is not exactly
// one.
TEST(KeyRing, FastmcpRefetchesForATokenWithoutKidUnlessThereIsOneKey) {
  const KeyRing two(list(p256("k", "a"), p256("j", "b")), kFastmcp, {});
  EXPECT_TRUE(two.choose(KeyNames{}, Algorithm::ES256).names_unknown_key);
  EXPECT_TRUE(two.choose("", Algorithm::ES256).names_unknown_key);
  EXPECT_TRUE(two.choose("x", Algorithm::ES256).names_unknown_key);
  EXPECT_FALSE(two.choose("k", Algorithm::ES256).names_unknown_key);
  const KeyRing one(list(p256("k", "a")), kFastmcp, {});
  EXPECT_FALSE(one.choose(KeyNames{}, Algorithm::ES256).names_unknown_key);
  EXPECT_FALSE(one.choose(KeyNames{}, Algorithm::ES384).names_unknown_key);
  // In strict a set of several keys is no reason to fetch.
  EXPECT_FALSE(KeyRing(list(p256("k", "a"), p256("j", "b")), kStrict, {})
                   .choose(KeyNames{}, Algorithm::ES256)
                   .names_unknown_key);
}

TEST(KeyRing, SaysWhyTheKeyOfAKidWasSkipped) {
  const KeyRing ring(list(p256("k", "a")), kStrict, {{"gone", "e is missing"}, {"k", "twice"}});
  const char* why = "the key with the token's kid cannot be used and was skipped: e is missing";
  EXPECT_EQ(ring.why_skipped("gone", Algorithm::RS256), why);
  EXPECT_EQ(ring.why_skipped("gone", std::nullopt), why);
  EXPECT_EQ(ring.choose("gone", Algorithm::ES256).detail, why);
  EXPECT_EQ(ring.why_skipped("k", Algorithm::ES256), "");  // another key has this kid
  EXPECT_EQ(ring.why_skipped("nobody", Algorithm::ES256), "");
  // A key for any kid serves the token all the same.
  const KeyRing beside(list(p256("any", "b", true)), kStrict, {{"gone", "e is missing"}});
  EXPECT_EQ(beside.why_skipped("gone", Algorithm::ES256), "");
  EXPECT_EQ(beside.why_skipped("gone", Algorithm::RS256), why);
  EXPECT_EQ(chosen(beside.choose("gone", Algorithm::RS256)), "key_not_found");
}

KeyNames x5t(std::string_view sha1, std::string_view sha256 = {}) { return {{}, sha1, sha256}; }

PreparedKey named(PreparedKey key, std::vector<std::string> thumbprints) {
  key.thumbprints = std::move(thumbprints);
  return key;
}

TEST(KeyRing, StrictChoosesByThumbprintWithoutKid) {
  const KeyRing ring(list(named(p256("a", "a"), {"one"}), named(p256("b", "b"), {"two", "long"}),
                          named(key(KeyType::RSA, Curve::none, "c", "c"), {"three"})),
                     kStrict, {});
  EXPECT_EQ(chosen(ring.choose(x5t("one"), Algorithm::ES256)), "a");
  EXPECT_EQ(chosen(ring.choose(x5t("two="), Algorithm::ES256)), "b");
  EXPECT_EQ(chosen(ring.choose(x5t("one", "long"), Algorithm::ES256)), "b");   // x5t#S256 says more
  EXPECT_EQ(chosen(ring.choose(x5t("one", "other"), Algorithm::ES256)), "a");  // a set may hold only x5t
  EXPECT_EQ(chosen(ring.choose(x5t("three"), Algorithm::ES256)), "key_mismatch");
  EXPECT_EQ(chosen(ring.choose(x5t("four"), Algorithm::ES256)), "key_not_found");
  EXPECT_TRUE(ring.choose(x5t("four"), Algorithm::ES256).names_unknown_key);
  EXPECT_EQ(chosen(ring.choose(x5t("four"), Algorithm::RS256)), "key_not_found");   // also of a single key
  EXPECT_EQ(chosen(ring.choose(KeyNames{"a", "two", {}}, Algorithm::ES256)), "a");  // kid counts
  EXPECT_EQ(chosen(ring.choose(KeyNames{}, Algorithm::ES256)), "key_ambiguous");
}

TEST(KeyRing, StrictTakesAKeyWithoutThumbprintForOneThatMayBeMeant) {
  const KeyRing one(list(p256("a", "a"), named(p256("b", "b"), {"two"})), kStrict, {});
  EXPECT_EQ(chosen(one.choose(x5t("other"), Algorithm::ES256)), "a");
  // It is tried, and if it fails, the token means a key that is not here.
  EXPECT_TRUE(one.choose(x5t("other"), Algorithm::ES256).names_unknown_key);
  EXPECT_FALSE(one.choose(x5t("two"), Algorithm::ES256).names_unknown_key);
  const KeyRing two(list(p256("a", "a"), p256("b", "b")), kStrict, {});
  const KeyChoice choice = two.choose(x5t("other"), Algorithm::ES256);
  EXPECT_EQ(chosen(choice), "key_ambiguous");
  EXPECT_NE(choice.detail.find("no key has its x5t"), std::string_view::npos);
  EXPECT_TRUE(choice.names_unknown_key);
  EXPECT_TRUE(two.choose(x5t({}, "other"), Algorithm::ES256).names_unknown_key);
  EXPECT_FALSE(two.choose(KeyNames{}, Algorithm::ES256).names_unknown_key);  // it names none
  const KeyChoice other_algorithm = two.choose(x5t({}, "other"), Algorithm::RS256);
  EXPECT_EQ(chosen(other_algorithm), "key_mismatch");
  EXPECT_TRUE(other_algorithm.names_unknown_key);
  EXPECT_FALSE(two.choose(KeyNames{}, Algorithm::RS256).names_unknown_key);
}

TEST(KeyRing, MissesAKeyThatATokenNamesByKidOrThumbprint) {
  const KeyRing ring(list(p256("a", "a"), named(p256("b", "b"), {"two"})), kStrict, {});
  EXPECT_FALSE(ring.misses(KeyNames{}));
  EXPECT_FALSE(ring.misses(KeyNames{"a", "other", {}}));  // kid counts
  EXPECT_TRUE(ring.misses(KeyNames{"c", "two", {}}));
  EXPECT_FALSE(ring.misses(x5t("two")));
  EXPECT_FALSE(ring.misses(x5t("two", "other")));
  EXPECT_TRUE(ring.misses(x5t("other")));
  EXPECT_TRUE(ring.misses(x5t({}, "other")));
  const KeyRing as_fastmcp(list(p256("a", "a")), kFastmcp, {});
  EXPECT_FALSE(as_fastmcp.misses(x5t("other")));
  EXPECT_TRUE(as_fastmcp.misses(KeyNames{"c", {}, {}}));
}

TEST(KeyRing, StrictTriesEachKeyOfAThumbprint) {
  const KeyRing ring(list(named(p256("a", "a"), {"one", "one"}), named(p256("b", "b"), {"one"})), kStrict, {});
  EXPECT_EQ(chosen(ring.choose(x5t("one"), Algorithm::ES256)), "ab");
}

TEST(KeyRing, FastmcpPassesOverThumbprints) {
  const KeyRing ring(list(named(p256("a", "a"), {"one"}), named(p256("b", "b"), {"two"})), kFastmcp, {});
  EXPECT_EQ(chosen(ring.choose(x5t("one"), Algorithm::ES256)), "key_ambiguous");
}

TEST(KeyRing, EveryVersionOfFastmcpFilesAKeyWithoutKidByItsDefaultName) {
  for (Profile profile : {Profile::fastmcp_3_4, Profile::fastmcp_4_1, Profile::fastmcp_4_2}) {
    const KeyRing ring(list(p256(nullptr, "a")), profile, {});
    EXPECT_EQ(chosen(ring.choose(KeyNames{}, Algorithm::ES256)), "a");
    EXPECT_EQ(chosen(ring.choose("_default", Algorithm::ES256)), "a");
  }
}

TEST(KeyRing, GivesEachRingItsOwnGeneration) {
  EXPECT_NE(KeyRing({}, kStrict, {}).generation(), KeyRing({}, kStrict, {}).generation());
}

PreparedKey of_issuer(PreparedKey key, trust::IssuerIndex issuer) {
  key.issuer = issuer;
  return key;
}

// A token must not choose how many signatures it costs, however many issuers use its kid.
TEST(KeyRing, TriesTheOwnIssuersKeyFirstAndAtMostEightKeys) {
  std::vector<PreparedKey> keys;
  for (int i = 0; i < 200; ++i) keys.push_back(of_issuer(p256("1", std::to_string(i) + ","), i));
  const KeyRing ring(std::move(keys), kStrict, {});
  EXPECT_TRUE(ring.issuer_for({"1", {}, {}}).by_token);
  EXPECT_TRUE(ring.issuer_for({}).by_token);
  EXPECT_EQ(chosen(ring.choose(KeyNames{"1", {}, {}}, Algorithm::ES256, 150)), "150,0,1,2,3,4,5,6,");
  EXPECT_EQ(chosen(ring.choose(KeyNames{}, Algorithm::ES256, 150)), "150,0,1,2,3,4,5,6,");
  EXPECT_EQ(ring.choose(KeyNames{"1", {}, {}}, Algorithm::ES256, trust::kNoIssuer).candidates.size(), 8u);
}

TEST(KeyRing, AKidOfOneIssuerDecidesWithoutTheToken) {
  const KeyRing ring(
      list(of_issuer(p256("a", "x"), 0), of_issuer(p256("a", "y"), 0), of_issuer(p256("b", "z"), 1), p256("a", "w")),
      kStrict, {});
  const IssuerChoice whose = ring.issuer_for({"a", {}, {}});
  EXPECT_FALSE(whose.by_token);
  EXPECT_EQ(whose.issuer, 0);
  EXPECT_EQ(chosen(ring.choose(KeyNames{"a", {}, {}}, Algorithm::ES256, 0)), "xyw");
  EXPECT_FALSE(KeyRing(list(p256("a", "x")), kStrict, {}).issuer_for({"c", {}, {}}).by_token);
}

TEST(KeyRing, AKeyThatOnlyPassesForAnotherIssuerKeepsTheFault) {
  const KeyRing ring(list(of_issuer(p256("a", "x"), 0), of_issuer(p256("b", "z"), 1)), kStrict, {});
  const KeyChoice choice = ring.choose(KeyNames{"b", {}, {}}, Algorithm::ES256, 0);
  EXPECT_EQ(choice.fault, Reason::key_not_found);
  ASSERT_EQ(choice.candidates.size(), 1u);
  EXPECT_EQ(choice.candidates[0]->jwk.x, "z");
}

}  // namespace
}  // namespace assay::keys
