// C2SP Wycheproof: ECDSA (P1363), RSASSA-PKCS1-v1_5, RSASSA-PSS, EdDSA and HMAC judged by the backend; JWS, JWK and JWT
// cases judged by the whole verifier, as far as its word on the signature.
//
// A case whose expected result assay departs from is listed below with the reason; it is counted as skipped and
// printed, and the test fails when assay no longer departs from it. Everything is skipped where the files are not at
// hand.
#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "assay/verifier.h"
#include "support/vectors.h"
#include "verify/backend.h"
#include "verify/prepared_key.h"

namespace assay::verify {
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

// One signature through a new session of the backend; `times` in one call, so that every place of a batch is tried.
bool judge(const Backend& backend, const PreparedKey& key, Algorithm algorithm, std::string_view input,
           std::string_view signature) {
  static std::uint64_t generation = std::uint64_t{1} << 40;  // of no key ring
  const auto session = backend.new_session();
  std::vector<SignatureJob> jobs(3, SignatureJob{&key, algorithm, input, signature, false});
  session->judge(jobs, ++generation);
  EXPECT_EQ(jobs[0].valid, jobs[1].valid);
  EXPECT_EQ(jobs[0].valid, jobs[2].valid);
  return jobs[0].valid;
}

struct File {
  const char* name;
  Algorithm algorithm;
  int cases;
};

std::string test_name(const testing::TestParamInfo<File>& info) {
  std::string name = info.param.name;
  for (char& c : name) c = c == '.' || c == '-' ? '_' : c;
  return name.substr(0, name.find("_test_json"));
}

class WycheproofFile : public testing::TestWithParam<File> {
 protected:
  void SetUp() override {
    const auto folder = test::wycheproof_dir();
    if (!folder) GTEST_SKIP() << "no Wycheproof files: set ASSAY_WYCHEPROOF_DIR";
    const std::string path = *folder + "/" + GetParam().name;
    document_ = std::make_unique<test::Document>(test::read_file(path), path);
    BackendOptions options;
    options.name = "openssl";
    auto backend = make_backend(options);
    ASSERT_TRUE(backend) << backend.error();
    backend_ = *backend;
  }

  // Every case of the file, judged with the key of its group and compared; `tally` counts.
  template <class KeyOf, class Judge>
  void compare(KeyOf key_of, Judge judge_case) {
    Tally tally;
    int cases = 0;
    for (const JsonNode& group : document_->root().find("testGroups")->items) {
      for (const JsonNode& test : group.find("tests")->items) {
        SCOPED_TRACE("case " + id_of(test) + ": " + test::text_of(test, "comment"));
        ++cases;
        const PreparedKey* key = key_of(group, test);
        ASSERT_NE(key, nullptr);
        const bool valid = judge_case(group, test, *key, tally);
        // "acceptable" are signatures over a DigestInfo without the NULL parameter: RFC 8017 §8.2.2 compares encodings,
        // and there is one encoding.
        EXPECT_EQ(valid, expected_);
        ++(valid ? tally.valid : tally.invalid);
      }
    }
    EXPECT_EQ(cases, GetParam().cases) << "the file has another number of cases than it is known to have";
    tally.print(GetParam().name);
  }

