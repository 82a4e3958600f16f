// The rules about exp, nbf and iat of both profiles. policy.h applies them.
#pragma once

#include <cstdint>

#include "assay/instant.h"
#include "assay/policy.h"
#include "jose/claims.h"
#include "jose/findings.h"

namespace assay::jose {

// Moments from `from` on and before `until`. The greatest `until` stands for no end: no clock shows it.
struct Interval {
  Instant from, until;  // equal: no moment at all
  bool contains(Instant at) const noexcept { return from <= at && at < until; }
};

// True for a JSON number that is neither NaN nor infinite (Python's dialect reads those).
bool is_finite_number(const Claim& claim) noexcept;
// True for a real number above every double, such as 1e400. No clock reaches it, and languages that read a NumericDate
// as a double cannot tell it from infinity. A number below every double is merely in the past.
bool is_above_doubles(const Claim& claim) noexcept;

// RFC 7519 §4.1.4 and §4.1.5: adds token_expired and token_not_yet_valid.
void strict_times(const Claims& claims, std::int64_t leeway_seconds, Instant at, Findings& found);
// FastMCP's comparisons of exp and, from 4.2 on, of nbf: adds token_expired, token_not_yet_valid, and claim_type for
// what Python cannot compare.
void fastmcp_times(const Claims& claims, const Policy& policy, Instant at, Findings& found);
// Adds token_lifetime if exp - iat exceeds the limit, or if one of them is no number.
void check_lifetime(const Claims& claims, std::int64_t most_seconds, Findings& found);

// Returns the moments at which apply_policy() finds no fault with the times of `claims`, which it has accepted at one
// of them. They are exact for strict. For fastmcp, which rounds the clock to a double, a few more moments may be
// accepted. The interval is empty if a time is beyond the range in which that is certain.
Interval accepted_interval(const Policy& policy, const Claims& claims) noexcept;

}  // namespace assay::jose
