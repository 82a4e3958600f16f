// Published vectors at the level of the signature: the RFCs' examples and Wycheproof, through every backend of the
// build.
//
// Claims are not judged here: the payloads are often no JSON. Each case that is skipped is counted and its cause
// printed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>

#include "assay/verifier.h"
#include "codec/base64url.h"
#include "codec/json.h"
#include "verify/backend.h"
#include "verify/prepared_key.h"

namespace assay {
namespace {

using codec::JsonNode;
using codec::JsonType;

std::string text_of(const JsonNode& object, std::string_view name) {
  const JsonNode* node = object.find(name);
  return node != nullptr && node->is(JsonType::string) ? std::string(node->text) : "";
}

std::string from_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16)));
  }
  return bytes;
}

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Verdicts counted; a difference is a failure at once.
struct Tally {
  int judged = 0;
  std::map<std::string, int> skipped;  // cause -> cases

  void report(const std::string& what) const {
    std::cout << what << ": " << judged << " judged";
    for (const auto& [cause, count] : skipped) std::cout << ", " << count << " skipped (" << cause << ")";
    std::cout << "\n";
  }
};

// The state of the signature of one compact token under a JWK Set, or nothing when the set is refused.
std::optional<SignatureState> judge_token(std::string_view token, const std::string& jwks) {
  JwtVerifierOptions options;
  options.keys.push_back({KeySource::Kind::jwks_text, jwks, "vector"});
  Result<JwtVerifier> verifier = JwtVerifier::create(std::move(options));
  if (!verifier) return std::nullopt;
  return verifier->verify(token, Instant{}).signature;
}

TEST(RfcExamples, HaveTheirPublishedSignatures) {
  std::ifstream file(ASSAY_DATA_DIR "/vectors/rfc.ndjson");
  ASSERT_TRUE(file) << "data/vectors/rfc.ndjson is missing";
  Tally tally;
  for (std::string line; std::getline(file, line);) {
    base::Arena arena;
    const JsonNode* test = codec::parse_json(line, codec::JsonDialect::rfc8259, arena);
    ASSERT_NE(test, nullptr);
    const std::string id = text_of(*test, "id");
    std::string token = text_of(*test, "token");
    if (const JsonNode* detached = test->find("detached"); detached != nullptr && detached->truth) {
      token.insert(token.find('.') + 1, text_of(*test, "payload_base64url"));  // RFC 7515 appendix F
    }
    JwtVerifierOptions options;
    if (const JsonNode* keys = test->find("keys")) {
      options.keys.push_back({KeySource::Kind::jwks_text, std::string(keys->raw), id});
    } else {
      const std::string secret = codec::base64url_decode(text_of(*test, "secret")).value_or(std::string(32, 'x'));
      options.keys.push_back({KeySource::Kind::secret_text, secret, id});
    }
    Result<JwtVerifier> verifier = JwtVerifier::create(std::move(options));
    ASSERT_TRUE(verifier) << id << ": " << verifier.error();
    const bool accept = text_of(*test, "expect") == "accept";
    EXPECT_EQ(verifier->verify(token, Instant{}).signature == SignatureState::valid, accept) << id;
    ++tally.judged;
  }
  tally.report("RFC 7515, 7520, 8037");
  EXPECT_EQ(tally.judged, 23);
}

class Wycheproof : public testing::Test {
 protected:
  void SetUp() override {
    const char* from_environment = std::getenv("ASSAY_WYCHEPROOF_DIR");
    folder_ = from_environment != nullptr ? from_environment : ASSAY_WYCHEPROOF_DIR;
    if (folder_.empty()) GTEST_SKIP() << "skipped: no ASSAY_WYCHEPROOF_DIR was given";
  }

  const JsonNode& load(const std::string& name) {
    text_ = read_file(folder_ + "/" + name);
    const JsonNode* root = codec::parse_json(text_, codec::JsonDialect::rfc8259, arena_);
    if (root == nullptr) throw std::runtime_error("cannot read " + folder_ + "/" + name);
    return *root;
  }

  // Every test of a file of bare signatures, through the backend.
  void run_signatures(const std::string& name, Algorithm algorithm) {
    Result<std::shared_ptr<const verify::Backend>> backend = verify::make_backend("auto");
    ASSERT_TRUE(backend);
    const auto session = (*backend)->new_session();
    Tally tally;
    std::uint64_t generation = 1;
    for (const JsonNode& group : load(name).find("testGroups")->items) {
      std::optional<verify::PreparedKey> shared;
      if (info(algorithm).scheme != Scheme::hmac) {
        Result<Jwk> jwk = verify::read_public_key(text_of(group, "publicKeyPem"), Profile::strict, name);
        if (!jwk) {
          // Keys that strict refuses before any signature, such as small-order points.
          for (const JsonNode& test : group.find("tests")->items) {
            EXPECT_NE(text_of(test, "result"), "valid")
                << name << " " << test.find("tcId")->text << ": " << jwk.error();
            ++tally.skipped["key refused: " + jwk.error()];
          }
          continue;
        }
        Result<verify::PreparedKey> key = verify::prepare_key(std::move(*jwk), Profile::strict, name);
        ASSERT_TRUE(key) << key.error();
        shared.emplace(std::move(*key));
      }
      for (const JsonNode& test : group.find("tests")->items) {
        const std::string message = from_hex(text_of(test, "msg"));
        std::string signature = from_hex(text_of(test, shared ? "sig" : "tag"));
        std::optional<verify::PreparedKey> own;
        if (!shared) {
          if (group.find("tagSize")->text != std::to_string(8 * digest_bytes(info(algorithm).hash))) {
            ++tally.skipped["truncated tags: RFC 7518 §3.2 has none"];
            continue;
          }
          AlgorithmSet allowed;
          allowed.insert(algorithm);
          const std::string secret = from_hex(text_of(test, "key"));
          Result<Jwk> jwk = verify::read_secret(secret, Profile::fastmcp, allowed, name);
          if (!jwk) {
            ++tally.skipped["empty secret"];
            continue;
          }
          Result<verify::PreparedKey> key = verify::prepare_key(std::move(*jwk), Profile::fastmcp, name);
          ASSERT_TRUE(key) << key.error();
          own.emplace(std::move(*key));
        }
        verify::SignatureJob job{shared ? &*shared : &*own, algorithm, message, signature, false};
        session->judge({&job, 1}, ++generation);
        const std::string result = text_of(test, "result");
        if (result == "acceptable") {
          ++tally.skipped["acceptable: either answer is right"];
        } else {
          EXPECT_EQ(job.valid, result == "valid")
              << name << " " << test.find("tcId")->text << ": " << text_of(test, "comment");
          ++tally.judged;
        }
      }
    }
    tally.report(name);
    EXPECT_GT(tally.judged, 0);
  }

