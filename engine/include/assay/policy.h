// What a token must satisfy besides its signature.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/algorithm.h"
#include "assay/instant.h"

namespace assay {

// The rule book. strict: RFC 7515, 7517, 7518, 7519, 8037, 8725, 9864. The others give the verdicts of FastMCP's
// JWTVerifier of that version over joserfc 1.8 on Python 3.11, bug for bug; later versions compare greater.
// fastmcp_3_4: FastMCP 3.4.0 to 3.4.11. fastmcp_4_1: 4.0.0 to 4.1.7; Edwards curves are known, and keys of another kty
// do not count. fastmcp_4_2: 4.2.1 to 4.2.3; nbf counts.
//
// X(enumerator, name that users see)
#define ASSAY_PROFILES(X)       \
  X(strict, "strict")           \
  X(fastmcp_3_4, "fastmcp@3.4") \
  X(fastmcp_4_1, "fastmcp@4.1") \
  X(fastmcp_4_2, "fastmcp@4.2")

enum class Profile : std::uint8_t {
#define ASSAY_PROFILE_ENUMERATOR(enumerator, name) enumerator,
  ASSAY_PROFILES(ASSAY_PROFILE_ENUMERATOR)
#undef ASSAY_PROFILE_ENUMERATOR
      fastmcp = fastmcp_4_2,  // the newest that is known
};
// The name that users see: Profile::fastmcp_4_2 is "fastmcp@4.2".
std::string_view to_string(Profile profile) noexcept;
constexpr bool is_fastmcp(Profile profile) noexcept { return profile != Profile::strict; }

// A claim that must hold a value: a string equal to it, or a list that contains it. Both are compared exactly.
struct RequiredClaim {
  std::string name;  // at the top level of the claims
  std::string value;
  friend bool operator==(const RequiredClaim&, const RequiredClaim&) = default;
};

// A plain value; a verifier keeps its own copy.
struct Policy {
  Profile profile = Profile::strict;
  // Empty: strict allows each algorithm that the keys permit, but not ES256K; fastmcp allows RS256. fastmcp takes
  // exactly one, not ES256K, and before FastMCP 4 none of EdDSA, Ed25519 and Ed448.
  std::vector<Algorithm> algorithms;
  // One exact match suffices. No value: not checked. strict: an empty list or string is an error. fastmcp: an empty
  // list is not checked, like FastMCP's "" and []; an empty string in a list is an expected value like any other.
  // strict: {tenantid} in an issuer stands for the token's own claim tid, as in the issuer of Microsoft Entra's
  // discovery document.
  std::optional<std::vector<std::string>> issuers;
  std::optional<std::vector<std::string>> audiences;
  std::vector<std::string> required_scopes;          // all must be granted; each is one scope and is not split
  std::vector<RequiredClaim> required_claims;        // all must hold
  std::string required_type;                         // header typ, with or without "application/"; empty: not checked
  std::int64_t leeway_seconds = 0;                   // clock skew allowed on exp and nbf; not negative
  std::optional<std::int64_t> max_lifetime_seconds;  // of exp - iat, which must both be there; no value: not checked
  // Paths of lists of revoked tokens, read at set-up and at each reload. A list is NDJSON, or CSV with a header, in
  // UTF-8. An entry has `jti`, optionally with its `iss`, or it has `ath`, the token's SHA-256 (RFC 9449). It may also
  // have `from`, the time from which the token is revoked, in RFC 3339 or Unix time. "revoked_at" and "time" are other
  // names of `from`. Other members are ignored. Static tokens are not looked up here.
  std::vector<std::string> revoked;
  std::size_t max_token_bytes = 65536;  // longer tokens are rejected unread; fastmcp reads at most 129,536 bytes
  // Segments may end in '=', exactly as much as RFC 4648 §4 asks for, and the signature covers it. Only in strict: RFC
  // 7515 §2 omits padding, yet some signers write it (AWS ALB).
  bool accept_padding = false;
};

}  // namespace assay
