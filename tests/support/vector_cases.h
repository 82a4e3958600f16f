// The test vectors as signatures for a backend, whatever file they lie in.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "assay/verifier.h"
#include "codec/json.h"
#include "support/signing.h"

namespace assay::test {

// ---- Wycheproof

struct WycheproofFile {
  const char* name;
  Algorithm algorithm;
  int cases;
};
inline void PrintTo(const WycheproofFile& file, std::ostream* out) { *out << file.name; }

inline constexpr WycheproofFile kWycheproofSignatures[] = {
    {"ecdsa_secp256r1_sha256_p1363_test.json", Algorithm::ES256, 262},
    {"ecdsa_secp384r1_sha384_p1363_test.json", Algorithm::ES384, 280},
    {"ecdsa_secp521r1_sha512_p1363_test.json", Algorithm::ES512, 318},
    {"ed25519_test.json", Algorithm::Ed25519, 151},
    {"ed448_test.json", Algorithm::Ed448, 87},
    {"rsa_signature_2048_sha256_test.json", Algorithm::RS256, 259},
    {"rsa_signature_2048_sha384_test.json", Algorithm::RS384, 258},
    {"rsa_signature_2048_sha512_test.json", Algorithm::RS512, 259},
    {"rsa_signature_3072_sha256_test.json", Algorithm::RS256, 259},
    {"rsa_signature_3072_sha384_test.json", Algorithm::RS384, 259},
    {"rsa_signature_3072_sha512_test.json", Algorithm::RS512, 260},
    {"rsa_signature_4096_sha256_test.json", Algorithm::RS256, 258},
    {"rsa_signature_4096_sha384_test.json", Algorithm::RS384, 259},
    {"rsa_signature_4096_sha512_test.json", Algorithm::RS512, 259},
    {"rsa_pss_2048_sha256_mgf1_32_test.json", Algorithm::PS256, 108},
    {"rsa_pss_2048_sha384_mgf1_48_test.json", Algorithm::PS384, 141},
    {"rsa_pss_3072_sha256_mgf1_32_test.json", Algorithm::PS256, 108},
    {"rsa_pss_4096_sha384_mgf1_48_test.json", Algorithm::PS384, 141},
    {"rsa_pss_4096_sha512_mgf1_64_test.json", Algorithm::PS512, 179},
    {"hmac_sha256_test.json", Algorithm::HS256, 174},
    {"hmac_sha384_test.json", Algorithm::HS384, 174},
    {"hmac_sha512_test.json", Algorithm::HS512, 174},
};

struct WycheproofCases {
  CaseSet set;
  std::vector<bool> expected;        // of set.cases[i]: what the file says, as far as it speaks of JWS
  std::vector<std::string> skipped;  // why a case that the file calls valid is rejected here; else empty
};

// Every case of a file of kWycheproofSignatures in `folder`. Throws std::runtime_error.
WycheproofCases wycheproof_cases(const std::string& folder, const WycheproofFile& file);
// "rsa_signature_2048_sha256", for the name of a test.
std::string short_name(const WycheproofFile& file);

// ---- data/vectors

// The configuration and the keys of an example of rfc.ndjson.
JwtVerifierOptions rfc_options(const codec::JsonNode& example);
// Its token; the payload is put back where the example detached it (RFC 7515 appendix F).
std::string rfc_token(const codec::JsonNode& example);
// What a case of attacks.ndjson configures. Nothing: its algorithm is none that assay knows.
std::optional<JwtVerifierOptions> attack_options(const codec::JsonNode& test, Profile profile);

// The signature of every token of the file whose header and keys lead to one, once for each key to try.
CaseSet rfc_cases();
CaseSet attack_cases(Profile profile);

}  // namespace assay::test
