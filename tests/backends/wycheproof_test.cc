// C2SP Wycheproof: ECDSA (P1363), RSASSA-PKCS1-v1_5, RSASSA-PSS, EdDSA and HMAC judged by every backend; JWS, JWK and
// JWT cases judged by the whole verifier, as far as its word on the signature.
//
// A case whose expected result assay departs from is listed below with the reason; it is counted as skipped and
// printed, and the test fails when assay no longer departs from it. Everything is skipped where the files are not at
// hand.
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "assay/verifier.h"
#include "backends/backends.h"
#include "support/vector_cases.h"
#include "support/vectors.h"

namespace assay::backends {
namespace {

using codec::JsonNode;
using codec::JsonType;

// What became of the cases of a file.
struct Tally {
  int valid = 0, invalid = 0;
  std::map<std::string, int> skipped;  // why -> how many

  void print(const std::string& file) const {
    std::cout << file << ": " << valid << " accepted and " << invalid << " rejected as expected";
    for (const auto& [why, count] : skipped) std::cout << "; " << count << " skipped: " << why;
    std::cout << '\n';
  }
};

std::string result_of(const JsonNode& test) { return test::text_of(test, "result"); }

std::string id_of(const JsonNode& test) {
  const JsonNode* id = test.find("tcId");
  return id == nullptr ? "?" : std::string(id->text);
}

class Signatures : public testing::TestWithParam<std::tuple<test::WycheproofFile, BackendUnderTest>> {};

TEST_P(Signatures, AreJudgedAsWycheproofExpects) {
  const auto& [file, which] = GetParam();
  const auto folder = test::wycheproof_dir();
  if (!folder) GTEST_SKIP() << "no Wycheproof files: set ASSAY_WYCHEPROOF_DIR";
  ASSAY_SKIP_WITHOUT(which);
  const test::WycheproofCases known = test::wycheproof_cases(*folder, file);
  const auto backend = make(which);
  const auto session = backend->new_session();
  Tally tally;
  for (std::size_t i = 0; i < known.expected.size(); ++i) {
    const test::SignatureCase& one = known.set.cases[i];
    SCOPED_TRACE(one.what);
    // Three times in one call.
    std::vector<signature::Job> jobs(3, test::job_of(one, known.expected[i]));
    session->verify(jobs, known.set.keys.generation());
    for (const signature::Job& job : jobs) EXPECT_EQ(job.valid, known.expected[i]);
    ++(jobs[0].valid ? tally.valid : tally.invalid);
    if (!known.skipped[i].empty()) ++tally.skipped[known.skipped[i]];
  }
  EXPECT_EQ(known.expected.size(), static_cast<std::size_t>(file.cases))
      << "the file has another number of cases than it is known to have";
  tally.print(file.name);
}

INSTANTIATE_TEST_SUITE_P(Wycheproof, Signatures,
                         testing::Combine(testing::ValuesIn(test::kWycheproofSignatures),
                                          testing::ValuesIn(kEveryBackend)),
                         [](const auto& which) {
                           return test::short_name(std::get<0>(which.param)) + "_" + std::get<1>(which.param).label;
                         });

// Cases of the JSON files in which assay departs from the expected result, with the reason.
struct Departure {
  const char* file;
  int id;
  const char* why;
};

constexpr const char* kRoca = "a key with the ROCA weakness, which assay does not look for";
constexpr const char* kMixedSet = "a set that mixes secrets and public keys: each key is bound to its own algorithms";
constexpr const char* kSharedKid = "a kid that two keys share: each is tried (RFC 7517 §4.5 only says SHOULD)";
constexpr const char* kNoSuchAlgorithm = "the key names ES521, which is no algorithm (RFC 7518 §3.1)";
constexpr const char* kOtherAlgorithm = "the key names PS256, the token PS384 (RFC 7517 §4.4)";
constexpr const char* kLostPadding =
    "the padding that the comment speaks of is not in the file: the token is the valid one of 357";
constexpr const char* kForeignCharacter = "called valid with '?' in a segment: base64url is strict (RFC 7515 §2)";

constexpr Departure kDepartures[] = {
    {"json_web_signature_test.json", 346, kOtherAlgorithm},
    {"json_web_signature_test.json", 347, kNoSuchAlgorithm},
    {"json_web_signature_test.json", 350, kOtherAlgorithm},
    {"json_web_signature_test.json", 351, kNoSuchAlgorithm},
    {"json_web_signature_test.json", 367, kLostPadding},
    {"json_web_signature_test.json", 370, kLostPadding},
    {"json_web_signature_test.json", 372, kForeignCharacter},
    {"json_web_signature_test.json", 373, kForeignCharacter},
    {"json_web_key_test.json", 1, kMixedSet},
    {"json_web_key_test.json", 4, kSharedKid},
    {"json_web_key_test.json", 7, kRoca},
    {"json_web_crypto_test.json", 46, kRoca},
    {"json_web_crypto_test.json", 47, kMixedSet},
};

const char* departure(std::string_view file, std::string_view id) {
  for (const Departure& row : kDepartures) {
    if (row.file == file && std::to_string(row.id) == id) return row.why;
  }
  return nullptr;
}

// The key or keys of a group as a JWK Set; the public ones where the group gives both.
std::string keys_of(const JsonNode& group) {
  const JsonNode* keys = group.find("public") != nullptr ? group.find("public") : group.find("private");
  if (keys->find("keys") != nullptr) return std::string(keys->raw);
  return "{\"keys\":[" + std::string(keys->raw) + "]}";
}

class JsonFiles : public testing::TestWithParam<std::tuple<test::WycheproofFile, const char*>> {};

TEST_P(JsonFiles, AreJudgedAsWycheproofExpectsOrForAStatedReasonNot) {
  const auto& [file, backend] = GetParam();
  const auto folder = test::wycheproof_dir();
  if (!folder) GTEST_SKIP() << "no Wycheproof files: set ASSAY_WYCHEPROOF_DIR";
  const std::string path = *folder + "/" + file.name;
  const test::Document document(test::read_file(path), path);
  Tally tally;
  int cases = 0;
  for (const JsonNode& group : document.root().find("testGroups")->items) {
    // A set without one usable key is refused or rejects every token; either way nothing is accepted.
    JwtVerifierOptions options;
    options.backend = backend;
    options.keys.push_back({KeySource::Kind::jwks_text, keys_of(group), "keys"});
    const auto verifier = JwtVerifier::create(std::move(options));
    for (const JsonNode& test : group.find("tests")->items) {
      const std::string id = id_of(test);
      SCOPED_TRACE("case " + id + ": " + test::text_of(test, "comment"));
      ++cases;
      bool expected = result_of(test) == "valid";
      const JsonNode* token = test.find("jws") != nullptr ? test.find("jws") : test.find("jwe");
      ASSERT_NE(token, nullptr);
      if (!token->is(JsonType::string)) {
        ++tally.skipped["the JSON serialization, which assay does not read"];
        continue;
      }
      const Verdict verdict = verifier ? verifier->verify(token->text) : Verdict{};
      if (expected && verdict.reasons == ReasonSet(Reason::encrypted_token)) {
        ++tally.skipped["an encrypted token (JWE), told as one"];
        continue;
      }
      if (expected && test.find("jwe") != nullptr && !verifier) {
        ++tally.skipped["a key for encryption, refused at set-up"];
        continue;
      }
      const char* why = departure(file.name, id);
      const bool accepted = verdict.signature == SignatureState::valid;
      if (why != nullptr) {
        EXPECT_NE(accepted, expected) << "no departure any more: remove the row";
        ++tally.skipped[why];
        continue;
      }
      EXPECT_EQ(accepted, expected) << (verifier ? verdict.detail : verifier.error().message);
      ++(accepted ? tally.valid : tally.invalid);
    }
  }
  EXPECT_EQ(cases, file.cases);
  tally.print(file.name);
}

INSTANTIATE_TEST_SUITE_P(
    Wycheproof, JsonFiles,
    testing::Combine(testing::Values(test::WycheproofFile{"json_web_signature_test.json", Algorithm::RS256, 401},
                                     test::WycheproofFile{"json_web_key_test.json", Algorithm::RS256, 26},
                                     test::WycheproofFile{"json_web_crypto_test.json", Algorithm::RS256, 83}),
                     testing::Values("openssl", "lanes")),
    [](const auto& which) { return test::short_name(std::get<0>(which.param)) + "_" + std::get<1>(which.param); });

}  // namespace
}  // namespace assay::backends
