// The shared secret of HS256, HS384 and HS512, read as a JWK.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "assay/algorithm.h"
#include "assay/key_set.h"
#include "assay/policy.h"
#include "assay/result.h"

namespace assay::keys {

// Takes `bytes` as the secret for those of `allowed` that HMAC serves. Both profiles refuse an empty secret and a
// public key, with which anyone could sign: strict in every form that it knows, fastmcp as FastMCP and joserfc do.
// strict also refuses private keys, a JWK, a JWK Set, text with a byte order mark, and a secret that is shorter than
// the hash of each allowed algorithm. The error begins with `name`; a note, without it, is added to `notes`, if given.
// Thread safe.
Result<Jwk> read_secret(std::string_view bytes, Profile profile, AlgorithmSet allowed, std::string_view name,
                        std::vector<std::string>* notes = nullptr);

}  // namespace assay::keys
