// What a token must satisfy besides its signature.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "assay/algorithm.h"
#include "assay/instant.h"

namespace assay {

// The rule book. strict: RFC 7515, 7517, 7518, 7519, 8037, 8725, 9864. The others give the verdicts of FastMCP's
// JWTVerifier of that version over joserfc 1.8 on Python 3.11, bug for bug; later versions compare greater.
enum class Profile : std::uint8_t {
  strict,
  fastmcp_3_4,            // FastMCP 3.4.0 to 3.4.11
  fastmcp_4_1,            // 4.0.0 to 4.1.7: Edwards curves, and keys of another kty do not count
  fastmcp_4_2,            // 4.2.1 to 4.2.3: nbf counts
  fastmcp = fastmcp_4_2,  // the newest that is known
};
constexpr bool is_fastmcp(Profile profile) noexcept { return profile != Profile::strict; }

// A plain value; a verifier keeps its own copy.
struct Policy {
  Profile profile = Profile::strict;
  // Empty: strict allows each algorithm that the keys permit, but not ES256K; fastmcp allows RS256. fastmcp takes
  // exactly one, and not ES256K.
  std::vector<Algorithm> algorithms;
  // One exact match suffices. No value: not checked. An empty list or string: an error in strict, not checked in
  // fastmcp.
  std::optional<std::vector<std::string>> issuers;
  std::optional<std::vector<std::string>> audiences;
  std::vector<std::string> required_scopes;  // all must be granted
  std::string required_type;                 // header typ, with or without "application/"; empty: not checked
  std::int64_t leeway_seconds = 0;           // clock skew allowed on exp and nbf; not negative
  std::size_t max_token_bytes = 65536;       // longer tokens are rejected unread
  // Segments may end in '=', exactly as much as RFC 4648 §4 asks for, and the signature covers it. Only in strict: RFC
  // 7515 §2 omits padding, yet some signers write it (AWS ALB).
  bool accept_padding = false;
};

}  // namespace assay
