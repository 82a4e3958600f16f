#include "jose/key_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "codec/base64url.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kX = "PG__ajkU8QkZfOTqHKRCloZyMPgYe_JzhO9AKdZDh80";
const std::string kY = "JTl2uI9qyKj2zBGCcs0OPb83oYna6lgcpxlvnLqYONw";

// A P-256 key with further members, which begin with a comma.
std::string ec(const std::string& more = "") {
  return R"({"kty":"EC","crv":"P-256","x":")" + kX + R"(","y":")" + kY + "\"" + more + "}";
}
std::string b64(const std::string& bytes) { return codec::base64url_encode(bytes); }
// An RSA key of `bytes` bytes; only its form is looked at here.
std::string rsa(std::size_t bytes, const std::string& e = "AQAB", const std::string& more = "") {
  return R"({"kty":"RSA","n":")" + b64("\xc1" + std::string(bytes - 2, '\x55') + "\x0b") + R"(","e":")" + e + "\"" +
         more + "}";
}
std::string ed25519(const std::string& x) { return R"({"kty":"OKP","crv":"Ed25519","x":")" + b64(x) + "\"}"; }
std::string set(const std::string& keys) { return R"({"keys":[)" + keys + "]}"; }

// The note of the only key of a set, empty when the key is usable.
std::string why(const std::string& key, Profile profile = Profile::strict, Algorithm algorithm = Algorithm::ES256) {
  const Result<JwkSet> read = JwkSet::parse(set(key), profile, "set", algorithm);
  if (!read) return "error: " + read.error().message;
  EXPECT_EQ(read->keys.size() + read->notes.size(), 1u);
  return read->notes.empty() ? "" : read->notes[0];
}

AlgorithmSet only(std::initializer_list<Algorithm> algorithms) {
  AlgorithmSet result;
  for (Algorithm algorithm : algorithms) result.insert(algorithm);
  return result;
}

TEST(JwkSet, BindsEachKeyToTheAlgorithmsOfItsTypeAndCurve) {
  const auto read = JwkSet::parse(set(ec() + "," + rsa(256) + "," + ed25519(std::string(32, '\x07')) +
                                      R"(,{"kty":"oct","k":")" + b64(std::string(48, 'k')) + "\"}"),
                                  Profile::strict, "set");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->keys.size(), 4u);
  EXPECT_EQ(read->keys[0].permitted, only({Algorithm::ES256}));
  EXPECT_EQ(read->keys[1].permitted, only({Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256,
                                           Algorithm::PS384, Algorithm::PS512}));
  EXPECT_EQ(read->keys[2].permitted, only({Algorithm::EdDSA, Algorithm::Ed25519}));
  EXPECT_EQ(read->keys[3].permitted, only({Algorithm::HS256, Algorithm::HS384}));
}

TEST(JwkSet, SkipsWhatCannotBeUsedAndNamesPositionAndKid) {
  const auto read = JwkSet::parse(set(R"(1,{"kid":"q"},{"kty":"AKP","kid":"\u001bz"},)" + ec(R"(,"kid":"good")")),
                                  Profile::strict, "jwks.json");
  ASSERT_TRUE(read);
  ASSERT_EQ(read->keys.size(), 1u);
  EXPECT_EQ(read->keys[0].kid, "good");
  EXPECT_THAT(read->notes,
              ElementsAre("jwks.json: key 1: skipped: not a JSON object",
                          "jwks.json: key 2 (kid \"q\"): skipped: kty is missing",
                          "jwks.json: key 3 (kid \"\\u001bz\"): skipped: kty is not one of RSA, EC, OKP, oct"));
  EXPECT_THAT(read->skipped_kids, ElementsAre("q", "\x1bz"));
}

TEST(JwkSet, RefusesADocumentThatIsNoSet) {
  for (const char* text : {"", "{", "[]", "null", "\"x\"", "{}", R"({"keys":null})", R"({"keys":{}})", R"({"keys":[]})",
                           R"({"kty":"EC"})"}) {
    const auto read = JwkSet::parse(text, Profile::strict, "jwks.json");
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().message, HasSubstr("jwks.json: ")) << text;
  }
}

TEST(JwkSet, HoldsEcCoordinatesToFullWidth) {
  EXPECT_EQ(why(ec()), "");
  const auto with_x = [](const std::string& x) {
    return R"({"kty":"EC","crv":"P-256","x":")" + x + R"(","y":")" + kY + "\"}";
  };
  EXPECT_THAT(why(with_x(b64(std::string(31, '\x01')))), HasSubstr("x is not 32 bytes long"));
  EXPECT_THAT(why(with_x(b64(std::string(33, '\0')))), HasSubstr("x is not 32 bytes long"));
  EXPECT_THAT(why(with_x("")), HasSubstr("x is empty"));
  EXPECT_THAT(why(with_x(kX + "=")), HasSubstr("x is not base64url"));
  // joserfc reads numbers: narrow ones are padded, leading zeros are dropped.
  EXPECT_EQ(why(with_x(b64(std::string(31, '\x01'))), Profile::fastmcp), "");
  EXPECT_EQ(why(with_x(b64(std::string(33, '\0'))), Profile::fastmcp), "");
  EXPECT_THAT(why(with_x(b64(std::string(33, '\x01'))), Profile::fastmcp), HasSubstr("larger than the field"));
}

