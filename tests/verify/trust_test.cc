// Issuers with keys of their own, and keys through time, from the options to the verdict.
//
// The reference is slow and obvious: it looks at every key, and knows who signed a token, because the test signed it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "assay/key_pair.h"
#include "assay/verifier.h"
#include "support/random.h"
#include "support/temp_dir.h"
#include "verify/backend_choice.h"
#include "verify/engine.h"

namespace assay::verify {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::int64_t kIssued = 1'790'000'000;
constexpr Instant kAt{kIssued + 60, 0};

KeyPair pair_of(Algorithm algorithm) {
  Result<KeyPair> made = KeyPair::generate(algorithm);
  if (!made) throw std::runtime_error(made.error().message);
  return *std::move(made);
}

// A token with this header kid (empty: none) and iss (nothing: none), from kIssued on for an hour.
std::string token_of(const KeyPair& signer, const std::string& kid, const std::optional<std::string>& iss,
                     const std::string& more = "", const std::string& alg = "") {
  const std::string name = alg.empty() ? std::string(to_string(signer.algorithm())) : alg;
  std::string header = "{\"alg\":\"" + name + "\"";
  if (!kid.empty()) header += ",\"kid\":\"" + kid + "\"";
  std::string claims = "{\"sub\":\"u\",\"exp\":" + std::to_string(kIssued + 3600);
  if (iss) claims += ",\"iss\":\"" + *iss + "\"";
  return signer.sign(header + "}", claims + more + "}");
}

TrustedIssuer issuer_of(const std::string& name, const std::vector<std::string>& sets) {
  TrustedIssuer issuer;
  issuer.name = name;
  for (const std::string& set : sets) issuer.keys.push_back({KeySource::Kind::jwks_text, set, "the set of " + name});
  return issuer;
}

JwtVerifier verifier_of(JwtVerifierOptions options) {
  Result<JwtVerifier> made = JwtVerifier::create(std::move(options));
  if (!made) throw std::runtime_error(made.error().message);
  return *std::move(made);
}
JwtVerifier verifier_of(std::vector<TrustedIssuer> issuers) {
  JwtVerifierOptions options;
  options.trust.issuers = std::move(issuers);
  return verifier_of(std::move(options));
}

std::vector<std::string> reasons_of(const Verdict& verdict) {
  std::vector<std::string> names;
  for (int i = 0; i < kReasonCount; ++i)
    if (verdict.reasons.contains(static_cast<Reason>(i))) names.emplace_back(to_string(static_cast<Reason>(i)));
  return names;
}
std::vector<std::string> judge(const JwtVerifier& verifier, const std::string& token, Instant at = kAt) {
  return reasons_of(verifier.verify(token, at));
}
std::string error_of(JwtVerifierOptions options) {
  const Result<JwtVerifier> made = JwtVerifier::create(std::move(options));
  EXPECT_FALSE(made);
  return made ? std::string() : made.error().field + ": " + made.error().message;
}

class Trust : public testing::Test {
 protected:
  const KeyPair login_ = pair_of(Algorithm::RS256), m2m_ = pair_of(Algorithm::ES256),
                other_ = pair_of(Algorithm::ES256);
};

TEST_F(Trust, BindsKeysToTheirIssuers) {
  const JwtVerifier verifier =
      verifier_of({issuer_of("https://login", {login_.jwks("l")}), issuer_of("https://m2m", {m2m_.jwks("m")})});
  EXPECT_THAT(judge(verifier, token_of(login_, "l", "https://login")), ElementsAre());
  EXPECT_THAT(judge(verifier, token_of(m2m_, "m", "https://m2m")), ElementsAre());
  const Verdict cross = verifier.verify(token_of(m2m_, "m", "https://login"), kAt);
  EXPECT_THAT(reasons_of(cross), ElementsAre("issuer_key_mismatch"));
  EXPECT_EQ(cross.signature, SignatureState::valid);
  EXPECT_EQ(cross.detail, "key m belongs to https://m2m, not to the issuer that the token names");
  EXPECT_THAT(judge(verifier, token_of(m2m_, "m", "https://nobody")), ElementsAre("issuer_mismatch"));
  EXPECT_THAT(judge(verifier, token_of(m2m_, "m", std::nullopt)), ElementsAre("issuer_mismatch"));
  EXPECT_THAT(judge(verifier, token_of(other_, "m", "https://m2m")), ElementsAre("signature_invalid"));
  EXPECT_THAT(judge(verifier, token_of(other_, "x", "https://m2m")), ElementsAre("key_not_found"));
}

TEST_F(Trust, ATokenOfAnIssuerWithoutTheKidMeansNoKeyOfAnother) {
  const JwtVerifier verifier =
      verifier_of({issuer_of("https://login", {login_.jwks("l")}), issuer_of("https://m2m", {m2m_.jwks("m")})});
  const Verdict forged = verifier.verify(token_of(other_, "m", "https://login"), kAt);
  EXPECT_THAT(reasons_of(forged), ElementsAre("key_not_found"));
  EXPECT_EQ(forged.detail, "no key of the issuer that the token names has its kid");
}

TEST_F(Trust, AKidThatIssuersShareIsDecidedByIss) {
  const KeyPair second = pair_of(Algorithm::ES256);
  const JwtVerifier verifier =
      verifier_of({issuer_of("https://a", {m2m_.jwks("1")}), issuer_of("https://b", {second.jwks("1")})});
  EXPECT_THAT(judge(verifier, token_of(m2m_, "1", "https://a")), ElementsAre());
  EXPECT_THAT(judge(verifier, token_of(second, "1", "https://b")), ElementsAre());
  EXPECT_THAT(judge(verifier, token_of(m2m_, "1", "https://b")), ElementsAre("issuer_key_mismatch"));
  EXPECT_THAT(judge(verifier, token_of(second, "1", "https://a")), ElementsAre("issuer_key_mismatch"));
  EXPECT_THAT(judge(verifier, token_of(second, "1", "https://c")), ElementsAre("issuer_mismatch"));
  EXPECT_THAT(judge(verifier, token_of(other_, "1", "https://b")), ElementsAre("signature_invalid"));
}

TEST_F(Trust, WithoutKidTheIssuersOwnKeyIsMeant) {
  const KeyPair second = pair_of(Algorithm::ES256);
  const JwtVerifier verifier =
      verifier_of({issuer_of("https://a", {m2m_.jwks("1")}), issuer_of("https://b", {second.jwks("2")})});
  EXPECT_THAT(judge(verifier, token_of(m2m_, "", "https://a")), ElementsAre());
  EXPECT_THAT(judge(verifier, token_of(second, "", "https://b")), ElementsAre());
  EXPECT_THAT(judge(verifier, token_of(second, "", "https://a")), ElementsAre("issuer_key_mismatch"));
  EXPECT_THAT(judge(verifier, token_of(second, "", "https://c")), ElementsAre("issuer_mismatch"));
  EXPECT_THAT(judge(verifier, token_of(other_, "", "https://c")), ElementsAre("key_ambiguous"));
  EXPECT_THAT(judge(verifier, token_of(other_, "", "https://a")), ElementsAre("signature_invalid"));
}

TEST_F(Trust, AKeyThatTwoIssuersPublishBelongsToBoth) {
  const JwtVerifier verifier =
      verifier_of({issuer_of("https://a", {m2m_.jwks("1")}), issuer_of("https://b", {m2m_.jwks("1")}),
                   issuer_of("https://c", {m2m_.jwks("2")})});
  EXPECT_THAT(judge(verifier, token_of(m2m_, "1", "https://a")), ElementsAre());
  EXPECT_THAT(judge(verifier, token_of(m2m_, "1", "https://b")), ElementsAre());
  // c has the key under another kid, and its own servers would not find it under this one.
  EXPECT_THAT(judge(verifier, token_of(m2m_, "1", "https://c")), ElementsAre("issuer_key_mismatch"));
  EXPECT_THAT(judge(verifier, token_of(m2m_, "2", "https://c")), ElementsAre());
  EXPECT_THAT(judge(verifier, token_of(m2m_, "", "https://c")), ElementsAre());
}

TEST_F(Trust, KeysWithoutIssuerServeAll) {
  JwtVerifierOptions options;
  options.keys = {{KeySource::Kind::jwks_text, other_.jwks("o"), ""}};
  options.trust.issuers = {issuer_of("https://login", {login_.jwks("l")})};
  const JwtVerifier verifier = verifier_of(options);
  EXPECT_THAT(judge(verifier, token_of(other_, "o", "https://login")), ElementsAre());
  EXPECT_THAT(judge(verifier, token_of(other_, "o", "https://x")), ElementsAre("issuer_mismatch"));
  options.policy.issuers = {{"https://x"}};
  const JwtVerifier with_more = verifier_of(options);
  EXPECT_THAT(judge(with_more, token_of(other_, "o", "https://x")), ElementsAre());
  EXPECT_THAT(judge(with_more, token_of(other_, "o", "https://login")), ElementsAre());
  EXPECT_THAT(judge(with_more, token_of(login_, "l", "https://x")), ElementsAre("issuer_mismatch"));
}

TEST_F(Trust, EachIssuerHasItsPolicy) {
  TrustedIssuer login = issuer_of("https://login", {login_.jwks("l")}),
                m2m = issuer_of("https://m2m", {m2m_.jwks("m")});
  login.policy.audiences = {{"orders"}};
  login.policy.max_lifetime_seconds = 60;
  m2m.policy.leeway_seconds = 10;
  m2m.policy.required_claims = std::vector<RequiredClaim>{{"tier", "gold"}};
  const JwtVerifier verifier = verifier_of({login, m2m});
  EXPECT_THAT(judge(verifier, token_of(login_, "l", "https://login")),
              ElementsAre("token_lifetime", "audience_mismatch"));
  EXPECT_THAT(judge(verifier, token_of(m2m_, "m", "https://m2m", R"(,"tier":"gold")"), {kIssued + 3609, 0}),
              ElementsAre());
  EXPECT_THAT(judge(verifier, token_of(m2m_, "m", "https://m2m")), ElementsAre("claim_mismatch"));
  // The policy is that of the issuer that the token names.
  EXPECT_THAT(judge(verifier, token_of(m2m_, "m", "https://login")),
              ElementsAre("token_lifetime", "issuer_key_mismatch", "audience_mismatch"));
  // A token of no issuer has that of the key's issuer.
  EXPECT_THAT(judge(verifier, token_of(m2m_, "m", "https://x")), ElementsAre("issuer_mismatch", "claim_mismatch"));
}

TEST_F(Trust, AnAlgorithmThatAnotherIssuerAllowsIsNotAllowed) {
  TrustedIssuer login = issuer_of("https://login", {login_.jwks("l")}),
                m2m = issuer_of("https://m2m", {m2m_.jwks("m")});
  login.policy.algorithms = {{Algorithm::RS256}};
  m2m.policy.algorithms = {{Algorithm::ES256}};
  const JwtVerifier verifier = verifier_of({login, m2m});
  const Verdict verdict = verifier.verify(token_of(other_, "l", "https://login"), kAt);
  EXPECT_THAT(reasons_of(verdict), ElementsAre("algorithm_not_allowed"));
  EXPECT_EQ(verdict.detail, "alg is ES256, and of the issuer https://login only RS256 is allowed");
  EXPECT_THAT(judge(verifier, token_of(other_, "", "https://login")), ElementsAre("algorithm_not_allowed"));
  const Verdict unknown = verifier.verify(token_of(login_, "l", "https://login", "", "RS384"), kAt);
  EXPECT_EQ(unknown.detail, "alg is RS384, and only RS256 and ES256 are allowed");
  // The kid that no key has says more.
  EXPECT_THAT(judge(verifier, token_of(other_, "dev-1", "https://login")), ElementsAre("key_not_found"));
}

TEST_F(Trust, ATenantFillsATemplate) {
  const JwtVerifier verifier = verifier_of({issuer_of("https://entra/{tenantid}/v2.0", {login_.jwks("l")})});
  EXPECT_THAT(judge(verifier, token_of(login_, "l", "https://entra/11-22/v2.0", R"(,"tid":"11-22")")), ElementsAre());
  EXPECT_THAT(judge(verifier, token_of(login_, "l", "https://entra/11-22/v2.0", R"(,"tid":"33")")),
              ElementsAre("issuer_mismatch"));
}

TEST_F(Trust, WindowsAreHalfOpenToTheNanosecond) {
  const Instant from{kIssued + 10, 1}, leaked{kIssued + 20, 0}, retired{kIssued + 30, 999'999'999};
  TrustedIssuer issuer = issuer_of("https://login", {login_.jwks("l")});
  issuer.known_keys.push_back({"l", "", {from, retired, leaked}, "found on a build host", ""});
  const JwtVerifier verifier = verifier_of({issuer});
  const std::string token = token_of(login_, "l", "https://login");
  const Verdict early = verifier.verify(token, {kIssued + 10, 0});
  EXPECT_THAT(reasons_of(early), ElementsAre("key_not_yet_valid"));
  EXPECT_EQ(early.signature, SignatureState::valid);
  EXPECT_THAT(judge(verifier, token, from), ElementsAre());
  EXPECT_THAT(judge(verifier, token, {kIssued + 19, 999'999'999}), ElementsAre());
  const Verdict late = verifier.verify(token, leaked);
  EXPECT_THAT(reasons_of(late), ElementsAre("key_compromised"));
  EXPECT_EQ(late.detail, "key l is compromised from " + to_rfc3339(leaked) + " on: found on a build host");
  EXPECT_THAT(judge(verifier, token, {kIssued + 30, 999'999'998}), ElementsAre("key_compromised"));
  EXPECT_THAT(judge(verifier, token, retired), ElementsAre("key_retired", "key_compromised"));
  // The order of reasons, after those of the claims.
  EXPECT_THAT(judge(verifier, token, {kIssued + 3600, 0}),
              ElementsAre("token_expired", "key_retired", "key_compromised"));
}

TEST_F(Trust, TheWindowIsThatOfTheKeyThatVerified) {
  TrustedIssuer issuer = issuer_of("https://login", {m2m_.jwks("k"), other_.jwks("k")});
  const std::string set = m2m_.jwks("k");
  const std::string with_end =
      set.substr(0, set.rfind('}', set.size() - 3)) + ",\"exp\":" + std::to_string(kIssued) + "}]}";
  issuer.keys.push_back({KeySource::Kind::jwks_text, with_end, "history"});
  const JwtVerifier verifier = verifier_of({issuer});
  EXPECT_THAT(judge(verifier, token_of(m2m_, "k", "https://login")), ElementsAre("key_retired"));
  EXPECT_THAT(judge(verifier, token_of(other_, "k", "https://login")), ElementsAre());
}

// {"keys":[...]} with these members added to its one key.
std::string set_with(const KeyPair& pair, const std::string& kid, const std::string& members) {
  const std::string set = pair.jwks(kid);
  return set.substr(0, set.rfind("}]")) + members + "}]}";
}

std::string history_of(const KeyPair& pair, const std::string& kid) {
  return set_with(pair, kid,
                  R"(,"iat":1790000010,"exp":1790000030,"revoked":{"revoked_at":1790000020,"reason":"compromised"})");
}

void expect_history(const JwtVerifier& verifier, const std::string& token) {
  EXPECT_THAT(judge(verifier, token, {kIssued + 9, 999'999'999}), ElementsAre("key_not_yet_valid"));
  EXPECT_THAT(judge(verifier, token, {kIssued + 10, 0}), ElementsAre());
  EXPECT_THAT(judge(verifier, token, {kIssued + 20, 0}), ElementsAre("key_compromised"));
  EXPECT_THAT(judge(verifier, token, {kIssued + 30, 0}), ElementsAre("key_retired", "key_compromised"));
}

TEST_F(Trust, HistoricalKeySetsHaveTimes) {
  expect_history(verifier_of({issuer_of("https://login", {history_of(login_, "l")})}),
                 token_of(login_, "l", "https://login"));
  // Without a trust file, too.
  JwtVerifierOptions options;
  options.keys = {{KeySource::Kind::jwks_text, history_of(login_, "l"), ""}};
  expect_history(verifier_of(options), token_of(login_, "l", "https://login"));
}

TEST_F(Trust, ASupersededKeyIsRetired) {
  for (const char* reason : {R"(,"reason":"superseded")", R"(,"reason":"unspecified")", ""}) {
    const std::string set = set_with(login_, "l", R"(,"revoked":{"revoked_at":1790000020)" + std::string(reason) + "}");
    const JwtVerifier verifier = verifier_of({issuer_of("https://login", {set})});
    EXPECT_THAT(judge(verifier, token_of(login_, "l", "https://login"), {kIssued + 20, 0}), ElementsAre("key_retired"));
  }
}

TEST_F(Trust, AKeyWhoseRevocationCannotBeReadIsSkipped) {
  JwtVerifierOptions options;
  options.trust.issuers = {issuer_of("https://login", {set_with(login_, "l", R"(,"revoked":{"revoked_at":"today"})")})};
  EXPECT_THAT(error_of(options), HasSubstr("revoked has no revoked_at, a number of seconds"));
}

TEST_F(Trust, TheTrustFilesWordCountsOverThatOfASet) {
  TrustedIssuer issuer = issuer_of("https://login", {history_of(login_, "l")});
  issuer.known_keys.push_back({"l", "", {{}, {}, Instant{kIssued + 25, 0}}, "", ""});
  const JwtVerifier verifier = verifier_of({issuer});
  EXPECT_THAT(judge(verifier, token_of(login_, "l", "https://login"), {kIssued + 24, 0}), ElementsAre());
  EXPECT_THAT(judge(verifier, token_of(login_, "l", "https://login"), {kIssued + 25, 0}),
              ElementsAre("key_compromised"));
  EXPECT_THAT(judge(verifier, token_of(login_, "l", "https://login"), {kIssued + 9, 0}),
              ElementsAre("key_not_yet_valid"));
}

TEST_F(Trust, ASignedSetOfAnIssuerMustVerify) {
  const test::TempDir folder;
  const std::string header = R"({"alg":"ES256","typ":"jwk-set+jwt","kid":"f"})";
  const std::string set = folder.write("set.jwt", other_.sign(header, history_of(login_, "l")) + "\n");
  JwtVerifierOptions options;
  options.trust.issuers = {issuer_of("https://login", {})};
  options.trust.issuers[0].keys.push_back({KeySource::Kind::jwks_file, set, ""});
  std::string& signed_by = options.trust.issuers[0].keys[0].signed_by;
  EXPECT_THAT(error_of(options),
              HasSubstr("is a signed key set; give the key that verifies it, historical_keys_signed_by"));
  signed_by = folder.write("m2m.pem", m2m_.public_pem());
  EXPECT_THAT(error_of(options), HasSubstr("its signature does not match the key of historical_keys_signed_by"));
  signed_by = folder.write("login.pem", login_.public_pem());
  EXPECT_THAT(error_of(options), HasSubstr("its alg does not fit the key of historical_keys_signed_by"));
  signed_by = folder.write("other.pem", other_.public_pem());
  std::string notes;
  options.on_note = [&notes](std::string_view note) { notes += note; };
  expect_history(verifier_of(options), token_of(login_, "l", "https://login"));
  EXPECT_EQ(notes, "");
  folder.write("set.jwt", other_.sign(R"({"alg":"ES256","typ":"JWT"})", history_of(login_, "l")));
  EXPECT_THAT(error_of(options), HasSubstr("a signed key set has the type jwk-set+jwt in its header"));
}

TEST_F(Trust, ReadsDatedSnapshots) {
  const test::TempDir folder;
  folder.write("login-2026-11-24.jwks.json", login_.jwks("old"));
  folder.write("login-2026-11-25T120000Z.json", other_.jwks("new"));
  folder.write("m2m-2026-11-24.json", m2m_.jwks("m"));
  folder.write("notes.txt", "no set");
  const auto path = [&](const std::string& name) { return folder.path(name); };
  JwtVerifierOptions options;
  options.keys = {{KeySource::Kind::jwks_file, path(""), ""}};
  EXPECT_THAT(judge(verifier_of(options), token_of(m2m_, "m", "https://x")), ElementsAre());
  // Absence from a later snapshot retires no key.
  options.keys.clear();
  options.trust.issuers = {issuer_of("https://login", {}), issuer_of("https://m2m", {})};
  options.trust.issuers[0].keys.push_back({KeySource::Kind::jwks_file, path("login"), ""});
  options.trust.issuers[1].keys.push_back({KeySource::Kind::jwks_file, path("m2m"), ""});
  const JwtVerifier verifier = verifier_of(options);
  EXPECT_THAT(judge(verifier, token_of(login_, "old", "https://login")), ElementsAre());
  EXPECT_THAT(judge(verifier, token_of(other_, "new", "https://login")), ElementsAre());
  EXPECT_THAT(judge(verifier, token_of(m2m_, "m", "https://login")), ElementsAre("issuer_key_mismatch"));
  options.trust.issuers[0].keys[0].value = path("");
  EXPECT_THAT(error_of(options), HasSubstr("holds snapshots of several series, and an issuer has one; give "));
  options.trust.issuers[0].keys[0].value = path("nobody");
  EXPECT_THAT(error_of(options), HasSubstr("nobody: cannot be read: No such file or directory"));
}

TEST_F(Trust, RefusesAKeyThatTheIssuerDoesNotHave) {
  JwtVerifierOptions options;
  options.trust.issuers = {issuer_of("https://login", {login_.jwks("login-2025")})};
  options.trust.issuers[0].known_keys.push_back({"login-2052", "", {kAt, {}, {}}, "", "assay.toml:9"});
  EXPECT_EQ(error_of(options),
            "trust: assay.toml:9: key: no key of the issuer has the kid \"login-2052\"; did you mean \"login-2025\"?");
  options.trust.issuers[0].known_keys[0] = {std::nullopt, std::string(43, 'A'), {kAt, {}, {}}, "", "assay.toml:9"};
  EXPECT_THAT(error_of(options), StartsWith("trust: assay.toml:9: key: no key of the issuer has the thumbprint AAA"));
}

TEST_F(Trust, RefusesIssuersForFastmcp) {
  JwtVerifierOptions options;
  options.trust.issuers = {issuer_of("https://login", {login_.jwks("l")})};
  options.policy.profile = Profile::fastmcp;
  EXPECT_THAT(error_of(options), StartsWith("trust: several issuers need the profile strict"));
}

// Some issuer's keys, and what a token may be made of.
struct World {
  struct Key {
    std::size_t pair, issuer;
    std::string kid;
    KeyTimes times;
  };
  std::vector<std::string> issuers;
  std::vector<Key> keys;
};

// What the reasons must be: of the keys that bear the signature, that which speaks best for the token.
std::vector<std::string> expected(const World& world, std::size_t signer, const std::string& kid,
                                  const std::optional<std::size_t>& named, Instant at) {
  const World::Key* best = nullptr;
  for (const World::Key& key : world.keys) {
    if (key.pair != signer || (!kid.empty() && key.kid != kid)) continue;
    if (best == nullptr || (named == key.issuer && named != best->issuer)) best = &key;
  }
  if (best == nullptr) return {"?"};  // which fault it is depends on the other keys
  std::vector<std::string> reasons;
  if (!named) reasons.push_back("issuer_mismatch");
  if (named && *named != best->issuer) reasons.push_back("issuer_key_mismatch");
  if (best->times.not_before && at < *best->times.not_before) reasons.push_back("key_not_yet_valid");
  if (best->times.retired_at && *best->times.retired_at <= at) reasons.push_back("key_retired");
  if (best->times.compromised_at && *best->times.compromised_at <= at) reasons.push_back("key_compromised");
  return reasons;
}

// The same tokens in the same order, with a memo that keeps all and without any, against the reference.
TEST(TrustDifferential, AgreesWithTheReferenceAndWithAMemo) {
  test::StructuredRandom random = test::StructuredRandom::announced("TrustDifferential");
  std::vector<KeyPair> pairs;
  for (int i = 0; i < 6; ++i) pairs.push_back(pair_of(Algorithm::ES256));
  int decided = 0;
  for (int round = 0; round < 60; ++round) {
    World world;
    std::vector<TrustedIssuer> issuers;
    const std::size_t count = 1 + random.below(3);
    for (std::size_t i = 0; i < count; ++i) {
      world.issuers.push_back("https://issuer-" + std::to_string(i));
      issuers.push_back(issuer_of(world.issuers.back(), {}));
    }
    std::set<std::string> kids_of_issuer;
    std::set<std::pair<std::size_t, std::size_t>> has;
    const auto border = [&]() -> std::optional<Instant> {
      if (random.below(2) == 0) return std::nullopt;
      return Instant{kIssued + static_cast<std::int64_t>(random.below(40)),
                     static_cast<std::uint32_t>(random.below(2))};
    };
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t k = 0; k < 1 + random.below(2); ++k) {
        World::Key key{random.below(5), i, "k" + std::to_string(random.below(3)), {}};
        // Without a kid a token means a key only if it is the only one; the reference leaves that to other tests.
        if (!has.insert({key.pair, i}).second || !kids_of_issuer.insert(key.kid + "@" + std::to_string(i)).second)
          continue;
        key.times = {border(), border(), border()};
        issuers[i].keys.push_back({KeySource::Kind::jwks_text, pairs[key.pair].jwks(key.kid), "set"});
        if (!key.times.empty()) issuers[i].known_keys.push_back({key.kid, "", key.times, "", ""});
        world.keys.push_back(key);
      }
    }
    JwtVerifierOptions options;
    options.trust.issuers = issuers;
    options.backend = "openssl";
    options.memo_memory = 0;
    const JwtVerifier without = verifier_of(options);
    options.memo_memory = JwtVerifierOptions{}.memo_memory;
    signature::BackendOptions wanted;
    wanted.name = "openssl";
    auto engine = *Engine::create(options, *make_backend(wanted), memo::TokenMemo::Options{.always = true});
    const std::unique_ptr<Session> session = engine->acquire();
    struct Made {
      std::string token, kid;
      std::size_t signer;
      std::optional<std::size_t> named;
    };
    std::vector<Made> made;
    for (int i = 0; i < 12; ++i) {
      Made one;
      one.signer = random.below(6);  // the last is nobody's
      one.kid = "k" + std::to_string(random.below(4));
      if (random.below(4) != 0) one.named = random.below(count);
      const std::string iss = one.named ? world.issuers[*one.named] : "https://nobody";
      one.token = token_of(pairs[one.signer], one.kid, iss);
      made.push_back(one);
    }
    for (int batch = 0; batch < 8; ++batch) {
      std::vector<jose::TokenInput> inputs;
      std::vector<std::size_t> which;
      for (int i = 0; i < 30; ++i) {
        which.push_back(random.below(made.size()));
        const Instant at{kIssued + static_cast<std::int64_t>(random.below(42)),
                         static_cast<std::uint32_t>(random.below(3))};
        inputs.push_back({made[which.back()].token, at});
      }
      std::vector<jose::TokenVerdict> verdicts(inputs.size());
      ASSERT_TRUE(engine->verify(inputs, verdicts, *session));
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        const Made& one = made[which[i]];
        const Verdict alone = without.verify(one.token, inputs[i].at);
        ASSERT_EQ(verdicts[i].reasons, alone.reasons) << one.token << " at " << to_rfc3339(inputs[i].at);
        ASSERT_EQ(verdicts[i].detail, alone.detail);
        const std::vector<std::string> truth = expected(world, one.signer, one.kid, one.named, inputs[i].at);
        if (truth == std::vector<std::string>{"?"}) {
          const Reason reason = alone.reason();
          EXPECT_TRUE(reason == Reason::signature_invalid || reason == Reason::key_not_found) << to_string(reason);
          continue;
        }
        ++decided;
        ASSERT_EQ(reasons_of(alone), truth) << one.token << " at " << to_rfc3339(inputs[i].at);
      }
    }
  }
  EXPECT_GT(decided, 1000);
}

}  // namespace
}  // namespace assay::verify
