// The shared secret of HS256, HS384 and HS512, read as a JWK.
#pragma once

#include <string_view>

#include "assay/algorithm.h"
#include "assay/key_set.h"
#include "assay/policy.h"
#include "assay/result.h"

namespace assay::keys {

// Takes `bytes` as the secret for those of `allowed` that HMAC serves. Both profiles refuse an empty secret and a
// public key in PEM, with which anyone could sign. strict also refuses every other PEM, DER or SSH key, the base64 of a
// public key, a JWK, a JWK Set, and a secret that is shorter than the hash of each allowed algorithm. The error begins
// with `name`. Thread safe.
Result<Jwk> read_secret(std::string_view bytes, Profile profile, AlgorithmSet allowed, std::string_view name);

}  // namespace assay::keys
