// ES256K (RFC 8812 §3.2): verified only if it is named, by OpenSSL under every backend, never by FastMCP's rules.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "assay/key_pair.h"
#include "assay/token_inspector.h"
#include "assay/verifier.h"

namespace assay {
namespace {

using ::testing::HasSubstr;

class Es256k : public testing::TestWithParam<const char*> {
 protected:
  Es256k() : pair_(*KeyPair::generate(Algorithm::ES256K)) {
    TokenRequest request;
    request.kid = "k1";
    token_ = pair_.create_token(request);
  }

  JwtVerifierOptions options(KeySource::Kind kind, std::vector<Algorithm> algorithms) const {
    JwtVerifierOptions options;
    options.keys = {{kind, kind == KeySource::Kind::jwks_text ? pair_.jwks("k1") : pair_.public_pem(), "key"}};
    options.policy.algorithms = std::move(algorithms);
    options.backend = GetParam();
    return options;
  }

  KeyPair pair_;
  std::string token_;
};

INSTANTIATE_TEST_SUITE_P(EachBackend, Es256k, testing::Values("openssl", "lanes"),
                         [](const auto& which) { return std::string(which.param); });

TEST_P(Es256k, IsVerifiedWhenNamed) {
  for (const auto kind : {KeySource::Kind::jwks_text, KeySource::Kind::public_key_text}) {
    const auto verifier = JwtVerifier::create(options(kind, {Algorithm::ES256K, Algorithm::ES256}));
    ASSERT_TRUE(verifier) << verifier.error().message;
    EXPECT_TRUE(verifier->verify(token_).valid());
    std::string spoiled = token_;
    char& spoilt = spoiled[spoiled.rfind('.') + 5];
    spoilt = spoilt == 'A' ? 'B' : 'A';  // another character of base64url
    EXPECT_EQ(verifier->verify(spoiled).reason(), Reason::signature_invalid);
  }
}

TEST_P(Es256k, IsVerifiedInGroupsToo) {
  const auto verifier = JwtVerifier::create(options(KeySource::Kind::jwks_text, {Algorithm::ES256K}));
  ASSERT_TRUE(verifier) << verifier.error().message;
  std::string spoiled = token_;
  spoiled[spoiled.size() - 20] ^= 1;
  std::vector<std::string_view> tokens(100, token_);
  tokens[17] = spoiled;
  std::vector<Verdict> verdicts(tokens.size());
  verifier->verify_batch(tokens, verdicts, Instant::now());
  for (std::size_t i = 0; i < tokens.size(); ++i) EXPECT_EQ(verdicts[i].valid(), i != 17) << i;
}

TEST_P(Es256k, IsNotAllowedUnlessNamed) {
  JwtVerifierOptions mixed = options(KeySource::Kind::jwks_text, {});
  std::string& set = mixed.keys[0].value;
  const std::string other = KeyPair::generate(Algorithm::ES256)->jwks("k2");
  // {"keys":[one]} and {"keys":[other]} become {"keys":[one,other]}.
  set = set.substr(0, set.rfind(']')) + "," + other.substr(other.find('[') + 1);
  std::string notes;
  mixed.on_note = [&notes](std::string_view note) { notes += note; };
  const auto verifier = JwtVerifier::create(std::move(mixed));
  ASSERT_TRUE(verifier) << verifier.error().message;
  EXPECT_THAT(notes, HasSubstr("key 1 (kid \"k1\"): skipped: an EC key on secp256k1 verifies only ES256K"));
  const Verdict verdict = verifier->verify(token_);
  EXPECT_EQ(verdict.reason(), Reason::key_not_found);
  EXPECT_THAT(verdict.detail, HasSubstr("which is used only if it is named among the allowed algorithms"));

  const auto inspector = TokenInspector::create({});
  ASSERT_TRUE(inspector);
  EXPECT_EQ(inspector->inspect(token_, Instant::now()).reasons, ReasonSet(Reason::algorithm_not_allowed));
}

TEST_P(Es256k, ALoneKeyAsksForTheName) {
  const auto verifier = JwtVerifier::create(options(KeySource::Kind::public_key_text, {}));
  ASSERT_FALSE(verifier);
  EXPECT_EQ(verifier.error().field, "policy.algorithms");
  EXPECT_THAT(verifier.error().message, HasSubstr("used only if it is named"));
}

TEST_P(Es256k, DoesNotMixWithEs256) {
  const auto verifier = JwtVerifier::create(options(KeySource::Kind::jwks_text, {Algorithm::ES256, Algorithm::ES256K}));
  ASSERT_TRUE(verifier) << verifier.error().message;
  TokenRequest request;
  request.kid = "k1";
  const std::string other = KeyPair::generate(Algorithm::ES256)->create_token(request);
  EXPECT_EQ(verifier->verify(other).reason(), Reason::key_mismatch);
}

TEST_P(Es256k, IsUnknownToFastmcp) {
  JwtVerifierOptions fastmcp = options(KeySource::Kind::jwks_text, {Algorithm::ES256K});
  fastmcp.policy.profile = Profile::fastmcp;
  const auto verifier = JwtVerifier::create(std::move(fastmcp));
  ASSERT_FALSE(verifier);
  EXPECT_EQ(verifier.error().field, "policy.algorithms");
}

}  // namespace
}  // namespace assay
