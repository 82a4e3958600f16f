#include "verify/static_check.h"

#include <algorithm>
#include <span>
#include <string>
#include <string_view>

#include "jose/numeric_date.h"
#include "jose/shape_fault.h"

namespace assay::verify {
namespace {

// FastMCP rejects an entry when expires_at < time.time(). strict rejects on or after expires_at, as it does for exp.
bool is_expired(const Policy& policy, const jose::NumericDate& expiry, Instant at) noexcept {
  const bool strict = policy.profile == Profile::strict;
  const auto order = jose::compare(expiry, strict ? policy.leeway_seconds : 0, at);
  return order < 0 || (strict && order == 0);
}

bool grants_all(std::span<const std::string_view> scopes, std::span<const std::string> required) noexcept {
  return std::all_of(required.begin(), required.end(), [&](const std::string& scope) {
    return std::find(scopes.begin(), scopes.end(), scope) != scopes.end();
  });
}

}  // namespace

bool check_static_table(const Policy& policy, const keys::Snapshot& snapshot, const jose::TokenInput& input,
                        jose::TokenVerdict& verdict, base::Arena& arena) {
  if (snapshot.static_tokens == nullptr) return false;
  const keys::StaticEntry* entry = snapshot.static_tokens->find(input.token);
  if (entry == nullptr) {
    if (snapshot.has_key_sources) return false;
    const auto placeholder = jose::explain_placeholder(input.token, arena);
    verdict.reasons = placeholder ? placeholder->reason : Reason::unknown_token;
    verdict.detail = placeholder ? placeholder->detail : "not in the static table";
    return true;
  }
  verdict.client_id = entry->client_id;
  verdict.has_client_id = true;
  verdict.has_subject = entry->subject.has_value();
  if (entry->subject) verdict.subject = *entry->subject;
  verdict.expires_at = entry->expires_at;
  const std::span<std::string_view> scopes = arena.array<std::string_view>(entry->scopes.size());
  std::copy(entry->scopes.begin(), entry->scopes.end(), scopes.begin());
  verdict.scopes = scopes;
  if (entry->expiry && is_expired(policy, *entry->expiry, input.at)) verdict.reasons.insert(Reason::token_expired);
  if (!grants_all(scopes, policy.required_scopes)) verdict.reasons.insert(Reason::scope_missing);
  if (verdict.reasons.empty() && entry->has_broken_expiry) {
    verdict.reasons.insert(Reason::claim_type);
    verdict.detail = "the entry's expires_at is no whole number, and FastMCP makes no AccessToken of it";
  } else if (verdict.reasons.empty()) {
    verdict.claims = entry->claims;
  } else {
    verdict.detail = verdict.reasons.contains(Reason::token_expired) ? "the entry's expires_at has passed"
                                                                     : "the entry lacks a required scope";
  }
  return true;
}

}  // namespace assay::verify
