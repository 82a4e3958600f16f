// The policy applied to the claims: every rule that holds once the signature is valid.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assay/instant.h"
#include "assay/policy.h"
#include "assay/reason.h"
#include "assay/result.h"
#include "base/arena.h"
#include "jose/claims.h"
#include "jose/findings.h"
#include "jose/header.h"
#include "jose/time_rules.h"

namespace assay::jose {

// Applies the policy to claims at a moment. Collects all reasons that hold: claim_type, token_expired,
// token_not_yet_valid, token_lifetime, issuer_mismatch, audience_mismatch, scope_missing, claim_mismatch,
// type_mismatch. strict follows RFC 7519, fastmcp FastMCP's load_access_token (exp, nbf, iss, aud, scopes, and the
// types of its AccessToken model). `claims` were read with further_claims(policy), and `scopes` is scopes_of(claims).
// Thread safe.
Judgement apply_policy(const Policy& policy, const Header& header, const Claims& claims,
                       std::span<const std::string_view> scopes, Instant at, base::Arena& arena);

// True if the types are equal but for case and an omitted "application/" (RFC 7515 §4.1.9).
bool is_type(std::string_view typ, std::string_view required) noexcept;

// The claims that the policy looks at beside those that every policy does: for read_claims().
std::vector<std::string> further_claims(const Policy& policy);

// Splits one text of scopes as FastMCP's parse_scopes does: a JSON list, or names between commas and white space of any
// kind. An item of the list is one scope, without white space around it.
std::vector<std::string> parse_scopes(std::string_view text);

// Checks a policy at set-up and returns it in the form that the rest of the engine expects: fastmcp with exactly one
// algorithm, by default RS256, and with its own limit on a token's length; no list that is given but empty; no empty
// scope. The error's field is one of "policy.".
Result<Policy> checked_policy(Policy policy);

}  // namespace assay::jose
