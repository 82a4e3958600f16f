// Documents that stand where a JWK Set is asked for: what they are, and which of them hold keys all the same.
//
// Pure functions, thread safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "codec/json.h"

namespace assay::jwk {

// The claims of a key set that is signed as a compact JWS of typ jwk-set+jwt, as OpenID Federation publishes its
// historical keys (OpenID Federation 1.0 §8.7). Its signature is not verified. Nothing for any other text.
std::optional<std::string> payload_of_signed_set(std::string_view text);

// True for an object with a value that is PEM: {"kid": "-----BEGIN CERTIFICATE-----..."}. False if a member says that
// it is another document.
bool is_pem_map(const codec::JsonNode& root) noexcept;

// Says what a document without a list `keys` is, and the mend: "a discovery document, not a JWK Set; give
// https://idp.example/keys, its jwks_uri".
std::string not_a_key_set(const codec::JsonNode& root);

// The same for a text that is not JSON; empty if it resembles nothing that is known.
std::string not_json(std::string_view text);

}  // namespace assay::jwk
