// The claims of a token (RFC 7519 §4), read once: only the members that policy and output need.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "assay/instant.h"
#include "assay/policy.h"
#include "base/arena.h"
#include "codec/json.h"
#include "codec/json_fast.h"

namespace assay::jose {

enum class ClaimType : std::uint8_t { absent, null, boolean, integer, real, string, array, object };

// One claim. Views into the arena or the payload.
struct Claim {
  std::string_view text;                    // string: unescaped. integer, real: as written
  std::span<const std::string_view> items;  // array whose elements are all strings
  const codec::JsonNode* node = nullptr;    // set when the exact reader read it
  ClaimType type = ClaimType::absent;
  bool all_strings = false;  // array: `items` holds every element

  bool present() const noexcept { return type != ClaimType::absent; }
};

struct Claims {
  Claim iss, sub, aud, exp, nbf, iat, jti, client_id, azp, scope, scp;
  std::string_view json;  // the object on one line, valid JSON whatever was signed
};

// Why claims could not be read; both are malformed_claims.
struct ClaimsFault {
  const char* message = nullptr;  // "not valid JSON", "not an object", "a name occurs twice"
};

// Reads the payload: `payload` is followed by kJsonPadding readable bytes. strict rejects names that occur twice at the
// top level after unescaping (RFC 7519 §4); fastmcp takes the last. Returns null and fills `fault` when the payload is
// no claims set. The result lives in `arena`.
const Claims* read_claims(std::string_view payload, Profile profile, codec::FastObjectReader& fast, base::Arena& arena,
                          ClaimsFault& fault);

// The first of client_id, azp, sub that is present and truthy, as a string, else "unknown". In `arena` or the claims.
std::string_view client_id_of(const Claims& claims, base::Arena& arena);

// The granted scopes, from scope, else scp: strict splits a string at U+0020 alone, fastmcp as Python's str.split().
// Only for claims whose types were accepted.
std::span<const std::string_view> scopes_of(const Claims& claims, Profile profile, base::Arena& arena);

// exp as the record shows it: the exact decimal integer, truncated toward zero; empty when there is no expiry.
// fastmcp: int(exp) of Python, so a bool is 0 or 1 and 1e308 has 309 digits.
std::string_view expires_at_of(const Claims& claims, Profile profile, base::Arena& arena);

}  // namespace assay::jose
