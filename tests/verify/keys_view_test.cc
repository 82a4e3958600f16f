#include "assay/keys_view.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "assay/verifier.h"

namespace assay {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using Kind = KeySource::Kind;

// RFC 7515, appendix A.3, and its thumbprint.
constexpr const char* kPoint = R"("kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
                               R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")";
constexpr const char* kThumbprint = "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U";

std::string set_of(const std::string& members) { return std::string(R"({"keys":[{)") + kPoint + members + "}]}"; }

TrustedIssuer issuer_of(const std::string& name, const std::string& set) {
  TrustedIssuer issuer;
  issuer.name = name;
  issuer.keys = {{Kind::jwks_text, set, "the set of " + name}};
  return issuer;
}

TEST(KeysView, ShowsTheKeysOfIssuersWithTheirWindowsAndWhoStatesThem) {
  JwtVerifierOptions options;
  options.trust.issuers = {issuer_of("https://a", set_of(R"(,"kid":"k","exp":1000,"nbf":10)")),
                           issuer_of("https://b", set_of(R"(,"kid":"k")"))};
  KnownKey known;
  known.thumbprint = kThumbprint;
  known.times.retired_at = Instant{900, 0};
  known.where = "assay.toml:7";
  known.note = "moved";
  options.trust.issuers[0].known_keys = {known};
  options.policy.algorithms = {Algorithm::ES256, Algorithm::RS256};
  const Result<KeysView> view = view_keys(options);
  ASSERT_TRUE(view) << view.error().message;
  ASSERT_EQ(view->keys.size(), 2u);
  const KeyView& key = view->keys[0];
  EXPECT_EQ(key.kid, "k");
  EXPECT_EQ(key.curve, Curve::P256);
  EXPECT_THAT(key.algorithms, ElementsAre(Algorithm::ES256));
  EXPECT_EQ(key.thumbprint, kThumbprint);
  EXPECT_EQ(key.issuer, "https://a");
  EXPECT_THAT(key.sources, ElementsAre(0u));
  ASSERT_EQ(key.borders.size(), 2u);
  EXPECT_EQ(key.borders[0].kind, KeyBorder::Kind::not_before);
  EXPECT_EQ(key.borders[0].where, "");
  EXPECT_EQ(key.borders[1].at, (Instant{900, 0}));
  EXPECT_EQ(key.borders[1].where, "assay.toml:7");
  EXPECT_EQ(key.note, "moved");
  EXPECT_THAT(key.also_keys_of, ElementsAre("https://b"));
  EXPECT_THAT(view->keys[1].borders, IsEmpty());
  EXPECT_EQ(view->sources[1].issuer, "https://b");
  EXPECT_EQ(view->sources[1].keys, 1u);
  EXPECT_THAT(view->unknown_keys, IsEmpty());
}

TEST(KeysView, NamesEntriesOfTheTrustFileThatNoKeyIs) {
  JwtVerifierOptions options;
  options.trust.issuers = {issuer_of("https://a", set_of(R"(,"kid":"k")"))};
  KnownKey known;
  known.thumbprint = std::string(43, 'A');
  known.times.retired_at = Instant{900, 0};
  known.where = "assay.toml:7";
  options.trust.issuers[0].known_keys = {known};
  const Result<KeysView> view = view_keys(options);
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_EQ(view->keys.size(), 1u);
  ASSERT_EQ(view->unknown_keys.size(), 1u);
  EXPECT_THAT(view->unknown_keys[0].message, StartsWith("assay.toml:7: key: no key of the issuer has the thumbprint"));
  EXPECT_FALSE(JwtVerifier::create(options));
}

TEST(KeysView, HasNoThumbprintAndNoLengthOfASecret) {
  JwtVerifierOptions options;
  options.keys = {{Kind::secret_text, std::string(50, 's'), "the secret"}};
  const Result<KeysView> view = view_keys(options);
  ASSERT_TRUE(view) << view.error().message;
  ASSERT_EQ(view->keys.size(), 1u);
  EXPECT_EQ(view->keys[0].thumbprint, "");
  EXPECT_EQ(view->keys[0].bits, 384u);
  EXPECT_THAT(view->keys[0].algorithms, ElementsAre(Algorithm::HS256, Algorithm::HS384));
}

TEST(KeysView, ReportsFaultsOfSourcesAndRefusesFaultsOfTheOptions) {
  JwtVerifierOptions options;
  EXPECT_EQ(view_keys(options).error().field, "keys");
  options.keys = {{Kind::jwks_text, "{", "broken"}, {Kind::jwks_text, set_of(R"(,"kid":"k")"), "good"}};
  const Result<KeysView> view = view_keys(options);
  ASSERT_TRUE(view) << view.error().message;
  ASSERT_TRUE(view->sources[0].fault);
  EXPECT_THAT(view->sources[0].fault->message, HasSubstr("broken: not JSON"));
  EXPECT_THAT(view->keys[0].sources, ElementsAre(1u));
  options.policy.required_scopes = {""};
  EXPECT_EQ(view_keys(options).error().field, "policy.required_scopes");
}

}  // namespace
}  // namespace assay
