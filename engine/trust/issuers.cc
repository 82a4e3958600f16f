#include "trust/issuers.h"

#include <utility>

#include "jose/issuer_template.h"
#include "jose/policy.h"

namespace assay::trust {
namespace {

constexpr const char* kField = "trust";

Error error_at(const std::string& where, const std::string& what) { return {where + ": " + what, kField}; }

std::string where_of(const TrustedIssuer& issuer) {
  return issuer.where.empty() ? "issuer '" + issuer.name + "'" : issuer.where;
}

// The issuer's own policy. An error names the field without the path that the library gives it.
Result<Policy> policy_of_issuer(const TrustedIssuer& issuer, const Policy& defaults) {
  Policy own = issuer.policy.over(defaults);
  own.issuers = std::vector<std::string>{issuer.name};
  Result<Policy> checked = jose::checked_policy(std::move(own));
  if (checked) return checked;
  constexpr std::string_view kPrefix = "policy.";
  std::string field = checked.error().field;
  if (field.starts_with(kPrefix)) field.erase(0, kPrefix.size());
  return error_at(where_of(issuer), field + ": " + checked.error().message);
}

}  // namespace

Result<std::shared_ptr<const Issuers>> Issuers::make(const TrustOptions& options, const Policy& defaults) {
  std::shared_ptr<Issuers> made(new Issuers());
  if (options.issuers.empty()) return std::shared_ptr<const Issuers>();
  if (is_fastmcp(defaults.profile)) {
    return Error{
        "several issuers need the profile strict, because FastMCP's JWTVerifier has one issuer and one set of "
        "keys; use strict, or give its keys without a trust file",
        kField};
  }
  std::vector<std::string> names;
  for (const TrustedIssuer& issuer : options.issuers) {
    if (issuer.name.empty()) return error_at(where_of(issuer), "an issuer has no name; give the exact iss");
    if (issuer.keys.empty())
      return error_at(where_of(issuer), "the issuer has no keys; give a JWK Set, a public key or a secret");
    Result<Policy> policy = policy_of_issuer(issuer, defaults);
    if (!policy) return policy.error();
    const auto index = static_cast<IssuerIndex>(made->issuers_.size());
    if (!made->by_name_.emplace(issuer.name, index).second)
      return error_at(where_of(issuer), "the issuer's name is given twice; put both into one");
    if (jose::is_issuer_template(issuer.name)) made->templates_.push_back(index);
    made->issuers_.push_back({issuer.name, *std::move(policy), issuer.known_keys, where_of(issuer)});
    names.push_back(issuer.name);
  }
  made->without_issuer_ = defaults;
  if (!made->without_issuer_.issuers) made->without_issuer_.issuers = std::move(names);
  return std::shared_ptr<const Issuers>(std::move(made));
}

IssuerIndex Issuers::find(std::string_view iss) const noexcept {
  const auto found = by_name_.find(iss);
  if (found != by_name_.end()) return found->second;
  for (const IssuerIndex index : templates_)
    if (jose::has_form_of_template(at(index).name, iss)) return index;
  return kNoIssuer;
}

}  // namespace assay::trust
