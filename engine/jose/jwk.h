// One JSON Web Key (RFC 7517 §4), read from its JSON.
#pragma once

#include <string>
#include <string_view>

#include "assay/key_set.h"
#include "assay/policy.h"
#include "codec/json.h"

namespace assay::jose {

// Fills `key` from an object and returns an empty string, or returns why the key cannot be used. strict binds the key
// to the algorithms that its kty, crv, alg, use and key_ops leave, and refuses weak ones (weakness_of); fastmcp reads
// what joserfc reads and leaves `permitted` empty. Thread safe.
std::string read_jwk(const codec::JsonNode& json, Profile profile, Jwk& key);

// A kid for a person: in quotes and escaped, so that it is one line, and cut to 80 bytes.
std::string shown_kid(std::string_view kid);

}  // namespace assay::jose
