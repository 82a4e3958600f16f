// What a verdict says of a signature that is not valid: bytes found and needed, the form, the keys that were tried.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "assay/key_pair.h"
#include "assay/verifier.h"
#include "codec/base64url.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr Instant kAt{1'790'000'000, 0};
constexpr std::string_view kPayload = R"({"sub":"alice","exp":1790003600})";

// A key and the tokens that claim to be signed by it.
class Signed {
 public:
  explicit Signed(Algorithm algorithm, std::string more = "")
      : key_(std::move(*KeyPair::generate(algorithm))),
        input_(codec::base64url_encode(R"({"alg":")" + std::string(to_string(algorithm)) + "\"" + more + "}") + "." +
               codec::base64url_encode(kPayload)) {}

  std::string signature() const { return key_.signature(input_); }
  std::string jwks(std::string_view kid = {}) const { return key_.jwks(kid); }

  Verdict verdict_on(std::string_view signature, std::string jwks = "", Profile profile = Profile::strict) const {
    JwtVerifierOptions options;
    options.policy.profile = profile;
    if (is_fastmcp(profile)) options.policy.algorithms = {key_.algorithm()};
    options.keys = {{KeySource::Kind::jwks_text, jwks.empty() ? key_.jwks() : std::move(jwks), "keys"}};
    const auto verifier = JwtVerifier::create(std::move(options));
    return verifier->verify(input_ + "." + codec::base64url_encode(signature), kAt);
  }
  std::string detail_of(std::string_view signature) const {
    const Verdict verdict = verdict_on(signature);
    EXPECT_EQ(verdict.reasons, ReasonSet(Reason::signature_invalid));
    return verdict.detail;
  }

 private:
  KeyPair key_;
  std::string input_;
};

// r and s as a SEQUENCE of two INTEGERs.
std::string der(std::string_view raw) {
  std::string body;
  for (std::string_view number : {raw.substr(0, raw.size() / 2), raw.substr(raw.size() / 2)}) {
    while (number.size() > 1 && number[0] == '\0') number.remove_prefix(1);
    const bool sign_byte = (number[0] & 0x80) != 0;
    body += '\x02';
    body += static_cast<char>(number.size() + sign_byte);
    if (sign_byte) body += '\0';
    body += number;
  }
  return std::string("\x30") + (body.size() > 127 ? "\x81" : "") + static_cast<char>(body.size()) + body;
}

TEST(SignatureDetail, KnowsDerOfEveryCurve) {
  for (const auto& [algorithm, bytes] :
       {std::pair(Algorithm::ES256, "64"), std::pair(Algorithm::ES384, "96"), std::pair(Algorithm::ES512, "132")}) {
    const Signed key(algorithm);
    const std::string signature = der(key.signature());
    EXPECT_EQ(key.detail_of(signature), std::to_string(signature.size()) + " bytes in DER; " +
                                            std::string(to_string(algorithm)) + " takes " + bytes +
                                            " (r and s, RFC 7518 §3.4)");
    EXPECT_THAT(key.detail_of(signature + "x"), Not(HasSubstr("DER")));
  }
}

TEST(SignatureDetail, SaysHowManyBytesAreThereAndHowManyAreNeeded) {
  const Signed ec(Algorithm::ES256), rsa(Algorithm::RS256), hmac(Algorithm::HS256), edwards(Algorithm::Ed25519);
  EXPECT_THAT(ec.detail_of(ec.signature().substr(1)), HasSubstr("63 bytes; ES256 takes 64; cut, or leading zeros"));
  EXPECT_THAT(ec.detail_of(ec.signature() + "x"), HasSubstr("65 bytes; ES256 takes 64"));
  EXPECT_THAT(ec.detail_of(std::string(32, 'x')), HasSubstr("32 bytes; ES256 takes 64"));
  EXPECT_THAT(rsa.detail_of(rsa.signature().substr(1)),
              HasSubstr("255 bytes; RS256 with this key takes 256, the bytes of the modulus"));
  EXPECT_THAT(rsa.detail_of(std::string(512, 'x')), HasSubstr("512 bytes; RS256 with this key takes 256"));
  EXPECT_THAT(hmac.detail_of(hmac.signature().substr(1)), HasSubstr("31 bytes; HS256 takes 32; cut?"));
  EXPECT_THAT(edwards.detail_of(edwards.signature() + "x"), HasSubstr("65 bytes; Ed25519 takes 64"));
}

TEST(SignatureDetail, KnowsHexadecimalText) {
  const Signed hmac(Algorithm::HS256);
  std::string hex;
  for (const char c : hmac.signature()) {
    hex += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    hex += "0123456789abcdef"[c & 15];
  }
  EXPECT_EQ(hmac.detail_of(hex), "64 bytes; HS256 takes 32; it is hexadecimal text");
}

