// Tokens with '=' in their segments, signed over the padded text as AWS ALB signs them.
#include <gtest/gtest.h>

#include <string>

#include "assay/key_pair.h"
#include "assay/token_inspector.h"
#include "assay/verifier.h"
#include "codec/base64url.h"

namespace assay {
namespace {

constexpr Instant kAt{1'790'000'000, 0};
constexpr std::string_view kPayload = R"({"sub":"alice","exp":1790003600})";  // 32 bytes: one '='

std::string padded(std::string_view segment) {
  return std::string(segment) + std::string((4 - segment.size() % 4) % 4, '=');
}

// The parts of a token, each padded, and the signature over the padded text. `header` of 1 mod 3 bytes gives "==".
struct Parts {
  std::string header, payload, signature;
  std::string token() const { return header + "." + payload + "." + signature; }
};

class Padding : public testing::TestWithParam<const char*> {
 protected:
  Padding() : key_(std::move(*KeyPair::generate(Algorithm::ES256))) {}

  Parts sign(std::string_view header) const {
    Parts parts{padded(codec::base64url_encode(header)), padded(codec::base64url_encode(kPayload)), ""};
    parts.signature = padded(codec::base64url_encode(key_.signature(parts.header + "." + parts.payload)));
    return parts;
  }

  JwtVerifier verifier(bool accept) const {
    JwtVerifierOptions options;
    options.keys = {{KeySource::Kind::public_key_text, key_.public_pem(), "key"}};
    options.policy.accept_padding = accept;
    options.backend = GetParam();
    return std::move(*JwtVerifier::create(std::move(options)));
  }

  KeyPair key_;
};
INSTANTIATE_TEST_SUITE_P(EachBackend, Padding, testing::Values("openssl", "lanes"));

TEST_P(Padding, IsJudgedAsItWasSignedOnlyIfTheOperatorAsks) {
  const JwtVerifier strict = verifier(false), lenient = verifier(true);
  for (const char* header : {R"({"alg":"ES256"})", R"({"alg":"ES256" })", R"({"alg": "ES256" })"}) {
    const std::string token = sign(header).token();
    const Verdict rejected = strict.verify(token, kAt);
    EXPECT_EQ(rejected.reasons, ReasonSet(Reason::malformed_token)) << header;
    EXPECT_NE(rejected.detail.find("'=' padding, as AWS ALB writes it"), std::string::npos) << rejected.detail;
    EXPECT_TRUE(lenient.verify(token, kAt).valid()) << header << ": " << lenient.verify(token, kAt).detail;
  }
}

TEST_P(Padding, IsPartOfTheSigningInput) {
  const JwtVerifier lenient = verifier(true);
  const Parts parts = sign(R"({"alg":"ES256"})");
  const auto without = [](std::string text) { return text.substr(0, text.find('=')); };
  // A signature over padded text does not cover the text without.
  const std::string stripped = Parts{without(parts.header), without(parts.payload), parts.signature}.token();
  EXPECT_EQ(lenient.verify(stripped, kAt).reasons, ReasonSet(Reason::signature_invalid));
  // The signature's own padding is not signed.
  EXPECT_TRUE(lenient.verify(Parts{parts.header, parts.payload, without(parts.signature)}.token(), kAt).valid());
  // And an ordinary token is accepted as ever.
  EXPECT_TRUE(lenient.verify(key_.sign(R"({"alg":"ES256"})", kPayload), kAt).valid());
}

TEST_P(Padding, HasToBeOfTheRightLength) {
  const JwtVerifier lenient = verifier(true);
  const Parts parts = sign(R"({"alg":"ES256"})");
  for (const Parts& wrong : {Parts{parts.header + "====", parts.payload, parts.signature},
                             Parts{parts.header, parts.payload + "=", parts.signature},
                             Parts{parts.header, parts.payload, parts.signature.substr(0, parts.signature.size() - 1)},
                             Parts{parts.header, "=" + parts.payload, parts.signature}}) {
    const Verdict verdict = lenient.verify(wrong.token(), kAt);
    EXPECT_EQ(verdict.reasons, ReasonSet(Reason::malformed_token)) << wrong.token();
  }
}

TEST_P(Padding, IsJudgedAlikeWithoutKeys) {
  Policy policy;
  policy.accept_padding = true;
  const auto inspector = TokenInspector::create(policy);
  ASSERT_TRUE(inspector);
  EXPECT_TRUE(inspector->inspect(sign(R"({"alg":"ES256"})").token(), kAt).reasons.empty());
}

}  // namespace
}  // namespace assay