  void run_tokens(const std::string& name) {
    Tally tally;
    for (const JsonNode& group : load(name).find("testGroups")->items) {
      const JsonNode* key = group.find("public") != nullptr ? group.find("public") : group.find("private");
      std::string jwks(key->raw);
      if (key->find("keys") == nullptr) jwks = "{\"keys\":[" + jwks + "]}";
      for (const JsonNode& test : group.find("tests")->items) {
        const std::string id = name + " " + std::string(test.find("tcId")->text) + " " + text_of(group, "comment") +
                               " " + text_of(test, "comment");
        const std::string token = text_of(test, "jws");
        if (token.empty()) {
          ++tally.skipped["no compact JWS"];
          continue;
        }
        if (jwks.find("ES521") != std::string::npos) {
          ++tally.skipped["key with alg ES521, which is no JWS algorithm"];
          continue;
        }
        std::string flags;
        if (const JsonNode* list = test.find("flags")) flags = list->raw;
        if (flags.find("Ambiguous") != std::string::npos || flags.find("MixedKeySet") != std::string::npos) {
          ++tally.skipped["whether to refuse a whole set of mixed keys is left open"];
          continue;
        }
        const bool valid = judge_token(token, jwks) == SignatureState::valid;
        EXPECT_EQ(valid, text_of(test, "result") == "valid") << id << " " << flags;
        ++tally.judged;
      }
    }
    tally.report(name);
    EXPECT_GT(tally.judged, 0);
  }

 private:
  std::string folder_;
  std::string text_;
  base::Arena arena_;
};

TEST_F(Wycheproof, EcdsaP256) { run_signatures("ecdsa_secp256r1_sha256_p1363_test.json", Algorithm::ES256); }
TEST_F(Wycheproof, EcdsaP384) { run_signatures("ecdsa_secp384r1_sha384_p1363_test.json", Algorithm::ES384); }
TEST_F(Wycheproof, EcdsaP521) { run_signatures("ecdsa_secp521r1_sha512_p1363_test.json", Algorithm::ES512); }
TEST_F(Wycheproof, Ed25519) { run_signatures("ed25519_test.json", Algorithm::Ed25519); }
TEST_F(Wycheproof, Ed448) { run_signatures("ed448_test.json", Algorithm::Ed448); }
TEST_F(Wycheproof, HmacSha256) { run_signatures("hmac_sha256_test.json", Algorithm::HS256); }
TEST_F(Wycheproof, HmacSha384) { run_signatures("hmac_sha384_test.json", Algorithm::HS384); }
TEST_F(Wycheproof, HmacSha512) { run_signatures("hmac_sha512_test.json", Algorithm::HS512); }
TEST_F(Wycheproof, RsaPkcs1) {
  for (const char* bits : {"2048", "3072", "4096"}) {
    run_signatures(std::string("rsa_signature_") + bits + "_sha256_test.json", Algorithm::RS256);
    run_signatures(std::string("rsa_signature_") + bits + "_sha384_test.json", Algorithm::RS384);
    run_signatures(std::string("rsa_signature_") + bits + "_sha512_test.json", Algorithm::RS512);
  }
}
TEST_F(Wycheproof, RsaPss) {
  run_signatures("rsa_pss_2048_sha256_mgf1_32_test.json", Algorithm::PS256);
  run_signatures("rsa_pss_2048_sha384_mgf1_48_test.json", Algorithm::PS384);
  run_signatures("rsa_pss_3072_sha256_mgf1_32_test.json", Algorithm::PS256);
  run_signatures("rsa_pss_4096_sha384_mgf1_48_test.json", Algorithm::PS384);
  run_signatures("rsa_pss_4096_sha512_mgf1_64_test.json", Algorithm::PS512);
}
TEST_F(Wycheproof, JsonWebSignatures) { run_tokens("json_web_signature_test.json"); }
TEST_F(Wycheproof, JsonWebKeys) { run_tokens("json_web_key_test.json"); }
TEST_F(Wycheproof, JsonWebCrypto) { run_tokens("json_web_crypto_test.json"); }

}  // namespace
}  // namespace assay
