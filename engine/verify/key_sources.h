// The key sources of a verifier, as its options name them.
//
// Free functions, thread safe.
#pragma once

#include <string_view>
#include <vector>

#include "assay/verifier.h"
#include "keys/prepared_key.h"

namespace assay::verify {

// The sources of all keys, those of issuers with their issuer.
std::vector<KeySource> sources_of(const JwtVerifierOptions& options);

// Verifies a signature with OpenSSL: of the few key sets that are signed.
bool verify_with_openssl(const keys::PreparedKey& key, Algorithm algorithm, std::string_view signing_input,
                         std::string_view signature);

}  // namespace assay::verify
