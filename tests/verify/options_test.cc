// Bad options: each error names the field at fault by its path in JwtVerifierOptions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <functional>
#include <string>

#include "assay/key_pair.h"
#include "assay/static_token_verifier.h"
#include "assay/verifier.h"
#include "keys/http_server.h"

namespace assay {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Kind = KeySource::Kind;

JwtVerifierOptions good_options() {
  JwtVerifierOptions options;
  options.keys = {{Kind::secret_text, std::string(64, 's'), "secret"}};
  return options;
}

// The error of options that were good before `spoil`.
Error error_after(const std::function<void(JwtVerifierOptions&)>& spoil) {
  JwtVerifierOptions options = good_options();
  spoil(options);
  const Result<JwtVerifier> verifier = JwtVerifier::create(std::move(options));
  return verifier ? Error{"", "(none)"} : verifier.error();
}
std::string field_after(const std::function<void(JwtVerifierOptions&)>& spoil) {
  const Error error = error_after(spoil);
  EXPECT_THAT(error.message, Not(HasSubstr("--"))) << "the library names no flag";
  return error.field;
}

TEST(Options, AreGoodBeforeTheyAreSpoiled) { EXPECT_TRUE(JwtVerifier::create(good_options())); }

TEST(Options, MayBeAtFaultInKeys) {
  EXPECT_EQ(field_after([](auto& options) { options.keys.clear(); }), "keys");
  EXPECT_EQ(field_after([](auto& options) { options.keys[0].value = "short"; }), "keys");
  EXPECT_EQ(field_after([](auto& options) { options.keys[0] = {Kind::jwks_file, "no/such/file", ""}; }), "keys");
  EXPECT_EQ(field_after([](auto& options) {
              options.keys[0] = {Kind::jwks_url, "http://issuer.example", ""};
            }),
            "keys");
  EXPECT_EQ(field_after([](auto& options) { options.keys[0] = {Kind::static_tokens_text, "[]", ""}; }), "keys");
  // Neither the key nor the algorithm is wrong by itself; the message names the key.
  const Error error = error_after([](auto& options) { options.policy.algorithms = {Algorithm::ES256}; });
  EXPECT_EQ(error.field, "keys");
  EXPECT_THAT(error.message, HasSubstr("secret: "));
}

TEST(Options, MayBeAtFaultInPolicyAcceptPadding) {
  const auto spoil = [](auto& options) {
    options.policy.profile = Profile::fastmcp;
    options.policy.accept_padding = true;
  };
  EXPECT_EQ(field_after(spoil), "policy.accept_padding");
}

TEST(Options, MayBeAtFaultInPolicyAlgorithms) {
  EXPECT_EQ(field_after([](auto& options) {
              options.policy.profile = Profile::fastmcp;
              options.policy.algorithms = {Algorithm::RS256, Algorithm::ES256};
            }),
            "policy.algorithms");
}

TEST(Options, MayBeAtFaultInPolicyIssuers) {
  EXPECT_EQ(field_after([](auto& options) { options.policy.issuers = {{""}}; }), "policy.issuers");
}

TEST(Options, MayBeAtFaultInPolicyAudiences) {
  EXPECT_EQ(field_after([](auto& options) { options.policy.audiences.emplace(); }), "policy.audiences");
}

TEST(Options, MayBeAtFaultInPolicyLeewaySeconds) {
  EXPECT_EQ(field_after([](auto& options) { options.policy.leeway_seconds = -1; }), "policy.leeway_seconds");
}

TEST(Options, MayBeAtFaultInPolicyMaxTokenBytes) {
  EXPECT_EQ(field_after([](auto& options) { options.policy.max_token_bytes = 0; }), "policy.max_token_bytes");
}

TEST(Options, MayBeAtFaultInFetchCaFile) {
  HttpServer server([](HttpServer&, int socket, const std::string&) { HttpServer::answer(socket, "200 OK", "", ""); });
  EXPECT_EQ(field_after([&](auto& options) {
              options.keys[0] = {Kind::jwks_url, "https" + server.url("/jwks").substr(4), ""};
              options.fetch.ca_file = "no/such/file";
            }),
            "fetch.ca_file");
}

TEST(Options, MayBeAtFaultInBackend) {
  EXPECT_EQ(field_after([](auto& options) { options.backend = "none"; }), "backend");
}

TEST(Options, MayBeAtFaultInCrossCheck) {
  for (const double share : {-0.1, 1.1}) {
    EXPECT_EQ(field_after([&](auto& options) { options.cross_check = share; }), "cross_check");
  }
}

TEST(Options, AreNotAtFaultForTheEnvironment) {
  const char* const before = ::getenv("ASSAY_BACKEND");
  const std::string old = before == nullptr ? "" : before;
  ::setenv("ASSAY_BACKEND", "none", 1);
  const Error error = error_after([](auto&) {});
  before == nullptr ? ::unsetenv("ASSAY_BACKEND") : ::setenv("ASSAY_BACKEND", old.c_str(), 1);
  EXPECT_EQ(error.field, "");
  EXPECT_THAT(error.message, HasSubstr("ASSAY_BACKEND: \"none\" is no backend"));
}

// RFC 9864: EdDSA and the curve's own name are two names, and the operator allows names.
TEST(AlgorithmNotAllowed, NamesTheTokensAlgorithmAndTheAllowedOnes) {
  const KeyPair pair = *KeyPair::generate(Algorithm::Ed25519);
  const auto detail = [&](const char* alg, std::vector<Algorithm> allowed, Profile profile = Profile::strict) {
    JwtVerifierOptions options;
    options.keys = {{Kind::public_key_text, pair.public_pem(), "key"}};
    options.policy.algorithms = std::move(allowed);
    options.policy.profile = profile;
    const auto verifier = JwtVerifier::create(std::move(options));
    EXPECT_TRUE(verifier) << verifier.error().message;
    const Verdict verdict = verifier->verify(pair.sign("{\"alg\":\"" + std::string(alg) + "\"}", "{}"));
    EXPECT_EQ(verdict.reasons, ReasonSet(Reason::algorithm_not_allowed)) << alg;
    return verdict.detail;
  };
  using enum Algorithm;
  EXPECT_EQ(detail("Ed25519", {EdDSA}),
            "alg is Ed25519, and only EdDSA is allowed; EdDSA does not include Ed25519, so allow Ed25519 as well");
  EXPECT_EQ(
      detail("EdDSA", {RS256, Ed25519}),
      "alg is EdDSA, and only RS256 and Ed25519 are allowed; Ed25519 does not include EdDSA, so allow EdDSA as well");
  EXPECT_EQ(detail("Ed25519", {EdDSA}, Profile::fastmcp),
            "alg is Ed25519, and only EdDSA is allowed; EdDSA does not include Ed25519, so allow Ed25519 instead");
  EXPECT_EQ(detail("Ed448", {Ed25519}), "alg is Ed448, and only Ed25519 is allowed");
  EXPECT_EQ(detail("RS384", {RS256, ES256, EdDSA}), "alg is RS384, and only RS256, ES256 and EdDSA are allowed");
}

// StaticTokenVerifier is a JwtVerifier of one static table, so both refuse the same.
TEST(Options, OfAStaticTokenVerifierAreCheckedAsThoseOfAJwtVerifier) {
  for (const std::string json : {"", "[]", R"({"":{"client_id":"c"}})", R"({"t":{}})", R"({"t":{"client_id":1}})",
                                 R"({"t":{"client_id":"c"}})"}) {
    for (const Profile profile : {Profile::strict, Profile::fastmcp}) {
      const auto fixed = StaticTokenVerifier::create(json, {"scope"}, profile);
      JwtVerifierOptions options;
      options.keys = {{Kind::static_tokens_text, json, "static tokens"}};
      options.policy.profile = profile;
      options.policy.required_scopes = {"scope"};
      const auto general = JwtVerifier::create(std::move(options));
      ASSERT_EQ(static_cast<bool>(fixed), static_cast<bool>(general)) << json;
      if (fixed) continue;
      EXPECT_EQ(fixed.error().message, general.error().message);
      EXPECT_EQ(fixed.error().field, general.error().field);
    }
  }
}

}  // namespace
}  // namespace assay
