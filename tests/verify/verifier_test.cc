// The face of the library: what is not said of options and verdicts elsewhere.
#include "assay/verifier.h"

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include "assay/key_pair.h"
#include "support/float_settings.h"

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

// The header of the token before is compared first. Here it is the beginning of the next one, its whole, cut off, or
// without a dot.
TEST(VerifyBatch, JudgesATokenAlikeWhateverHeaderTheOneBeforeHas) {
  const Result<KeyPair> pair = KeyPair::generate(Algorithm::HS256);
  ASSERT_TRUE(pair);
  // The text of the first header, without its padding, begins the second.
  const std::string first = pair->sign(R"({"alg":"HS256" })", R"({"exp":1790000001})");
  const std::string second = pair->sign(R"({"alg":"HS256" ,"typ":"JWT"})", R"({"exp":1790000001})");
  const std::string header = first.substr(0, first.find('.')), rest = first.substr(header.size());
  const std::vector<std::string> tokens = {first,
                                           second,
                                           header,
                                           header + ".",
                                           header + rest + "." + rest,
                                           header + "A" + rest,
                                           header.substr(0, header.size() - 1) + rest,
                                           header + "=" + rest,
                                           "." + header + rest,
                                           rest,
                                           ".",
                                           "",
                                           header + "." + rest,
                                           pair->sign(R"({"alg":"none"})", "{}"),
                                           pair->sign(std::string(4096, ' ') + R"({"alg":"HS256"})", "{}")};
  JwtVerifierOptions options;
  options.policy.algorithms = {Algorithm::HS256};
  options.keys = {{KeySource::Kind::secret_text, pair->private_pem(), ""}};
  const auto verifier = [&] { return *JwtVerifier::create(options); };
  constexpr Instant kAt{1'790'000'000, 0};
  const auto verified_alone = [&](const std::string& token) { return verifier().verify(token, kAt); };
  EXPECT_TRUE(verified_alone(first).valid());
  EXPECT_TRUE(verified_alone(second).valid());
  for (const std::string& before : tokens) {
    for (const std::string& token : tokens) {
      const std::vector<std::string_view> views = {before, token, token, before};
      std::vector<Verdict> verdicts(views.size());
      verifier().verify_batch(views, verdicts, kAt);
      for (std::size_t i = 0; i < views.size(); ++i) {
        const Verdict alone = verified_alone(std::string(views[i]));
        EXPECT_TRUE(verdicts[i].reasons == alone.reasons) << before << " before " << token << ": " << i;
        EXPECT_EQ(verdicts[i].detail, alone.detail) << before << " before " << token << ": " << i;
      }
    }
  }
}

#ifdef ASSAY_TEST_FLOAT_SETTINGS
// Fractions, in texts that each of the three readers of JSON decides, and at their border.
TEST(VerifyBatch, GivesEveryCallerTheSameVerdictsWhateverItsFloatingPointSettings) {
  const Result<KeyPair> pair = KeyPair::generate(Algorithm::HS256);
  ASSERT_TRUE(pair);
  std::vector<std::string> tokens;
  for (const char* claims :
       {R"({"exp":1790000000.1,"iat":1789999999.9})", R"({"exp":1790000000.7000000001,"a":{"b":[0.1,1e-310,1e308]}})",
        "{\"exp\":1790000000.3,\n\"a\":0.1}", R"({"exp":1790000000.3,"a":[[[[[[[[[[0.1]]]]]]]]]]})",
        R"({"exp":1790000000.3,"x":"\ud800"})", R"({"exp":17900000003e-1,"nbf":1e-320})"})
    tokens.push_back(pair->sign(R"({"alg":"HS256"})", claims));
  const std::vector<std::string_view> views(tokens.begin(), tokens.end());
  for (const Profile profile : {Profile::strict, Profile::fastmcp}) {
    JwtVerifierOptions options;
    options.policy.profile = profile;
    options.policy.algorithms = {Algorithm::HS256};
    options.keys = {{KeySource::Kind::secret_text, pair->private_pem(), ""}};
    const Result<JwtVerifier> verifier = JwtVerifier::create(options);
    ASSERT_TRUE(verifier) << verifier.error().message;
    for (const std::uint32_t nanoseconds : {99'999'999u, 100'000'001u, 300'000'000u, 700'000'000u}) {
      std::vector<Verdict> usual(tokens.size());
      verifier->verify_batch(views, usual, Instant{1'790'000'000, nanoseconds});
      for (const test::FloatSetting setting : test::every_float_setting()) {
        std::vector<Verdict> verdicts(tokens.size());
        test::FloatSetting after = 0;
        {
          const test::WithFloatSetting caller(setting);
          verifier->verify_batch(views, verdicts, Instant{1'790'000'000, nanoseconds});
          after = test::float_setting();
        }
        EXPECT_EQ(after, setting);
        for (std::size_t i = 0; i < tokens.size(); ++i)
          EXPECT_TRUE(verdicts[i].reasons == usual[i].reasons) << i << " at " << nanoseconds << ", setting " << setting;
      }
    }
  }
}
#endif

}  // namespace
}  // namespace assay