TEST(JwkSet, HoldsRsaKeysToTheirRules) {
  EXPECT_EQ(why(rsa(256)), "");
  EXPECT_EQ(why(rsa(256, "Aw")), "");
  EXPECT_THAT(why(rsa(128)), HasSubstr("RSA of 1024 bits"));
  EXPECT_THAT(why(rsa(256, "AQ")), HasSubstr("e is 1"));
  EXPECT_THAT(why(rsa(256, "Ag")), HasSubstr("e is even"));
  EXPECT_THAT(why(rsa(256, "AA")), HasSubstr("e is even"));
  EXPECT_THAT(why(rsa(256, "AAEAAQ")), HasSubstr("leading zero"));
  EXPECT_THAT(why(rsa(256, "AgAAAAE")), HasSubstr("longer than 33 bits"));
  EXPECT_EQ(why(rsa(256, "AQAAAAE")), "");  // 2^32 + 1 has 33 bits
  EXPECT_THAT(why(rsa(256, "AR")), HasSubstr("e is not base64url"));
  EXPECT_THAT(why(rsa(256, "AQAB", R"(,"oth":[])")), HasSubstr("oth"));
  EXPECT_THAT(why(rsa(256, "AQAB", R"(,"d":"Aw","p":"Aw")")), HasSubstr("some are missing"));
  EXPECT_EQ(why(rsa(256, "AQAB", R"(,"d":"Aw")")), "");
  EXPECT_THAT(why(rsa(256, "AQAB", R"(,"x5c":"AAAA")")), HasSubstr("x5c"));
  EXPECT_EQ(why(rsa(256, "AQAB", R"(,"x5c":["AAAA"])")), "");
  EXPECT_THAT(why(rsa(256, "AQAB", R"(,"x5u":"ftp://x")")), HasSubstr("x5u"));
  EXPECT_THAT(why(rsa(256, "AQAB", R"(,"x5t":7)")), HasSubstr("x5t"));
  EXPECT_EQ(why(rsa(128), Profile::fastmcp, Algorithm::RS256), "");
  EXPECT_EQ(why(rsa(256, "AAEAAQ"), Profile::fastmcp, Algorithm::RS256), "");
  EXPECT_THAT(why(rsa(256, "Ag"), Profile::fastmcp, Algorithm::RS256), HasSubstr("odd number"));
  EXPECT_THAT(why(rsa(256, "AQ"), Profile::fastmcp, Algorithm::RS256), HasSubstr("odd number"));
}

TEST(JwkSet, RefusesEdwardsPointsOfSmallOrderAndOtherEncodings) {
  const std::string zero(32, '\0');
  std::string one = zero, minus_one(32, '\xff'), p(32, '\xff'), p_plus_1(32, '\xff');
  one[0] = 1;
  minus_one[0] = '\xec', p[0] = '\xed', p_plus_1[0] = '\xee';
  minus_one[31] = p[31] = p_plus_1[31] = '\x7f';
  std::string signed_one = one, signed_zero = zero;
  signed_one[31] = signed_zero[31] = '\x80';
  for (const std::string& x : {zero, one, minus_one, signed_one, signed_zero})
    EXPECT_THAT(why(ed25519(x)), HasSubstr("small order"));
  const std::string order_8 = *codec::base64url_decode("JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU");
  EXPECT_THAT(why(ed25519(order_8)), HasSubstr("small order"));
  const std::string other_8 = *codec::base64url_decode("xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o");
  EXPECT_THAT(why(ed25519(other_8)), HasSubstr("small order"));
  for (const std::string& x : {p, p_plus_1, std::string(32, '\xff')})
    EXPECT_THAT(why(ed25519(x)), HasSubstr("canonical"));
  EXPECT_EQ(why(ed25519(zero), Profile::fastmcp, Algorithm::EdDSA), "");
  const auto ed448 = [](const std::string& x) { return R"({"kty":"OKP","crv":"Ed448","x":")" + b64(x) + "\"}"; };
  EXPECT_THAT(why(ed448(std::string(57, '\0'))), HasSubstr("small order"));
  EXPECT_THAT(why(ed448(std::string(57, '\x01'))), HasSubstr("canonical"));
  EXPECT_EQ(why(ed448(std::string(56, '\x01') + '\x80')), "");
}

TEST(JwkSet, ReadsUseAlgAndOperationsByProfile) {
  struct Row {
    const char* more;
    bool strict;
    bool fastmcp;
  };
  for (const Row& row : std::initializer_list<Row>{{R"(,"use":"sig")", true, true},
                                                   {R"(,"use":"enc")", false, true},
                                                   {R"(,"use":"tls")", false, false},
                                                   {R"(,"use":1)", false, false},
                                                   {R"(,"use":null)", false, false},
                                                   {R"(,"use":["sig"])", false, true},
                                                   {R"(,"alg":"ES256")", true, true},
                                                   {R"(,"alg":"ES384")", false, true},
                                                   {R"(,"alg":"RS256")", false, true},
                                                   {R"(,"alg":"none")", false, true},
                                                   {R"(,"alg":256)", false, false},
                                                   {R"(,"key_ops":["verify"])", true, true},
                                                   {R"(,"key_ops":["encrypt"])", false, true},
                                                   {R"(,"key_ops":[])", false, true},
                                                   {R"(,"key_ops":["verify","x"])", true, false},
                                                   {R"(,"key_ops":"verify")", false, true},
                                                   {R"(,"key_ops":["verify","verify"])", false, true},
                                                   {R"(,"key_ops":null)", false, false},
                                                   {R"(,"use":"sig","key_ops":["verify"])", true, true},
                                                   {R"(,"use":"sig","key_ops":["encrypt"])", false, false},
                                                   {R"(,"use":"enc","key_ops":["verify"])", false, false},
                                                   {R"(,"use":"sig","key_ops":"verify")", false, false},
                                                   {R"(,"kid":3)", false, false},
                                                   {R"(,"kid":null)", false, false},
                                                   {R"(,"foo":[1])", true, true}}) {
    EXPECT_EQ(why(ec(row.more)).empty(), row.strict) << row.more;
    EXPECT_EQ(why(ec(row.more), Profile::fastmcp).empty(), row.fastmcp) << row.more;
  }
}

TEST(JwkSet, ReadsAtMost32Operations) {
  const auto operations = [](int others) {
    std::string text = R"(,"key_ops":["verify")";
    for (int i = 0; i < others; ++i) text += ",\"x" + std::to_string(i) + "\"";
    return text + "]";
  };
  EXPECT_EQ(why(ec(operations(31))), "");
  EXPECT_THAT(why(ec(operations(32))), HasSubstr("key_ops holds more than 32 operations"));
}

TEST(JwkSet, TellsOfTheFirst20SkippedKeysAndCountsTheRest) {
  std::string keys = "1";
  for (int i = 1; i < 25; ++i) keys += R"(,{"kid":"k)" + std::to_string(i) + "\"}";
  for (Profile profile : {Profile::strict, Profile::fastmcp}) {
    const auto read = JwkSet::parse(set(keys), profile, "set", Algorithm::ES256);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->notes.size(), 20u);
    EXPECT_EQ(read->more_skipped, 5u);
    EXPECT_EQ(read->skipped_kids.size(), 24u);
  }
}

