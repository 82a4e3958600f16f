// The examples printed in RFC 7515 (A.1 to A.5), RFC 7520 (4.1 to 4.5, 4.8) and RFC 8037 (A.4), each with a twin whose
// signature has one bit flipped. Signature level: payloads need not be claims.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "assay/verifier.h"
#include "support/vector_cases.h"
#include "support/vectors.h"

namespace assay {
namespace {

// Each through each backend.
class RfcExamples : public testing::TestWithParam<const char*> {
 protected:
  static Result<JwtVerifier> verifier_of(const codec::JsonNode& example) {
    JwtVerifierOptions options = test::rfc_options(example);
    options.backend = GetParam();
    return JwtVerifier::create(std::move(options));
  }
};

TEST_P(RfcExamples, HaveTheSignaturesThatTheRfcsPrintAndNoOther) {
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
    ASSERT_TRUE(verifier) << verifier.error().message;
    EXPECT_EQ(verifier->verify(test::rfc_token(example)).signature == SignatureState::valid, expected);
    ++(expected ? accepted : rejected);
  }
  EXPECT_EQ(accepted, 11);
  EXPECT_EQ(rejected, 12);
}

TEST_P(RfcExamples, AreRejectedWhenAnyByteOfTheSigningInputChanges) {
  for (const std::string& line : test::read_lines(test::data_path("vectors/rfc.ndjson"))) {
    const test::Document document(line, "rfc.ndjson");
    const codec::JsonNode& example = document.root();
    if (test::text_of(example, "expect") != "accept") continue;
    SCOPED_TRACE(test::text_of(example, "id"));
    const auto verifier = verifier_of(example);
    ASSERT_TRUE(verifier) << verifier.error().message;
    const std::string token = test::rfc_token(example);
    for (std::size_t i = 0; i < token.rfind('.'); i += 7) {
      std::string changed = token;
      changed[i] = changed[i] == 'A' ? 'B' : 'A';
      EXPECT_NE(verifier->verify(changed).signature, SignatureState::valid) << "byte " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(EachBackend, RfcExamples, testing::Values("openssl", "lanes"),
                         [](const auto& which) { return std::string(which.param); });

}  // namespace
}  // namespace assay
