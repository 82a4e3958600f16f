// One JSON Web Key (RFC 7517 §4), read from its JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "assay/algorithm.h"
#include "assay/key_set.h"
#include "assay/policy.h"
#include "codec/json.h"

namespace assay::jwk {

// Why a key cannot be used.
struct JwkFault {
  std::string why;  // one line for a person; empty: the key can be used
  // strict: the fault is one of form or strength, and the profile fastmcp takes the key, with this algorithm.
  std::optional<Algorithm> fastmcp_takes_it = {};
};

// Fills `key` from an object, or returns why the key cannot be used. strict takes a member whose value is null for
// absent, binds the key to the algorithms that its kty, crv, alg, use and key_ops leave, and refuses weak keys
// (weakness_of). fastmcp reads what joserfc reads and leaves `permitted` empty. Thread safe.
JwkFault read_jwk(const codec::JsonNode& json, Profile profile, Jwk& key);

// A text from outside for a person: in quotes and escaped, so that it is one line, and cut to 80 bytes.
std::string shown_text(std::string_view text);

}  // namespace assay::jwk
