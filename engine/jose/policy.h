// The policy applied to the claims: every rule that holds once the signature is valid.
#pragma once

#include <span>
#include <string_view>

#include "assay/instant.h"
#include "assay/policy.h"
#include "assay/reason.h"
#include "assay/result.h"
#include "base/arena.h"
#include "jose/claims.h"
#include "jose/header.h"

namespace assay::jose {

// What the policy says of claims.
struct Judgement {
  ReasonSet reasons;        // empty: accepted
  std::string_view detail;  // of the first reason; in the arena. Holds no token material but times
};

// Applies the policy to claims at a moment. Collects all reasons that hold: claim_type, token_expired,
// token_not_yet_valid, issuer_mismatch, audience_mismatch, scope_missing, type_mismatch. strict follows RFC 7519,
// fastmcp FastMCP's load_access_token (exp, iss, aud, scopes, and the types of its AccessToken model). `scopes` is
// scopes_of(claims). Thread safe.
Judgement apply_policy(const Policy& policy, const Header& header, const Claims& claims,
                       std::span<const std::string_view> scopes, Instant at, base::Arena& arena);

// Moments from `from` on and before `until`. The greatest `until` stands for no end: no clock shows it.
struct Interval {
  Instant from, until;  // equal: no moment at all
  bool contains(Instant at) const noexcept { return from <= at && at < until; }
};

// Returns the moments at which apply_policy() finds no fault with the times of `claims`, which it has accepted at one
// of them. They are exact for strict. For fastmcp, which rounds the clock to a double, a few more moments may be
// accepted. The interval is empty if a time is beyond the range in which that is certain.
Interval accepted_interval(const Policy& policy, const Claims& claims) noexcept;

// True if the types are equal but for case and an omitted "application/" (RFC 7515 §4.1.9).
bool is_type(std::string_view typ, std::string_view required) noexcept;

// Checks a policy at set-up and returns it in the form that the rest of the engine expects: fastmcp with exactly one
// algorithm, by default RS256; no list that is given but empty; no empty scope. The error's field is one of "policy.".
Result<Policy> checked_policy(Policy policy);

}  // namespace assay::jose
