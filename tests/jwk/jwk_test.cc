#include "jwk/key_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "codec/base64url.h"

namespace assay {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

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
  EXPECT_EQ(read->keys.size() + read->skipped.size(), 1u);
  return read->skipped.empty() ? "" : read->skipped[0].why;
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
  ASSERT_EQ(read->skipped.size(), 3u);
  EXPECT_FALSE(read->skipped[0].kid);
  EXPECT_EQ(read->skipped[1].kid, "q");
  EXPECT_EQ(read->skipped[1].why, "kty is missing");
  EXPECT_EQ(read->skipped[2].kid, "\x1bz");
  EXPECT_EQ(read->skipped[2].position, 3u);
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
  EXPECT_EQ(why(with_x(b64(std::string(31, '\x01')))),
            "x has 31 bytes and needs 32 (RFC 7518 §6.2.1.2): its leading zero byte was left out; the number itself is "
            "sound");
  EXPECT_EQ(why(with_x(b64(std::string(1, '\x01')))), "x has 1 byte and needs 32 (RFC 7518 §6.2.1.2)");
  EXPECT_THAT(why(with_x(b64(std::string(33, '\0')))), HasSubstr("33 bytes and needs 32"));
  EXPECT_THAT(why(with_x(b64(std::string(33, '\0')))), HasSubstr("a leading zero byte too many"));
  EXPECT_EQ(why(with_x(b64(std::string(33, '\x01')))), "x has 33 bytes and needs 32 (RFC 7518 §6.2.1.2)");
  EXPECT_THAT(why(with_x("")), HasSubstr("x is empty"));
  EXPECT_THAT(why(with_x(kX + "=")), HasSubstr("x is padded with ="));
  // joserfc reads numbers: narrow ones are padded, leading zeros are dropped.
  EXPECT_EQ(why(with_x(b64(std::string(31, '\x01'))), Profile::fastmcp), "");
  EXPECT_EQ(why(with_x(b64(std::string(33, '\0'))), Profile::fastmcp), "");
  EXPECT_EQ(why(with_x(b64(std::string(33, '\x01'))), Profile::fastmcp), "");  // prepare_key reduces it
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
  EXPECT_THAT(why(rsa(256, "AR")), HasSubstr("e ends in bits that must be zero"));
  EXPECT_EQ(why(rsa(256, "AQAB", R"(,"oth":[])")), "");  // there are no further primes
  EXPECT_THAT(why(rsa(256, "AQAB", R"(,"oth":[{"r":"Aw"}])")), HasSubstr("oth"));
  EXPECT_THAT(why(rsa(256, "AQAB", R"(,"oth":[])"), Profile::fastmcp, Algorithm::RS256), HasSubstr("oth"));
  EXPECT_THAT(why(rsa(256, "AQAB", R"(,"d":"Aw","p":"Aw")")), HasSubstr("some of p, q, dp, dq and qi are missing"));
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
                                                   {R"(,"use":null)", true, false},
                                                   {R"(,"use":"jwt-svid")", true, false},
                                                   {R"(,"use":"x509-svid")", false, false},
                                                   {R"(,"use":"SIG")", false, false},
                                                   {R"(,"alg":null)", true, false},
                                                   {R"(,"x5c":null,"x5t":null,"x5u":null)", true, false},
                                                   {R"(,"x5c":[])", true, true},
                                                   {R"(,"d":null)", true, false},
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
                                                   {R"(,"key_ops":null)", true, false},
                                                   {R"(,"use":"sig","key_ops":["verify"])", true, true},
                                                   {R"(,"use":"sig","key_ops":["encrypt"])", false, false},
                                                   {R"(,"use":"enc","key_ops":["verify"])", false, false},
                                                   {R"(,"use":"sig","key_ops":"verify")", false, false},
                                                   {R"(,"kid":3)", false, false},
                                                   {R"(,"kid":null)", true, false},
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
    EXPECT_EQ(read->more_notes, 5u);
    EXPECT_EQ(read->skipped.size(), 25u);
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

TEST(JwkSet, Fastmcp34KeepsEveryKeyThatItConverts) {
  const auto read =
      JwkSet::parse(set(ec() + "," + rsa(256) + "," + ed25519("x")), Profile::fastmcp_3_4, "set", Algorithm::PS256);
  ASSERT_TRUE(read);
  ASSERT_EQ(read->keys.size(), 2u);
  EXPECT_TRUE(read->keys[0].permitted.contains(Algorithm::ES256));
}

TEST(JwkSet, FastmcpRefusesASetItsReaderFailsOn) {
  for (const std::string& text :
       {std::string("null"), std::string("[]"), std::string(R"({"keys":null})"), std::string("{}"),
        std::string(R"({"keys":{"a":1}})"), std::string(R"({"keys":"ab"})"),
        set(R"({"kty":"RSA","kid":["x"]},)" + ec()), set(ec(R"(,"kid":{"a":1})") + "," + ec())}) {
    EXPECT_FALSE(JwkSet::parse(text, Profile::fastmcp, "set", Algorithm::ES256)) << text;
  }
  const auto read = JwkSet::parse(set(ec(R"(,"kid":[])")), Profile::fastmcp, "set", Algorithm::ES256);
  ASSERT_TRUE(read);
  EXPECT_THAT(read->keys, IsEmpty());
}

TEST(JwkSet, SaysExactlyWhatIsWrongWithANumber) {
  const std::string zero = std::string(1, '\0') + "\xc1" + std::string(254, '\x55') + "\x0b";
  const auto with_n = [](const std::string& n) { return R"({"kty":"RSA","e":"AQAB","n":")" + n + "\"}"; };
  std::string standard = b64("\xfb\xff" + std::string(253, '\x55') + "\x0b");
  for (char& c : standard) c = c == '-' ? '+' : c == '_' ? '/' : c;
  EXPECT_EQ(why(with_n(b64(zero))), "n has a leading zero byte (RFC 7518 §6.3.1.1); the number itself is sound");
  const std::string mend = "; the number itself is sound: write it in base64url without padding in a copy of the set";
  EXPECT_EQ(why(with_n(standard)), "n is standard base64, not base64url (RFC 7515 §2)" + mend);
  EXPECT_EQ(why(with_n(standard + "==")),
            "n is standard base64, not base64url and is padded with = (RFC 7515 §2)" + mend);
  EXPECT_EQ(why(with_n(b64("\xc1" + std::string(255, '\x55')) + "==")), "n is padded with = (RFC 7515 §2)" + mend);
  EXPECT_EQ(why(with_n(b64(zero) + "=")), "n is padded with = and has a leading zero byte (RFC 7515 §2)" + mend);
  EXPECT_EQ(why(with_n(b64("\xc1" + std::string(255, '\x55')) + "\\n")), "n holds white space (RFC 7515 §2)" + mend);
  EXPECT_THAT(why(with_n("AB!D")), HasSubstr("n holds a character that base64url does not have"));
  EXPECT_THAT(why(with_n("AB=D")), HasSubstr("n holds a character that base64url does not have"));
  EXPECT_THAT(why(with_n("ABCDE")), HasSubstr("was it cut?"));
  EXPECT_THAT(why(R"({"kty":"RSA","n":"","e":null})"), "n is empty; e is missing");
}

