// Every case of data/vectors/attacks.ndjson through the library, in both profiles: verdicts, and the AccessTokens of
// FastMCP.
#include <gtest/gtest.h>

#include <charconv>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "assay/verifier.h"
#include "codec/base64url.h"
#include "codec/json.h"

namespace assay {
namespace {

using codec::JsonNode;
using codec::JsonType;

std::string text_of(const JsonNode* node) {
  return node != nullptr && node->is(JsonType::string) ? std::string(node->text) : "";
}

bool given(const JsonNode* node) { return node != nullptr && !node->is(JsonType::null); }

std::optional<std::vector<std::string>> list_of(const JsonNode* node) {
  if (!given(node)) return std::nullopt;
  std::vector<std::string> list;
  if (node->is(JsonType::string)) list.emplace_back(node->text);
  for (const JsonNode& item : node->items) list.emplace_back(item.text);
  return list;
}

// What the case configures. Nothing: its algorithm is none that assay knows, which refuses the configuration.
std::optional<JwtVerifierOptions> options_of(const JsonNode& test, Profile profile) {
  JwtVerifierOptions options;
  options.policy.profile = profile;
  options.policy.max_token_bytes = 4u << 20;
  const JsonNode* config = test.find("config");
  const std::string algorithm_name = given(config->find("algorithm")) ? text_of(config->find("algorithm")) : "RS256";
  const std::optional<Algorithm> algorithm = algorithm_from_string(algorithm_name);
  if (!algorithm) return std::nullopt;
  options.policy.algorithms = {*algorithm};
  options.policy.issuers = list_of(config->find("issuer"));
  options.policy.audiences = list_of(config->find("audience"));
  options.policy.required_scopes = list_of(config->find("required_scopes")).value_or(std::vector<std::string>());
  const bool secret = info(*algorithm).scheme == Scheme::hmac;
  const auto add = [&](KeySource::Kind kind, std::string value) {
    options.keys.push_back({kind, std::move(value), "vector"});
  };
  if (const JsonNode* keys = test.find("keys")) add(KeySource::Kind::jwks_text, std::string(keys->raw));
  std::optional<std::string> key;
  if (given(test.find("public_key"))) key = text_of(test.find("public_key"));
  if (given(test.find("public_key_der"))) key = codec::base64url_decode(text_of(test.find("public_key_der"))).value();
  if (key) add(secret ? KeySource::Kind::secret_text : KeySource::Kind::public_key_text, *key);
  if (given(test.find("secret"))) {
    add(KeySource::Kind::secret_text, codec::base64url_decode(text_of(test.find("secret"))).value());
  }
  return options;
}

std::string expected(const JsonNode& test, Profile profile) {
  const JsonNode* expect = test.find("expect");
  if (expect->is(JsonType::object)) expect = expect->find(profile == Profile::strict ? "strict" : "fastmcp");
  return text_of(expect);
}

void check_result(const JsonNode& result, const AccessToken& token, const std::string& id) {
  EXPECT_EQ(token.client_id, text_of(result.find("client_id"))) << id;
  const JsonNode* subject = result.find("subject");
  EXPECT_EQ(token.subject.has_value(), given(subject)) << id;
  if (given(subject)) {
    EXPECT_EQ(token.subject.value_or(""), subject->text) << id;
  }
  const JsonNode* expires = result.find("expires_at");
  EXPECT_EQ(token.expires_at_text, given(expires) ? expires->text : "") << id;
  std::vector<std::string> scopes;
  for (const JsonNode& scope : result.find("scopes")->items) scopes.emplace_back(scope.text);
  EXPECT_EQ(token.scopes, scopes) << id;
}

class Attacks : public testing::TestWithParam<Profile> {};

TEST_P(Attacks, AreJudgedAsTheVectorsSay) {
  const Profile profile = GetParam();
  std::ifstream file(ASSAY_DATA_DIR "/vectors/attacks.ndjson");
  ASSERT_TRUE(file) << "data/vectors/attacks.ndjson is missing";
  int cases = 0;
  std::map<std::string, std::optional<JwtVerifier>> verifiers;  // by configuration and keys, nothing: refused
  for (std::string line; std::getline(file, line); ++cases) {
    base::Arena arena;
    const JsonNode* test = codec::parse_json(line, codec::JsonDialect::rfc8259, arena);
    ASSERT_NE(test, nullptr) << "line " << cases + 1;
    const std::string id = text_of(test->find("id"));
    const bool accept = expected(*test, profile) == "accept";

    std::string identity;
    for (const char* field : {"config", "keys", "public_key", "public_key_der", "secret"}) {
      if (const JsonNode* node = test->find(field)) identity.append(field).append(node->raw);
    }
    auto [found, fresh] = verifiers.try_emplace(identity);
    if (fresh) {
      if (std::optional<JwtVerifierOptions> options = options_of(*test, profile)) {
        Result<JwtVerifier> verifier = JwtVerifier::create(std::move(*options));
        if (verifier) found->second.emplace(std::move(*verifier));
      }
    }
    if (!found->second) {
      EXPECT_FALSE(accept) << id << ": the configuration was refused";
      continue;
    }
    if (text_of(test->find("stage")) == "config") {
      EXPECT_TRUE(accept) << id << ": the configuration should have been refused";
      continue;
    }
    std::int64_t at = 0;
    const std::string_view digits = test->find("at")->text;
    std::from_chars(digits.data(), digits.data() + digits.size(), at);
    const Verdict verdict = found->second->verify(test->find("token")->text, Instant{at, 0});
    EXPECT_EQ(verdict.valid(), accept) << id << ": " << text_of(test->find("comment"))
                                       << (verdict.valid() ? "" : std::string(to_string(verdict.reason())));
    const JsonNode* result = test->find("result");
    if (profile == Profile::fastmcp && verdict.valid() && given(result)) check_result(*result, *verdict.token, id);
  }
  EXPECT_GE(cases, 950);
}

INSTANTIATE_TEST_SUITE_P(EachProfile, Attacks, testing::Values(Profile::strict, Profile::fastmcp),
                         [](const auto& which) { return which.param == Profile::strict ? "strict" : "fastmcp"; });

}  // namespace
}  // namespace assay
