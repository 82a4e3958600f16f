// The JOSE header of a token (RFC 7515 §4), read and checked as far as that needs no key.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "assay/algorithm.h"
#include "assay/policy.h"
#include "assay/reason.h"

namespace assay::jose {

// joserfc's limits on the segments of a token, in base64url characters (its JWSRegistry), and on the whole, which
// leaves no room for the dots between segments that are all as long as they may be.
inline constexpr std::size_t kFastmcpMaxHeader = 512;
inline constexpr std::size_t kFastmcpMaxPayload = 128000;
inline constexpr std::size_t kFastmcpMaxSignature = 1024;
// And on the whole token.
inline constexpr std::size_t kFastmcpMaxToken = kFastmcpMaxHeader + kFastmcpMaxPayload + kFastmcpMaxSignature;

// strict: room for a certificate chain in x5c, and a bound on what a header may cost.
inline constexpr std::size_t kStrictMaxHeader = 32768;

// Owned: a header is read once and remembered by its raw bytes.
struct Header {
  std::optional<std::string> alg;      // as text, when it is a string
  std::optional<Algorithm> algorithm;  // when alg names one that assay verifies
  std::optional<std::string> kid;      // when it is a string
  std::optional<std::string> typ;      // when it is a string
  std::string x5t, x5t_s256;           // x5t and x5t#S256 when they are strings; empty: none
  // fastmcp: kid as FastMCP looks it up; null and other falsy values are no kid. Differs from `kid` only there.
  bool lookup_without_kid = false;
  bool has_enc = false;            // as the header of a JWE has (RFC 7516 §4.1.2)
  bool has_nonce = false;          // as the headers have that Microsoft Graph's issuer changes after signing
  bool payload_is_encoded = true;  // false: RFC 7797 b64=false (only in fastmcp)
  // The header's own fault: malformed_header or critical_header; the earlier in the order of reasons. `alg` and `kid`
  // are still filled in as far as they could be read.
  std::optional<Reason> fault;
  std::string detail;  // for the fault; holds no token material
};

// Reads the first segment, base64url text as sent. A segment that is not strict base64url gives nothing: the token is
// malformed. Limits: nesting kJsonMaxDepth, integers of 4300 digits, and the lengths above. A header over its length is
// not read: it has a fault, and neither alg nor kid. An alg that is present but no string is no fault: it names no
// algorithm.
std::optional<Header> read_header(std::string_view segment, Profile profile);

}  // namespace assay::jose
