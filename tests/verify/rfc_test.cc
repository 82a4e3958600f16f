// The examples printed in RFC 7515 (A.1 to A.5), RFC 7520 (4.1 to 4.5, 4.8) and RFC 8037 (A.4), each with a twin whose
// signature has one bit flipped. Signature level: payloads need not be claims.
#include <gtest/gtest.h>

#include <string>

#include "assay/verifier.h"
#include "codec/base64url.h"
#include "support/vectors.h"

namespace assay {
namespace {

Result<JwtVerifier> verifier_of(const codec::JsonNode& example) {
  JwtVerifierOptions options;
  const auto algorithm = algorithm_from_string(test::text_of(*example.find("config"), "algorithm"));
  if (algorithm) options.policy.algorithms = {*algorithm};
  if (const codec::JsonNode* keys = example.find("keys"); keys != nullptr) {
    options.keys.push_back({KeySource::Kind::jwks_text, std::string(keys->raw), "keys"});
  } else {
    const auto secret = codec::base64url_decode(test::text_of(example, "secret"));
    options.keys.push_back({KeySource::Kind::secret_text, secret.value_or(""), "secret"});
  }
  return JwtVerifier::create(std::move(options));
}

// The token, its payload put back where the example detached it (RFC 7515 appendix F).
std::string token_of(const codec::JsonNode& example) {
  std::string token = test::text_of(example, "token");
  const codec::JsonNode* detached = example.find("detached");
  if (detached != nullptr && detached->truth)
    token.insert(token.find('.') + 1, test::text_of(example, "payload_base64url"));
  return token;
}

TEST(RfcExamples, HaveTheSignaturesThatTheRfcsPrintAndNoOther) {
  int accepted = 0, rejected = 0;
  for (const std::string& line : test::read_lines(test::data_path("vectors/rfc.ndjson"))) {
    const test::Document document(line, "rfc.ndjson");
    const codec::JsonNode& example = document.root();
    SCOPED_TRACE(test::text_of(example, "id"));
    const auto verifier = verifier_of(example);
    const bool expected = test::text_of(example, "expect") == "accept";
    if (test::text_of(example, "id") == "rfc7515-A.5") {
      // alg "none" has no key, and strict refuses a set-up without keys.
      EXPECT_FALSE(verifier);
      ++rejected;
      continue;
    }
    ASSERT_TRUE(verifier) << verifier.error();
    EXPECT_EQ(verifier->verify(token_of(example)).signature == SignatureState::valid, expected);
    ++(expected ? accepted : rejected);
  }
  EXPECT_EQ(accepted, 11);
  EXPECT_EQ(rejected, 12);
}

TEST(RfcExamples, AreRejectedWhenAnyByteOfTheSigningInputChanges) {
  for (const std::string& line : test::read_lines(test::data_path("vectors/rfc.ndjson"))) {
    const test::Document document(line, "rfc.ndjson");
    const codec::JsonNode& example = document.root();
    if (test::text_of(example, "expect") != "accept") continue;
    SCOPED_TRACE(test::text_of(example, "id"));
    const auto verifier = verifier_of(example);
    ASSERT_TRUE(verifier) << verifier.error();
    const std::string token = token_of(example);
    for (std::size_t i = 0; i < token.rfind('.'); i += 7) {
      std::string changed = token;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      EXPECT_NE(verifier->verify(changed).signature, SignatureState::valid) << "byte " << i;
    }
  }
}

}  // namespace
}  // namespace assay
