// Every case of data/vectors/attacks.ndjson through the library, in every profile and through both backends: verdicts,
// details, and the AccessTokens of FastMCP.
#include <gtest/gtest.h>

#include <charconv>
#include <fstream>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "assay/verifier.h"
#include "codec/json.h"
#include "support/vector_cases.h"
#include "support/vectors.h"

namespace assay {
namespace {

using codec::JsonNode;
using codec::JsonType;

std::string text_of(const JsonNode* node) {
  return node != nullptr && node->is(JsonType::string) ? std::string(node->text) : "";
}

bool given(const JsonNode* node) { return node != nullptr && !node->is(JsonType::null); }

std::string expected(const JsonNode& test, Profile profile) {
  const JsonNode* expect = test.find("expect");
  return text_of(expect->is(JsonType::object) ? expect->find(to_string(profile)) : expect);
}

// What FastMCP returns; null if it returns nothing.
const JsonNode* result_of(const JsonNode& test, Profile profile) {
  const JsonNode* results = test.find("results");
  const JsonNode* own = results == nullptr ? nullptr : results->find(to_string(profile));
  return own != nullptr ? own : test.find("result");
}

void check_result(const JsonNode& result, const AccessToken& token, Profile profile, const std::string& id) {
  EXPECT_EQ(token.client_id, text_of(result.find("client_id"))) << id;
  // The AccessToken of 3.4 has no subject.
  const JsonNode* subject = profile == Profile::fastmcp_3_4 ? nullptr : result.find("subject");
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

class Attacks : public testing::TestWithParam<std::tuple<Profile, const char*>> {};

TEST_P(Attacks, AreJudgedAsTheVectorsSay) {
  const auto [profile, backend] = GetParam();
  std::ifstream file(test::data_path("vectors/attacks.ndjson"));
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
      if (std::optional<JwtVerifierOptions> options = test::attack_options(*test, profile)) {
        options->backend = backend;
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
    EXPECT_EQ(verdict.detail.empty(), verdict.valid()) << id;
    EXPECT_EQ(verdict.detail.find('\n'), std::string::npos) << id;
    const JsonNode* result = result_of(*test, profile);
    if (is_fastmcp(profile) && verdict.valid() && given(result)) check_result(*result, *verdict.token, profile, id);
  }
  EXPECT_GE(cases, 950);
}

INSTANTIATE_TEST_SUITE_P(EachProfileAndBackend, Attacks,
                         testing::Combine(testing::Values(Profile::strict, Profile::fastmcp_3_4, Profile::fastmcp_4_1,
                                                          Profile::fastmcp_4_2),
                                          testing::Values("openssl", "lanes")),
                         [](const auto& which) {
                           std::string name =
                               std::string(to_string(std::get<0>(which.param))) + "_" + std::get<1>(which.param);
                           for (char& c : name) c = c == '@' || c == '.' ? '_' : c;
                           return name;
                         });

}  // namespace
}  // namespace assay
