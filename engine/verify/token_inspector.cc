#include "assay/token_inspector.h"

#include <atomic>
#include <utility>

#include "jose/policy.h"
#include "keys/source.h"
#include "verify/order.h"

namespace assay {

TokenInspector::TokenInspector(Policy policy, std::shared_ptr<const keys::Snapshot> no_keys) noexcept
    : policy_(std::move(policy)), no_keys_(std::move(no_keys)) {}

Result<TokenInspector> TokenInspector::create(Policy policy) {
  Result<Policy> checked = jose::checked_policy(std::move(policy));
  if (!checked) return checked.error();
  auto no_keys = std::make_shared<keys::Snapshot>();
  for (const Algorithm algorithm : checked->algorithms) no_keys->allowed.insert(algorithm);
  // With keys, a strict policy without algorithms allows those that the keys permit.
  if (checked->algorithms.empty()) no_keys->allowed = AlgorithmSet::unless_named();
  for (const std::string& path : checked->revoked) {
    const KeySource list{KeySource::Kind::revoked_file, path, ""};
    Result<keys::Content> content = keys::read_source(list, {}, std::atomic<bool>(false));
    if (!content) return content.error();
    no_keys->revoked.push_back(std::move(content->revoked));
  }
  return TokenInspector(std::move(*checked), std::move(no_keys));
}

Inspection TokenInspector::inspect(std::string_view token, Instant at) const {
  verify::Workspace workspace(policy_, no_keys_);
  const jose::TokenInput input{token, at};
  jose::TokenVerdict verdict;
  verify::check_batch({&input, 1}, {&verdict, 1}, workspace);
  Inspection found;
  found.reasons = verdict.reasons;
  found.detail = verdict.detail;
  found.claims_checked = verdict.reasons.empty() || verdict.reasons.first() >= Reason::malformed_claims;
  return found;
}

}  // namespace assay