TEST(SignatureDetail, NamesTheKeyOrCountsThem) {
  const Signed key(Algorithm::ES256), other(Algorithm::ES256);
  const std::string wrong(64, '\x01');
  EXPECT_EQ(key.detail_of(wrong), "the signature does not match the key");
  const Signed named(Algorithm::ES256, R"(,"kid":"k1")");
  EXPECT_EQ(named.verdict_on(wrong, named.jwks("k1")).detail, "the signature does not match the key 'k1'");
  const auto keys_of = [](std::string jwks) {
    const std::size_t begin = jwks.find('[') + 1;
    return jwks.substr(begin, jwks.rfind(']') - begin);
  };
  const std::string both = R"({"keys":[)" + keys_of(named.jwks("k1")) + "," + keys_of(other.jwks("k1")) + "]}";
  EXPECT_EQ(named.verdict_on(wrong, both).detail, "the signature matches none of the 2 keys that were tried");
}

TEST(SignatureDetail, TellsTheNonceOfMicrosoftGraphOnlyIfTheLengthIsRight) {
  const Signed key(Algorithm::RS256, R"(,"nonce":"AQABAAA")");
  EXPECT_EQ(key.detail_of(std::string(256, '\x01')),
            "the header has a nonce: such tokens (Microsoft Graph) can be verified by their own audience alone");
  EXPECT_THAT(key.detail_of(std::string(255, '\x01')), HasSubstr("255 bytes"));
  EXPECT_TRUE(key.verdict_on(key.signature()).valid());
}

TEST(SignatureDetail, LeavesCertainlyCutSignaturesToTheShape) {
  const Signed ec(Algorithm::ES256), rsa(Algorithm::RS256);
  const Verdict cut = ec.verdict_on(ec.signature().substr(0, 40));
  EXPECT_EQ(cut.reasons, ReasonSet(Reason::signature_redacted));
  EXPECT_EQ(cut.signature, SignatureState::unchecked);
  EXPECT_THAT(cut.detail, HasSubstr("40 bytes; ES256 takes 64"));
  EXPECT_THAT(rsa.verdict_on(rsa.signature().substr(0, 200)).detail, HasSubstr("200 bytes; RS256 takes at least 256"));
  // FastMCP takes RSA keys of any size.
  EXPECT_EQ(rsa.verdict_on(rsa.signature().substr(0, 200), "", Profile::fastmcp).reasons,
            ReasonSet(Reason::signature_invalid));
}

TEST(Order, LimitsTheWholeTokenInFastmcp) {
  const KeyPair key = std::move(*KeyPair::generate(Algorithm::HS256));
  JwtVerifierOptions options;
  options.policy.profile = Profile::fastmcp;
  options.policy.algorithms = {Algorithm::HS256};
  options.policy.max_token_bytes = 1 << 20;
  options.keys = {{KeySource::Kind::secret_text, key.private_pem(), "secret"}};
  const auto verifier = JwtVerifier::create(std::move(options));
  // Header 512, payload 128000 and signature 1024 characters are each within their limit, but not with two dots.
  const auto token = [](std::size_t header, std::size_t payload) {
    std::string json = R"({"alg":"HS256","x":")";
    json += std::string(header / 4 * 3 - json.size() - 2, 'x') + "\"}";
    return codec::base64url_encode(json) + "." + codec::base64url_encode(std::string(payload / 4 * 3, ' ')) + "." +
           codec::base64url_encode(std::string(768, 'x'));
  };
  EXPECT_EQ(token(512, 128000).size(), 129'538u);
  EXPECT_EQ(verifier->verify(token(512, 128000), kAt).reasons, ReasonSet(Reason::token_too_large));
  EXPECT_EQ(verifier->verify(token(508, 128000), kAt).reasons, ReasonSet(Reason::signature_invalid));
}

// Clients have sent their token, or a part of it, as the kid of another. The look-up still takes the kid as it is.
TEST(SignatureDetail, ShowsNoTokenThatStandsInTheKid) {
  const std::string inner = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJtYWRlLXVwIn0.c2lnbmF0dXJl";
  for (const Profile profile : {Profile::strict, Profile::fastmcp_3_4}) {
    for (const auto& [kid, shown] : {std::pair(inner, "a token of " + std::to_string(inner.size()) + " bytes"),
                                     {"k1:" + inner.substr(0, 40), std::string("k1:a part of a token")},
                                     {"k1", std::string("k1")}}) {
      const Signed token(Algorithm::ES256, ",\"kid\":\"" + kid + "\"");
      const Verdict good = token.verdict_on(token.signature(), token.jwks(kid), profile);
      EXPECT_TRUE(good.valid()) << good.detail;
      EXPECT_EQ(good.kid, shown);
      const Verdict forged = token.verdict_on(std::string(64, '\x01'), token.jwks(kid), profile);
      EXPECT_EQ(forged.reasons, ReasonSet(Reason::signature_invalid));
      EXPECT_EQ(forged.kid, shown);
      EXPECT_EQ(forged.detail,
                kid == "k1" ? "the signature does not match the key 'k1'" : "the signature does not match the key");
      const Verdict unknown = token.verdict_on(token.signature(), token.jwks("other"), profile);
      EXPECT_EQ(unknown.kid, shown);
      EXPECT_THAT(unknown.detail, Not(HasSubstr(inner.substr(0, 24))));
    }
  }
}

}  // namespace
}  // namespace assay