TEST(JwkSet, TellsWhichKeysTheProfileFastmcpTakes) {
  const auto taken = [](const std::string& key) { return JwkSet::parse(set(key), Profile::strict, "set")->skipped[0]; };
  EXPECT_EQ(taken(rsa(256, "AAEAAQ")).fastmcp_takes_it, Algorithm::RS256);
  EXPECT_EQ(taken(rsa(128)).fastmcp_takes_it, Algorithm::RS256);
  EXPECT_EQ(taken(rsa(256, "AQAB", R"(,"alg":"SHA256withRSA")")).fastmcp_takes_it, Algorithm::RS256);
  EXPECT_EQ(taken(ec(R"(,"key_ops":[])")).fastmcp_takes_it, Algorithm::ES256);
  EXPECT_EQ(taken(R"({"kty":"EC","crv":"P-384","x":"AQ","y":"AQ"})").fastmcp_takes_it, Algorithm::ES384);
  EXPECT_FALSE(taken(rsa(256, "AQAB=")).fastmcp_takes_it);
  EXPECT_FALSE(taken(ec(R"(,"use":"enc")")).fastmcp_takes_it);  // whoever gave it meant it so
  EXPECT_FALSE(taken(ed25519(std::string(32, '\0'))).fastmcp_takes_it);
  EXPECT_FALSE(taken(R"({"kty":"oct","k":"AAAA"})").fastmcp_takes_it);
  const auto read = JwkSet::parse(set(rsa(128)), Profile::strict, "set");
  EXPECT_THAT(read->notes, ElementsAre(HasSubstr("; the profile fastmcp takes it")));
}

