// The claims of a token (RFC 7519 §4), read once: only the members that policy and output need.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
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

struct NamedClaim {
  std::string_view name;
  Claim claim;
};

struct Claims {
  Claim iss, sub, aud, exp, nbf, iat, jti, client_id, azp, scope, scp;
  std::span<NamedClaim> further;  // those that the policy asked for by name
  std::string_view json;          // the object on one line, valid JSON whatever was signed

  // The claim of this name: one of those above, or of `further`. Null if it was not looked for.
  const Claim* find(std::string_view name) const noexcept;
};

// True for the names of the first members of Claims, which are always looked for.
bool is_claim_of_every_token(std::string_view name) noexcept;

// Why claims could not be read; both are malformed_claims.
struct ClaimsFault {
  const char* message = nullptr;  // "not valid JSON", "not an object", "a name occurs twice"
};

// Reads the payload: `payload` is followed by kJsonPadding readable bytes. strict rejects names that occur twice at the
// top level after unescaping (RFC 7519 §4); fastmcp takes the last. `further` names claims to look for beside those of
// every token; the names must outlive the result. Returns null and fills `fault` when the payload is no claims set. The
// result lives in `arena`.
const Claims* read_claims(std::string_view payload, Profile profile, codec::FastObjectReader& fast, base::Arena& arena,
                          ClaimsFault& fault, std::span<const std::string> further = {});

}  // namespace assay::jose
