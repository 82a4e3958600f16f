// One order of checks: verify, inspect with keys and inspect without keys give every vector the same reasons.
#include <gtest/gtest.h>

#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "assay/key_pair.h"
#include "assay/token_inspector.h"
#include "assay/verifier.h"
#include "codec/json.h"
#include "support/vector_cases.h"
#include "support/vectors.h"
#include "verify/engine.h"

namespace assay {
namespace {

struct Asked {
  std::string id;
  std::string token;
  Instant at;
};

// One configuration and the tokens that it is asked about.
struct Group {
  std::optional<JwtVerifierOptions> options;
  std::vector<Asked> asked;
};

// What of a run was compared: how many tokens ended before the key checks, at them, and behind them.
struct Count {
  std::size_t before = 0, at = 0, behind = 0;
};

// `assay verify` checks records in batches in one session.
std::vector<Verdict> verify_together(const JwtVerifier& verifier, const std::vector<Asked>& asked) {
  std::vector<jose::TokenInput> inputs;
  for (const Asked& one : asked) inputs.push_back({one.token, one.at});
  std::vector<jose::TokenVerdict> found(inputs.size());
  std::unique_ptr<verify::Session> session = verifier.engine().acquire();
  EXPECT_TRUE(verifier.engine().verify(inputs, found, *session));
  std::vector<Verdict> verdicts;
  for (std::size_t i = 0; i < found.size(); ++i) verdicts.push_back(verify::to_verdict(found[i], inputs[i]));
  verifier.engine().release(std::move(session));
  return verdicts;
}

void expect_equal(const Verdict& inspected, const Verdict& verified, const std::string& id) {
  EXPECT_EQ(inspected.valid(), verified.valid()) << id;
  EXPECT_EQ(inspected.reasons, verified.reasons) << id;
  EXPECT_EQ(inspected.detail, verified.detail) << id;
  EXPECT_EQ(inspected.signature, verified.signature) << id;
  EXPECT_EQ(inspected.alg, verified.alg) << id;
  EXPECT_EQ(inspected.kid, verified.kid) << id;
}

void expect_consistent(const Inspection& without_keys, const Verdict& verdict, const std::string& id, Count& count) {
  const std::string what = id + ": " + without_keys.detail + " / " + verdict.detail;
  // A kid whose key was skipped decides before the algorithm; without keys nobody knows of it.
  if (verdict.detail.find("cannot be used and was skipped") != std::string::npos && !without_keys.claims_checked) {
    EXPECT_EQ(verdict.reason(), Reason::key_not_found) << what;
    EXPECT_EQ(without_keys.reasons.first(), Reason::algorithm_not_allowed) << what;
    ++count.at;
    return;
  }
  const bool decided_before = !verdict.valid() && verdict.reason() <= Reason::algorithm_not_allowed;
  EXPECT_EQ(without_keys.claims_checked, !decided_before) << what;
  if (decided_before || verdict.signature == SignatureState::valid) {
    EXPECT_EQ(without_keys.reasons, verdict.reasons) << what;
    EXPECT_EQ(without_keys.detail, verdict.detail) << id;
    ++(decided_before ? count.before : count.behind);
    return;
  }
  // A key check decided the verdict. Without keys the token's claims are what is left.
  EXPECT_GE(verdict.reason(), Reason::key_not_found) << what;
  EXPECT_LE(verdict.reason(), Reason::signature_invalid) << what;
  EXPECT_TRUE(without_keys.reasons.empty() || without_keys.reasons.first() >= Reason::malformed_claims) << what;
  ++count.at;
}

Count compare(const std::map<std::string, Group>& groups) {
  Count count;
  for (const auto& [identity, group] : groups) {
    if (!group.options) continue;
    const auto verifier = JwtVerifier::create(*group.options);
    const auto inspector = TokenInspector::create(group.options->policy);
    if (!verifier) continue;  // the configuration is refused
    if (!inspector) {
      ADD_FAILURE() << inspector.error().message;
      continue;
    }
    const std::vector<Verdict> verified = verify_together(*verifier, group.asked);
    for (std::size_t i = 0; i < verified.size(); ++i) {
      const Asked& one = group.asked[i];
      expect_equal(verifier->verify(one.token, one.at), verified[i], one.id);
      expect_consistent(inspector->inspect(one.token, one.at), verified[i], one.id, count);
    }
  }
  return count;
}

class InspectionOfAttacks : public testing::TestWithParam<Profile> {};
INSTANTIATE_TEST_SUITE_P(EachProfile, InspectionOfAttacks, testing::Values(Profile::strict, Profile::fastmcp),
                         [](const auto& which) { return which.param == Profile::strict ? "strict" : "fastmcp"; });

TEST_P(InspectionOfAttacks, AgreesWithVerify) {
  std::map<std::string, Group> groups;
  for (const std::string& line : test::read_lines(test::data_path("vectors/attacks.ndjson"))) {
    base::Arena arena;
    const codec::JsonNode* test = codec::parse_json(line, codec::JsonDialect::rfc8259, arena);
    ASSERT_NE(test, nullptr);
    std::string identity;
    for (const char* field : {"config", "keys", "public_key", "public_key_der", "secret"}) {
      if (const codec::JsonNode* node = test->find(field)) identity.append(field).append(node->raw);
    }
    auto [found, fresh] = groups.try_emplace(identity);
    if (fresh) found->second.options = test::attack_options(*test, GetParam());
    std::int64_t at = 0;
    const std::string_view digits = test->find("at")->text;
    std::from_chars(digits.data(), digits.data() + digits.size(), at);
    found->second.asked.push_back(
        {std::string(test->find("id")->text), std::string(test->find("token")->text), {at, 0}});
  }
  const Count count = compare(groups);
  EXPECT_GE(count.before, 200u);
  EXPECT_GE(count.at, 200u);
  EXPECT_GE(count.behind, 300u);
}

TEST(InspectionOfExamples, AgreesWithVerify) {
  std::map<std::string, Group> groups;
  for (const std::string& line : test::read_lines(test::data_path("vectors/rfc.ndjson"))) {
    const test::Document document(line, "rfc.ndjson");
    const std::string id = test::text_of(document.root(), "id");
    groups[id] = {test::rfc_options(document.root()), {{id, test::rfc_token(document.root()), {1'300'819'380, 0}}}};
  }
  const Count count = compare(groups);
  EXPECT_GE(count.at, 5u);
  EXPECT_GE(count.behind, 5u);
}

TEST(InspectionOfTokens, AllowsEveryAlgorithmWhenThePolicyNamesNone) {
  const KeyPair key = std::move(*KeyPair::generate(Algorithm::ES256));
  const std::string token = key.sign(R"({"alg":"ES256"})", R"({"exp":1790000000})");
  for (const auto& [algorithms, reasons] :
       {std::pair(std::vector<Algorithm>(), ReasonSet()),
        std::pair(std::vector{Algorithm::ES256, Algorithm::RS256}, ReasonSet()),
        std::pair(std::vector{Algorithm::RS256}, ReasonSet(Reason::algorithm_not_allowed))}) {
    Policy policy;
    policy.algorithms = algorithms;
    const auto inspector = TokenInspector::create(policy);
    ASSERT_TRUE(inspector) << inspector.error().message;
    EXPECT_EQ(inspector->inspect(token, {1'789'999'999, 0}).reasons, reasons);
  }
}

TEST(InspectionOfTokens, RefusesAPolicyThatAVerifierRefuses) {
  Policy policy;
  policy.leeway_seconds = -1;
  EXPECT_FALSE(TokenInspector::create(policy));
}

}  // namespace
}  // namespace assay