  std::unique_ptr<test::Document> document_;
  std::shared_ptr<const Backend> backend_;
  bool expected_ = false;
};

class PublicKeySignatures : public WycheproofFile {};

TEST_P(PublicKeySignatures, AreJudgedAsWycheproofExpects) {
  const JsonNode* last_group = nullptr;
  PreparedKey key;
  compare(
      [&](const JsonNode& group, const JsonNode&) -> const PreparedKey* {
        if (&group == last_group) return &key;
        auto jwk = read_public_key(test::text_of(group, "publicKeyPem"), Profile::strict, "publicKeyPem");
        if (!jwk) {
          ADD_FAILURE() << jwk.error();
          return nullptr;
        }
        EXPECT_TRUE(jwk->permitted.contains(GetParam().algorithm));
        auto prepared = prepare_key(std::move(*jwk), Profile::strict, "publicKeyPem");
        if (!prepared) {
          ADD_FAILURE() << prepared.error();
          return nullptr;
        }
        key = std::move(*prepared);
        last_group = &group;
        return &key;
      },
      [&](const JsonNode&, const JsonNode& test, const PreparedKey& prepared, Tally&) {
        expected_ = result_of(test) == "valid";
        return judge(*backend_, prepared, GetParam().algorithm, test::from_hex(test::text_of(test, "msg")),
                     test::from_hex(test::text_of(test, "sig")));
      });
}

INSTANTIATE_TEST_SUITE_P(Wycheproof, PublicKeySignatures,
                         testing::Values(File{"ecdsa_secp256r1_sha256_p1363_test.json", Algorithm::ES256, 262},
                                         File{"ecdsa_secp384r1_sha384_p1363_test.json", Algorithm::ES384, 280},
                                         File{"ecdsa_secp521r1_sha512_p1363_test.json", Algorithm::ES512, 318},
                                         File{"ed25519_test.json", Algorithm::Ed25519, 151},
                                         File{"ed448_test.json", Algorithm::Ed448, 87},
                                         File{"rsa_signature_2048_sha256_test.json", Algorithm::RS256, 259},
                                         File{"rsa_signature_2048_sha384_test.json", Algorithm::RS384, 258},
                                         File{"rsa_signature_2048_sha512_test.json", Algorithm::RS512, 259},
                                         File{"rsa_signature_3072_sha256_test.json", Algorithm::RS256, 259},
                                         File{"rsa_signature_3072_sha384_test.json", Algorithm::RS384, 259},
                                         File{"rsa_signature_3072_sha512_test.json", Algorithm::RS512, 260},
                                         File{"rsa_signature_4096_sha256_test.json", Algorithm::RS256, 258},
                                         File{"rsa_signature_4096_sha384_test.json", Algorithm::RS384, 259},
                                         File{"rsa_signature_4096_sha512_test.json", Algorithm::RS512, 259},
                                         File{"rsa_pss_2048_sha256_mgf1_32_test.json", Algorithm::PS256, 108},
                                         File{"rsa_pss_2048_sha384_mgf1_48_test.json", Algorithm::PS384, 141},
                                         File{"rsa_pss_3072_sha256_mgf1_32_test.json", Algorithm::PS256, 108},
                                         File{"rsa_pss_4096_sha384_mgf1_48_test.json", Algorithm::PS384, 141},
                                         File{"rsa_pss_4096_sha512_mgf1_64_test.json", Algorithm::PS512, 179}),
                         test_name);

class MessageCodes : public WycheproofFile {};

TEST_P(MessageCodes, AreJudgedAsWycheproofExpects) {
  PreparedKey key;
  compare(
      [&](const JsonNode&, const JsonNode& test) -> const PreparedKey* {
        Jwk jwk;
        jwk.type = KeyType::oct;
        jwk.k = test::from_hex(test::text_of(test, "key"));
        jwk.permitted.insert(GetParam().algorithm);
        // fastmcp: some keys are shorter than the hash, which strict would refuse before any arithmetic.
        auto prepared = prepare_key(std::move(jwk), Profile::fastmcp, "key");
        if (!prepared) {
          ADD_FAILURE() << prepared.error();
          return nullptr;
        }
        key = std::move(*prepared);
        return &key;
      },
      [&](const JsonNode& group, const JsonNode& test, const PreparedKey& prepared, Tally& tally) {
        const int full = 8 * digest_bytes(info(GetParam().algorithm).hash);
        const bool truncated = group.find("tagSize")->text != std::to_string(full);
        expected_ = result_of(test) == "valid" && !truncated;
        if (truncated && result_of(test) == "valid") {
          ++tally.skipped["valid for a truncated tag, which JWS has not (RFC 7518 §3.2): rejected here"];
        }
        return judge(*backend_, prepared, GetParam().algorithm, test::from_hex(test::text_of(test, "msg")),
                     test::from_hex(test::text_of(test, "tag")));
      });
}

INSTANTIATE_TEST_SUITE_P(Wycheproof, MessageCodes,
                         testing::Values(File{"hmac_sha256_test.json", Algorithm::HS256, 174},
                                         File{"hmac_sha384_test.json", Algorithm::HS384, 174},
                                         File{"hmac_sha512_test.json", Algorithm::HS512, 174}),
                         test_name);

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

class JsonFiles : public WycheproofFile {};

TEST_P(JsonFiles, AreJudgedAsWycheproofExpectsOrForAStatedReasonNot) {
  Tally tally;
  int cases = 0;
  for (const JsonNode& group : document_->root().find("testGroups")->items) {
    // A set without one usable key is refused or rejects every token; either way nothing is accepted.
    JwtVerifierOptions options;
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
      const char* why = departure(GetParam().name, id);
      const bool accepted = verdict.signature == SignatureState::valid;
      if (why != nullptr) {
        EXPECT_NE(accepted, expected) << "no departure any more: remove the row";
        ++tally.skipped[why];
        continue;
      }
      EXPECT_EQ(accepted, expected) << (verifier ? verdict.detail : verifier.error());
      ++(accepted ? tally.valid : tally.invalid);
    }
  }
  EXPECT_EQ(cases, GetParam().cases);
  tally.print(GetParam().name);
}

INSTANTIATE_TEST_SUITE_P(Wycheproof, JsonFiles,
                         testing::Values(File{"json_web_signature_test.json", Algorithm::RS256, 401},
                                         File{"json_web_key_test.json", Algorithm::RS256, 26},
                                         File{"json_web_crypto_test.json", Algorithm::RS256, 83}),
                         test_name);

}  // namespace
}  // namespace assay::verify