TEST(JwkSet, GuessesTheAlgorithmThatAnotherNameMeans) {
  const auto alg = [](const std::string& key, const std::string& name) {
    return why(key.substr(0, key.size() - 1) + R"(,"alg":")" + name + "\"}");
  };
  for (const char* name : {"SHA256withRSA", "rs256", "RSA-SHA256", "sha256WithRSAEncryption", "RSASHA256"})
    EXPECT_THAT(alg(rsa(256), name), HasSubstr(std::string(name) + "\", which is no signature algorithm")) << name;
  for (const char* name : {"SHA256withRSA", "rs256", "RSA-SHA256", "sha256WithRSAEncryption", "RSASHA256"})
    EXPECT_THAT(alg(rsa(256), name), HasSubstr("(RS256 is meant?)")) << name;
  EXPECT_THAT(alg(rsa(256), "SHA512withRSAandMGF1"), HasSubstr("(PS512 is meant?)"));
  EXPECT_THAT(alg(ec(), "SHA256withECDSA"), HasSubstr("(ES256 is meant?)"));
  EXPECT_EQ(alg(rsa(256), "RSA-OAEP"), "alg is \"RSA-OAEP\", which is no signature algorithm that assay verifies");
  EXPECT_THAT(alg(ec(), "none"), Not(HasSubstr("is meant")));
  EXPECT_EQ(alg(ec(), "RS256"), "alg is RS256, which does not fit the key");
}

TEST(JwkSet, EdDsaAndTheCurvesOwnNameAreOneAlgorithm) {
  const std::string x = R"({"kty":"OKP","crv":"Ed25519","x":")" + b64(std::string(32, '\x07')) + "\"";
  for (const char* alg : {"EdDSA", "Ed25519"}) {
    const auto read = JwkSet::parse(set(x + R"(,"alg":")" + alg + "\"}"), Profile::strict, "set");
    ASSERT_EQ(read->keys.size(), 1u);
    EXPECT_EQ(read->keys[0].permitted, only({Algorithm::EdDSA, Algorithm::Ed25519})) << alg;
  }
  EXPECT_THAT(why(x + R"(,"alg":"Ed448"})"), HasSubstr("alg is Ed448, which does not fit the key"));
}

TEST(JwkSet, UsesThePublicPartOfAPrivateKeyAndSaysSo) {
  for (const char* more : {R"(,"d":"Aw")", R"(,"d":"!")", R"(,"p":"Aw")"}) {
    const auto read = JwkSet::parse(set(rsa(256, "AQAB", std::string(R"(,"kid":"k1")") + more)), Profile::strict, "j");
    ASSERT_EQ(read->keys.size(), 1u) << more;
    EXPECT_TRUE(read->keys[0].d.empty());
    EXPECT_THAT(read->notes, ElementsAre("j: key 1 (kid \"k1\"): holds the private key: whoever can read this set can "
                                         "sign"));
  }
}

TEST(JwkSet, NamesOtherDocuments) {
  const std::pair<std::string, const char*> cases[] = {
      {R"({"issuer":"https://i","jwks_uri":"https://i/keys"})",
       "a discovery document, not a JWK Set; give https://i/keys"},
      {R"({"issuer":"https://i"})", "without jwks_uri"},
      {"<!DOCTYPE html>\n<html></html>", "HTML, not JSON"},
      {"\n <html>", "HTML, not JSON"},
      {"<?xml version='1.0'?>", "XML, not JSON"},
      {"[" + ec() + "]", "a list of keys, not a JWK Set; put it into {\"keys\":[...]}"},
      {ec(), "a single JWK, not a set; put it into {\"keys\":[...]}"},
      {R"({"k1":)" + ec() + "}", "put the values into {\"keys\":[...]}"},
      {"", "empty, not JSON"},
      {" \n", "empty, not JSON"},
      {"-----BEGIN PUBLIC KEY-----\n", "PEM, not a JWK Set; give it as a public key"},
      {"eyJhbGciOiJub25lIn0.e30.", "a token (JWT), not a JWK Set"},
      {std::string("\xff\xfe{\0", 4),
       "UTF-16 (byte order mark FF FE), not UTF-8; convert it: iconv -f UTF-16 -t UTF-8"},
      {std::string("{\0\"\0", 4), "UTF-16LE"},
      {"\x1f\x8b\x08", "gzip, not JSON; unpack it"},
      {R"({"error":"x"})", "has no member keys"}};
  for (const auto& [text, what] : cases) {
    const auto read = JwkSet::parse(text, Profile::strict, "jwks.json");
    ASSERT_FALSE(read) << text;
    EXPECT_THAT(read.error().message, HasSubstr(what));
    EXPECT_THAT(read.error().message, Not(HasSubstr("\n")));
  }
}

TEST(JwkSet, PassesOverAByteOrderMark) {
  EXPECT_EQ(JwkSet::parse("\xef\xbb\xbf" + set(ec()), Profile::strict, "set")->keys.size(), 1u);
}

TEST(JwkSet, ReadsAMapFromKidToPemInStrict) {
  const std::string map = R"({"k1":"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n","k2":"x"})";
  const auto read = JwkSet::parse(map, Profile::strict, "set");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->pem_keys.size(), 2u);
  EXPECT_EQ(read->pem_keys[0].kid, "k1");
  EXPECT_THAT(read->pem_keys[0].pem, HasSubstr("BEGIN CERTIFICATE-----\nAA"));
  EXPECT_THAT(JwkSet::parse(map, Profile::fastmcp, "set").error().message, HasSubstr("a map from kid to PEM"));
}

