#include "keys/key_ring.h"

#include <gtest/gtest.h>

#include <string>

#include "jose/key_rules.h"

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
  made.jwk.permitted = jose::algorithms_of(type, curve);
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
                     kStrict, false, {"gone"});
  EXPECT_EQ(chosen(ring.choose("k", Algorithm::ES256)), "acb");
  EXPECT_EQ(chosen(ring.choose("k", Algorithm::PS256)), "d");
  EXPECT_EQ(chosen(ring.choose("nobody", Algorithm::ES256)), "b");
  EXPECT_TRUE(ring.choose("nobody", Algorithm::ES256).unknown_kid);
  // Beside key sets an unknown kid is told as one; a ring of keys without kids can only say that none fits.
  EXPECT_EQ(chosen(ring.choose("nobody", Algorithm::ES384)), "key_not_found");
  const KeyRing single(list(p256("any", "b", true)), kStrict, false, {});
  EXPECT_EQ(chosen(single.choose("nobody", Algorithm::ES384)), "key_mismatch");
}

TEST(KeyRing, StrictTellsUnknownKidsFromKeysThatDoNotFit) {
  const KeyRing ring(list(p256("k", "a"), p256(nullptr, "b")), kStrict, false, {"gone"});
  EXPECT_EQ(chosen(ring.choose("x", Algorithm::ES256)), "key_not_found");
  EXPECT_EQ(chosen(ring.choose("", Algorithm::ES256)), "key_not_found");
  EXPECT_EQ(chosen(ring.choose("_default", Algorithm::ES256)), "key_not_found");
  EXPECT_EQ(chosen(ring.choose("k", Algorithm::ES384)), "key_mismatch");
  EXPECT_NE(std::string(ring.choose("gone", Algorithm::ES256).detail).find("skipped"), std::string::npos);
}

TEST(KeyRing, StrictWithoutKidNeedsExactlyOneKeyThatFits) {
  const KeyRing ring(list(p256("a", "a"), p256(nullptr, "b"), key(KeyType::EC, Curve::P384, "c", "c")), kStrict, false,
                     {});
  EXPECT_EQ(chosen(ring.choose({}, Algorithm::ES256)), "key_ambiguous");
  EXPECT_EQ(chosen(ring.choose({}, Algorithm::ES384)), "c");
  EXPECT_EQ(chosen(ring.choose({}, Algorithm::RS256)), "key_mismatch");
  EXPECT_EQ(chosen(KeyRing({}, kStrict, false, {}).choose({}, Algorithm::RS256)), "key_not_found");
}

TEST(KeyRing, StrictTriesAtMostEightKeys) {
  std::vector<PreparedKey> keys;
  for (char c = 'a'; c < 'a' + 12; ++c) keys.push_back(p256("k", std::string(1, c)));
  EXPECT_EQ(chosen(KeyRing(std::move(keys), kStrict, false, {}).choose("k", Algorithm::ES256)), "abcdefgh");
}

TEST(KeyRing, StrictKeepsEqualKeysOnce) {
  const KeyRing ring(list(p256("k", "a"), p256("k", "a"), p256("j", "a")), kStrict, false, {});
  ASSERT_EQ(ring.keys().size(), 2u);
  EXPECT_EQ(ring.keys()[1].index, 1u);
}

TEST(KeyRing, FastmcpKeepsTheLastKeyOfEachKid) {
  const KeyRing ring(list(p256("k", "a"), p256("k", "b"), p256(nullptr, "c"), p256(nullptr, "d")), kFastmcp, false, {});
  EXPECT_EQ(chosen(ring.choose("k", Algorithm::ES256)), "b");
  EXPECT_EQ(chosen(ring.choose("_default", Algorithm::ES256)), "d");
  EXPECT_EQ(chosen(ring.choose("x", Algorithm::ES256)), "key_not_found");
  EXPECT_EQ(chosen(ring.choose({}, Algorithm::ES256)), "key_ambiguous");
}

TEST(KeyRing, FastmcpWithoutKidTakesTheOnlyKeyWhateverItsCurve) {
  const KeyRing one(list(p256("k", "a")), kFastmcp, false, {});
  EXPECT_EQ(chosen(one.choose({}, Algorithm::ES256)), "a");
  EXPECT_EQ(chosen(one.choose("", Algorithm::ES256)), "a");
  EXPECT_EQ(chosen(one.choose({}, Algorithm::ES384)), "key_mismatch");
  const KeyRing two(list(p256("k", "a"), key(KeyType::EC, Curve::P384, "j", "b")), kFastmcp, false, {});
  EXPECT_EQ(chosen(two.choose({}, Algorithm::ES256)), "key_ambiguous");
}

TEST(KeyRing, FastmcpFindsNothingInAPoisonedSet) {
  const KeyRing ring(list(p256("k", "a")), kFastmcp, true, {});
  EXPECT_EQ(chosen(ring.choose("k", Algorithm::ES256)), "key_not_found");
  EXPECT_EQ(chosen(ring.choose({}, Algorithm::ES256)), "key_not_found");
}

TEST(KeyRing, GivesEachRingItsOwnGeneration) {
  EXPECT_NE(KeyRing({}, kStrict, false, {}).generation(), KeyRing({}, kStrict, false, {}).generation());
}

}  // namespace
}  // namespace assay::keys
