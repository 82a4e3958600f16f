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

// What the judge needs besides the claims.
struct Judgement {
  ReasonSet reasons;        // empty: accepted
  std::string_view detail;  // of the first reason; in the arena. Holds no token material but times
};

// Judges claims at a moment: claim_type, token_expired, token_not_yet_valid, issuer_mismatch, audience_mismatch,
// scope_missing, type_mismatch; all that hold are collected. strict follows RFC 7519, fastmcp FastMCP's
// load_access_token (exp, iss, aud, scopes, and the types that its AccessToken model requires). `scopes` is
// scopes_of(claims); thread safe.
Judgement apply_policy(const Policy& policy, const Header& header, const Claims& claims,
                       std::span<const std::string_view> scopes, Instant at, base::Arena& arena);

// Moments from `from` on and before `until`. The greatest `until` stands for no end: no clock shows it.
struct Interval {
  Instant from, until;  // equal: no moment at all
  bool contains(Instant at) const noexcept { return from <= at && at < until; }
};

// Moments at which apply_policy() finds no fault with the times of claims that it has accepted at one of them: exact
// for strict, and for fastmcp up to what rounding the clock to a double adds to them. None where a time is beyond the
// range in which that is certain.
Interval accepted_interval(const Policy& policy, const Claims& claims) noexcept;

// RFC 7515 §4.1.9: equal but for case and an omitted "application/".
bool is_type(std::string_view typ, std::string_view required) noexcept;

// Checks a policy at set-up: the error names the option and the mend. Algorithms of fastmcp: exactly one, default
// RS256.
Result<Policy> checked_policy(Policy policy);

}  // namespace assay::jose