TEST(JwkSet, SkipsWhatIsNoTextInAMapFromKidToPem) {
  const std::string pem = R"("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n")";
  for (const char* odd : {"7", "null", "{}", "[]", "true"}) {
    const auto read =
        JwkSet::parse("{\"updated\":" + std::string(odd) + ",\"k1\":" + pem + "}", Profile::strict, "set");
    ASSERT_TRUE(read) << read.error().message;
    ASSERT_EQ(read->pem_keys.size(), 1u) << odd;
    EXPECT_EQ(read->pem_keys[0].kid, "k1");
    EXPECT_EQ(read->pem_keys[0].position, 2u);
    EXPECT_THAT(read->notes,
                ElementsAre("set: key 1 (kid \"updated\"): skipped: not a string; in a map from kid to PEM "
                            "each value is a PEM text"));
  }
  // A document of another kind may hold PEM, too.
  for (const char* other : {R"("jwks_uri":"https://i/keys")", R"("issuer":"https://i")", R"("kty":"RSA")"}) {
    EXPECT_FALSE(JwkSet::parse("{" + std::string(other) + ",\"certificate\":" + pem + "}", Profile::strict, "set"));
  }
}

TEST(JwkSet, SkipsNumbersThatAreHexadecimal) {
  const auto hex = [](std::size_t digits) {
    std::string text;
    for (std::size_t i = 0; i < digits; ++i) text += "c0ffee7B91"[i % 10];
    return text;
  };
  const auto rsa_of = [](const std::string& n) { return R"({"kty":"RSA","e":"AQAB","n":")" + n + "\"}"; };
  constexpr const char* kWhy =
      " is hexadecimal, not base64url (RFC 7518 §2): write the bytes of the number in base64url";
  for (const std::size_t digits : {512, 768, 1024, 1536, 2048}) {
    EXPECT_EQ(why(rsa_of(hex(digits))), std::string("n") + kWhy) << digits;
    EXPECT_EQ(why(rsa_of("00" + hex(digits))), std::string("n") + kWhy) << digits;
    EXPECT_EQ(why(rsa_of("0x" + hex(digits))), std::string("n") + kWhy) << digits;
  }
  EXPECT_EQ(why(R"({"kty":"EC","crv":"P-256","x":")" + hex(64) + R"(","y":")" + hex(64) + "\"}"),
            std::string("x") + kWhy + "; y" + kWhy);
  EXPECT_EQ(why(R"({"kty":"OKP","crv":"Ed25519","x":")" + hex(64) + "\"}"), std::string("x") + kWhy);
  EXPECT_EQ(why(rsa(256)), "");
  // joserfc decodes it as base64url, so FastMCP takes the key.
  EXPECT_EQ(why(rsa_of(hex(512)), Profile::fastmcp, Algorithm::RS256), "");
}

TEST(JwkSet, ReadsTheKeysOfASignedSet) {
  const std::string header = b64(R"({"typ":"jwk-set+jwt","alg":"RS256","kid":"f"})");
  const std::string token = header + "." + b64(R"({"iss":"https://i","keys":[)" + ec() + "]}") + ".c2ln\n";
  const auto read = JwkSet::parse(token, Profile::strict, "history");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->keys.size(), 1u);
  EXPECT_THAT(read->notes, ElementsAre("history: a signed key set: its signature was not verified"));
  EXPECT_FALSE(JwkSet::parse(token, Profile::fastmcp, "history"));
}

TEST(JwkSet, AnEmptyKidIsNoKidForFastmcpAlone) {
  EXPECT_TRUE(JwkSet::parse(set(ec(R"(,"kid":"")")), Profile::strict, "set")->keys[0].has_kid);
  EXPECT_FALSE(JwkSet::parse(set(ec(R"(,"kid":"")")), Profile::fastmcp, "set", Algorithm::ES256)->keys[0].has_kid);
}

}  // namespace
}  // namespace assay
