// The face of the library: what is not said of options and verdicts elsewhere.
#include "assay/verifier.h"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include "assay/key_pair.h"

namespace assay {
namespace {

TEST(VerifyBatch, JudgesEachTokenAtItsOwnMoment) {
  const Result<KeyPair> pair = KeyPair::generate(Algorithm::EdDSA);
  ASSERT_TRUE(pair);
  TokenRequest request;
  request.issued_at = Instant{1'790'000'000, 0};
  request.expires_in_seconds = 60;
  const std::string token = pair->create_token(request);
  JwtVerifierOptions options;
  options.keys = {{KeySource::Kind::jwks_text, pair->jwks("k1"), ""}};
  const Result<JwtVerifier> verifier = JwtVerifier::create(options);
  ASSERT_TRUE(verifier) << verifier.error().message;

  // More than one piece of the engine's, and every third token comes too late.
  const std::vector<std::string_view> tokens(1300, token);
  std::vector<Instant> at;
  for (std::size_t i = 0; i < tokens.size(); ++i) at.push_back({1'790'000'000 + (i % 3 == 2 ? 60 : 59), 0});
  std::vector<Verdict> verdicts(tokens.size());
  verifier->verify_batch(tokens, verdicts, at);
  for (std::size_t i = 0; i < tokens.size(); ++i) EXPECT_EQ(verdicts[i].valid(), i % 3 != 2) << i;
  verifier->verify_batch({}, {}, std::span<const Instant>());
}

}  // namespace
}  // namespace assay
