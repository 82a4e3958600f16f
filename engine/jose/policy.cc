#include "jose/policy.h"

#include <algorithm>
#include <string>
#include <utility>

#include "jose/access.h"
#include "jose/ascii.h"
#include "jose/findings.h"
#include "jose/issuer_template.h"
#include "jose/near_miss.h"
#include "jose/time_rules.h"

namespace assay::jose {
namespace {

using Strings = std::vector<std::string>;

bool contains(const Strings& list, std::string_view text) noexcept {
  return std::any_of(list.begin(), list.end(), [&](const std::string& s) { return s == text; });
}

// RFC 7519 §4.1 and, for the scopes, RFC 6749 §3.3 and RFC 8693 §4.2: the types that registered claims must have.
void strict_types(const Claims& claims, Findings& found) {
  const auto string = [&](const Claim& claim, const char* detail) {
    if (claim.present() && claim.type != ClaimType::string) found.add(Reason::claim_type, detail);
  };
  const auto strings = [&](const Claim& claim, const char* detail) {
    const bool fits = claim.type == ClaimType::string || (claim.type == ClaimType::array && claim.all_strings);
    if (claim.present() && !fits) found.add(Reason::claim_type, detail);
  };
  const auto date = [&](const Claim& claim, const char* detail) {
    if (claim.present() && (!is_finite_number(claim) || is_above_doubles(claim))) found.add(Reason::claim_type, detail);
  };
  string(claims.iss, "iss is not a string");
  string(claims.sub, "sub is not a string");
  strings(claims.aud, "aud is neither a string nor a list of strings");
  date(claims.exp, "exp is not a number of seconds");
  date(claims.nbf, "nbf is not a number of seconds");
  date(claims.iat, "iat is not a number of seconds");
  string(claims.jti, "jti is not a string");
  string(claims.client_id, "client_id is not a string");
  string(claims.azp, "azp is not a string");
  strings(claims.scope, "scope is neither a string nor a list of strings");
  strings(claims.scp, "scp is neither a string nor a list of strings");
}

// The types of FastMCP's AccessToken, a pydantic model: scopes a list of strings and, from 4 on, subject a string or
// None. A string may hold lone surrogates.
void fastmcp_types(const Claims& claims, Profile profile, Findings& found) {
  const bool no_subject = !claims.sub.present() || claims.sub.type == ClaimType::null;
  if (profile >= Profile::fastmcp_4_1 && !no_subject && claims.sub.type != ClaimType::string) {
    found.add(Reason::claim_type, "sub is not a string");
  }
  for (const Claim* scope : {&claims.scope, &claims.scp}) {
    if (scope->type != ClaimType::string && scope->type != ClaimType::array) continue;
    if (scope->type == ClaimType::array && !scope->all_strings) {
      found.add(Reason::claim_type, "the scopes are not a list of strings");
    }
    break;  // the first that is a string or a list gives the scopes
  }
}

// "the expected issuer", "one of 2 expected issuers".
std::string expected_name(const Strings& expected, const std::string& what) {
  return expected.size() == 1 ? "the expected " + what
                              : "one of " + std::to_string(expected.size()) + " expected " + what + "s";
}

// Says how `found`, the value of `claim`, comes near to an expected name; empty: it does not. Holds no text of the
// token. Looks only at the first names: a token must not choose how much its explanation costs.
std::string nearness(std::string_view claim, std::string_view found, const Strings& expected, const std::string& what) {
  constexpr std::size_t kMost = 16;
  for (std::size_t i = 0; i < expected.size() && i < kMost; ++i) {
    if (const std::string how = near_miss(found, expected[i]); !how.empty()) {
      return std::string(claim) + " differs from " + expected_name(expected, what) + " only " + how;
    }
  }
  for (std::size_t i = 0; i < expected.size() && i < kMost; ++i) {
    const Overlap overlap = overlap_of(found, expected[i]);
    if (overlap == Overlap::goes_on) return std::string(claim) + " goes on after " + expected_name(expected, what);
    if (overlap == Overlap::stops_short)
      return std::string(claim) + " is only the beginning of " + expected_name(expected, what);
  }
  return {};
}

// The token's tenant, or an empty text if it names none that may fill a template.
std::string_view tenant_of(const Claim* tid) noexcept {
  const bool fills = tid != nullptr && tid->type == ClaimType::string && is_tenant_id(tid->text);
  return fills ? tid->text : std::string_view();
}

// The expected issuers, with {tenantid} filled in if the token names a tenant.
Strings filled(const Strings& expected, std::string_view tenant) {
  Strings issuers = expected;
  if (tenant.empty()) return issuers;
  for (std::string& issuer : issuers) issuer = filled_template(issuer, tenant);
  return issuers;
}

// Says what keeps a token from an issuer with {tenantid}; empty: nothing that concerns the tenant.
std::string tenant_detail(const Strings& expected, std::string_view iss, const Claim* tid) {
  const bool any = std::any_of(expected.begin(), expected.end(), is_issuer_template);
  if (!any) return {};
  if (contains(expected, iss)) return "iss holds {tenantid} itself, not the id of a tenant in its place";
  if (tid == nullptr || !tid->present()) return "no tid claim to fill the expected issuer with";
  if (tenant_of(tid).empty()) return "tid is not a tenant's id";
  const auto names_a_tenant = [&](const std::string& issuer) { return has_form_of_template(issuer, iss); };
  if (std::any_of(expected.begin(), expected.end(), names_a_tenant)) {
    return "iss names another tenant than the token's own tid";
  }
  return {};
}

std::string issuer_detail(const Strings& expected, const Claims& claims, bool templates) {
  const Claim& iss = claims.iss;
  if (!iss.present()) return "no iss claim";
  if (iss.type != ClaimType::string) return "iss is not a string";
  const Claim* tid = templates ? claims.find(kTenantClaim) : nullptr;
  if (std::string detail = tenant_detail(templates ? expected : Strings(), iss.text, tid); !detail.empty()) {
    return detail;
  }
  if (std::string near = nearness("iss", iss.text, filled(expected, tenant_of(tid)), "issuer"); !near.empty()) {
    return near;
  }
  return "iss is not " + expected_name(expected, "issuer");
}

void check_issuer(const Policy& policy, const Claims& claims, Findings& found) {
  const Strings& expected = *policy.issuers;
  const Claim& iss = claims.iss;
  const bool templates = policy.profile == Profile::strict;
  if (iss.type == ClaimType::string) {
    // The text of a template is no issuer itself.
    if (contains(expected, iss.text) && !(templates && is_issuer_template(iss.text))) return;
    const std::string_view tenant = templates ? tenant_of(claims.find(kTenantClaim)) : std::string_view();
    const auto fills = [&](const std::string& issuer) { return fills_template(issuer, iss.text, tenant); };
    if (!tenant.empty() && std::any_of(expected.begin(), expected.end(), fills)) return;
  }
  found.add(Reason::issuer_mismatch, issuer_detail(expected, claims, templates));
}

bool has_audience(const Strings& expected, const Claim& aud, Profile profile) noexcept {
  if (aud.type == ClaimType::string) return contains(expected, aud.text);
  if (aud.type != ClaimType::array) return false;
  if (aud.all_strings || aud.node == nullptr) {
    return std::any_of(aud.items.begin(), aud.items.end(), [&](std::string_view s) { return contains(expected, s); });
  }
  // FastMCP's `in` looks past list elements that are no strings.
  return is_fastmcp(profile) &&
         std::any_of(aud.node->items.begin(), aud.node->items.end(), [&](const codec::JsonNode& item) {
           return item.is(codec::JsonType::string) && contains(expected, item.text);
         });
}

std::string audience_detail(const Strings& expected, const Claim& aud) {
  if (!aud.present()) return "no aud claim";
  constexpr std::size_t kMost = 16;
  const std::string_view single[] = {aud.text};
  const std::span<const std::string_view> names =
      aud.type == ClaimType::string ? std::span<const std::string_view>(single) : aud.items;
  if (aud.type == ClaimType::array && aud.items.empty() && (aud.node == nullptr || aud.node->items.empty())) {
    return "aud is an empty list";
  }
  for (const std::string_view name : names.first(std::min(kMost, names.size()))) {
    if (std::string near = nearness("aud", name, expected, "audience"); !near.empty()) return near;
  }
  if (expected.size() == 1) return "aud does not name the expected audience";
  return "aud names none of " + std::to_string(expected.size()) + " expected audiences";
}

void check_audience(const Strings& expected, const Claim& aud, Profile profile, Findings& found) {
  if (has_audience(expected, aud, profile)) return;
  found.add(Reason::audience_mismatch, audience_detail(expected, aud));
}

// A string equal to `value`, or a list that contains it.
bool holds(const Claim& claim, std::string_view value) noexcept {
  if (claim.type == ClaimType::string) return claim.text == value;
  if (claim.type != ClaimType::array) return false;
  if (claim.all_strings || claim.node == nullptr) {
    return std::find(claim.items.begin(), claim.items.end(), value) != claim.items.end();
  }
  return std::any_of(claim.node->items.begin(), claim.node->items.end(), [&](const codec::JsonNode& item) {
    return item.is(codec::JsonType::string) && item.text == value;
  });
}

std::string claim_detail(const RequiredClaim& required, const Claim* claim) {
  if (claim == nullptr || !claim->present()) return "no claim " + required.name;
  const std::string name = "claim " + required.name;
  if (claim->type == ClaimType::array) return name + " does not contain the required value";
  if (claim->type != ClaimType::string) return name + " is neither a string nor a list";
  const std::string how = near_miss(claim->text, required.value);
  return how.empty() ? name + " has another value than the required one"
                     : name + " differs from the required value only " + how;
}

void check_required_claims(const std::vector<RequiredClaim>& required, const Claims& claims, Findings& found) {
  for (const RequiredClaim& one : required) {
    const Claim* claim = claims.find(one.name);
    if (claim == nullptr || !holds(*claim, one.value)) found.add(Reason::claim_mismatch, claim_detail(one, claim));
  }
}

void check_scopes(const Strings& required, std::span<const std::string_view> granted, Findings& found) {
  std::string missing;
  int count = 0;
  for (const std::string& scope : required) {
    if (std::find(granted.begin(), granted.end(), scope) != granted.end()) continue;
    missing += count++ == 0 ? "" : ", ";
    missing += scope;
  }
  if (count > 0) found.add(Reason::scope_missing, (count == 1 ? "missing scope: " : "missing scopes: ") + missing);
}

// RFC 7515 §4.1.9: "application/" may be left out if no other '/' follows.
std::string_view without_application(std::string_view type) noexcept {
  constexpr std::string_view kPrefix = "application/";
  if (type.size() <= kPrefix.size()) return type;
  if (!equal_but_for_case(type.substr(0, kPrefix.size()), kPrefix)) return type;
  const std::string_view rest = type.substr(kPrefix.size());
  return rest.find('/') == rest.npos ? rest : type;
}

// Applies the profile's rule for a list that is given and empty: fastmcp does not check it, strict refuses it.
Result<void> settle(std::optional<Strings>& list, Profile profile, const char* field, const std::string& what) {
  if (!list) return {};
  if (is_fastmcp(profile)) {
    if (list->empty()) list.reset();
    return {};
  }
  if (!list->empty() && !contains(*list, "")) return {};
  return Error{"is empty; give the " + what + "'s name, or leave the option out", field};
}

// FastMCP's JWTVerifier takes one algorithm, by default RS256.
Result<void> settle_fastmcp_algorithm(Policy& policy) {
  constexpr const char* kField = "policy.algorithms";
  if (policy.algorithms.size() > 1)
    return Error{"the profile fastmcp takes exactly one; give one, or leave the option out for RS256", kField};
  if (policy.algorithms.empty()) policy.algorithms.push_back(Algorithm::RS256);
  const Algorithm algorithm = policy.algorithms.front();
  if (algorithm == Algorithm::ES256K)
    return Error{"FastMCP's JWTVerifier does not know ES256K; give the algorithm that it was configured with", kField};
  if (policy.profile == Profile::fastmcp_3_4 && info(algorithm).scheme == Scheme::eddsa)
    return Error{"FastMCP 3.4's JWTVerifier does not know " + std::string(to_string(algorithm)) +
                     ", FastMCP 4 does; give the algorithm that it was configured with, or a later profile",
                 kField};
  return {};
}

// FastMCP's parse_scopes for a list: without white space around each, and without empty ones.
void settle_fastmcp_scopes(Strings& scopes) {
  for (std::string& scope : scopes) scope = std::string(python_strip(scope));
}

Result<void> check_additions(const Policy& policy) {
  if (policy.max_lifetime_seconds && *policy.max_lifetime_seconds < 1)
    return Error{"is not positive; give the longest life of a token in seconds, or leave the option out",
                 "policy.max_lifetime_seconds"};
  for (const RequiredClaim& required : policy.required_claims) {
    if (required.name.empty())
      return Error{"has no name; give the name of the claim and the value that it must hold", "policy.required_claims"};
  }
  for (const std::string& path : policy.revoked) {
    if (path.empty()) return Error{"is empty; give the path of the list, or leave the option out", "policy.revoked"};
  }
  if (policy.profile != Profile::strict || !policy.issuers) return {};
  for (const std::string& issuer : *policy.issuers) {
    if (std::string why = template_fault(issuer); !why.empty()) return Error{std::move(why), "policy.issuers"};
  }
  return {};
}

}  // namespace

Judgement apply_policy(const Policy& policy, const Header& header, const Claims& claims,
                       std::span<const std::string_view> scopes, Instant at, base::Arena& arena) {
  Findings found(arena);
  if (policy.profile == Profile::strict) {
    strict_types(claims, found);
    strict_times(claims, policy.leeway_seconds, at, found);
  } else {
    fastmcp_types(claims, policy.profile, found);
    fastmcp_times(claims, policy, at, found);
  }
  if (policy.max_lifetime_seconds) check_lifetime(claims, *policy.max_lifetime_seconds, found);
  if (policy.issuers) check_issuer(policy, claims, found);
  if (policy.audiences) check_audience(*policy.audiences, claims.aud, policy.profile, found);
  if (!policy.required_scopes.empty()) check_scopes(policy.required_scopes, scopes, found);
  if (!policy.required_claims.empty()) check_required_claims(policy.required_claims, claims, found);
  if (!policy.required_type.empty()) {
    if (!header.typ) {
      found.add(Reason::type_mismatch, "no typ in the header");
    } else if (!is_type(*header.typ, policy.required_type)) {
      found.add(Reason::type_mismatch, "typ is not " + policy.required_type);
    }
  }
  return found.judgement();
}

bool is_type(std::string_view typ, std::string_view required) noexcept {
  typ = without_application(typ);
  required = without_application(required);
  return equal_but_for_case(typ, required);
}

std::vector<std::string> further_claims(const Policy& policy) {
  std::vector<std::string> names;
  const auto add = [&](std::string_view name) {
    if (!is_claim_of_every_token(name) && !contains(names, name)) names.emplace_back(name);
  };
  for (const RequiredClaim& required : policy.required_claims) add(required.name);
  const bool templates = policy.profile == Profile::strict && policy.issuers &&
                         std::any_of(policy.issuers->begin(), policy.issuers->end(), is_issuer_template);
  if (templates) add(kTenantClaim);
  return names;
}

std::vector<std::string> parse_scopes(std::string_view text) {
  const std::string_view list = python_strip(text);
  base::Arena arena;
  const codec::JsonNode* json =
      list.starts_with('[') ? codec::parse_json(list, codec::JsonDialect::python, arena) : nullptr;
  if (json == nullptr || !json->is(codec::JsonType::array)) {
    std::string spaced(list);
    std::replace(spaced.begin(), spaced.end(), ',', ' ');
    return python_split(spaced);
  }
  std::vector<std::string> scopes;
  for (const codec::JsonNode& item : json->items) {
    const std::string scope = item.is(codec::JsonType::string) ? std::string(item.text) : codec::python_str(item);
    if (const std::string_view bare = python_strip(scope); !bare.empty()) scopes.emplace_back(bare);
  }
  return scopes;
}

Result<Policy> checked_policy(Policy policy) {
  if (policy.leeway_seconds < 0)
    return Error{"is negative; give the seconds of clock skew to allow, or 0", "policy.leeway_seconds"};
  if (policy.max_token_bytes == 0)
    return Error{"is 0; give the length of the longest token to read", "policy.max_token_bytes"};
  if (Result<void> ok = settle(policy.issuers, policy.profile, "policy.issuers", "issuer"); !ok) return ok.error();
  if (Result<void> ok = settle(policy.audiences, policy.profile, "policy.audiences", "audience"); !ok)
    return ok.error();
  if (Result<void> ok = check_additions(policy); !ok) return ok.error();
  if (is_fastmcp(policy.profile)) {
    if (policy.accept_padding)
      return Error{"FastMCP rejects every padded token; leave the option out, or judge by the profile strict",
                   "policy.accept_padding"};
    if (Result<void> ok = settle_fastmcp_algorithm(policy); !ok) return ok.error();
    settle_fastmcp_scopes(policy.required_scopes);
    std::erase_if(policy.required_scopes, [](const std::string& scope) { return scope.empty(); });
    policy.max_token_bytes = std::min(policy.max_token_bytes, kFastmcpMaxToken);
  } else if (contains(policy.required_scopes, "")) {
    // Without it nothing would be required, though something was meant to be.
    return Error{"a required scope is empty; give its name, or leave the option out", "policy.required_scopes"};
  }
  return policy;
}

}  // namespace assay::jose