TEST(JwkSet, RefusesASetOfMoreThan100000Keys) {
  std::string keys = "1";
  for (int i = 1; i < 100'000; ++i) keys += ",1";
  for (Profile profile : {Profile::strict, Profile::fastmcp}) {
    EXPECT_TRUE(JwkSet::parse(set(keys), profile, "jwks.json"));
    const auto read = JwkSet::parse(set(keys + ",1"), profile, "jwks.json");
    ASSERT_FALSE(read);
    EXPECT_THAT(read.error().message, HasSubstr("jwks.json: keys: the set holds 100001 keys"));
  }
}

TEST(JwkSet, FastmcpKeepsOnlyTheTypeOfItsAlgorithm) {
  const auto read = JwkSet::parse(set(ec() + "," + rsa(256)), Profile::fastmcp, "set", Algorithm::PS256);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->keys.size(), 1u);
  EXPECT_EQ(read->keys[0].type, KeyType::RSA);
}

TEST(JwkSet, FastmcpFindsNothingInASetItsReaderFailsOn) {
  for (const std::string& text :
       {std::string("null"), std::string("[]"), std::string(R"({"keys":null})"),
        set(R"({"kty":"RSA","kid":["x"]},)" + ec()), set(ec(R"(,"kid":{"a":1})") + "," + ec())}) {
    const auto read = JwkSet::parse(text, Profile::fastmcp, "set", Algorithm::ES256);
    ASSERT_TRUE(read) << text;
    EXPECT_TRUE(read->poisoned) << text;
    EXPECT_THAT(read->keys, IsEmpty()) << text;
  }
  for (const std::string& text : {std::string("{}"), std::string(R"({"keys":{"a":1}})"),
                                  std::string(R"({"keys":"ab"})"), set(ec(R"(,"kid":[])"))}) {
    const auto read = JwkSet::parse(text, Profile::fastmcp, "set", Algorithm::ES256);
    ASSERT_TRUE(read) << text;
    EXPECT_FALSE(read->poisoned) << text;
    EXPECT_THAT(read->keys, IsEmpty()) << text;
  }
}

TEST(JwkSet, AnEmptyKidIsNoKidForFastmcpAlone) {
  EXPECT_TRUE(JwkSet::parse(set(ec(R"(,"kid":"")")), Profile::strict, "set")->keys[0].has_kid);
  EXPECT_FALSE(JwkSet::parse(set(ec(R"(,"kid":"")")), Profile::fastmcp, "set", Algorithm::ES256)->keys[0].has_kid);
}

}  // namespace
}  // namespace assay
