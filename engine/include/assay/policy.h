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

// The rule book. strict: RFC 7515, 7517, 7518, 7519, 8037, 8725. fastmcp: the verdicts of FastMCP's JWTVerifier
// over joserfc 1.7, bug for bug.
enum class Profile : std::uint8_t { strict, fastmcp };

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
};

}  // namespace assay
