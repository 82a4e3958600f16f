// Checks everything about a token that needs no key: size, shape, header, algorithm, claims and policy.
//
// The checks and their order are those of JwtVerifier. The choice of a key and the signature are left out, so a token
// is never accepted here: anyone may have written it.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "assay/instant.h"
#include "assay/policy.h"
#include "assay/reason.h"
#include "assay/result.h"

namespace assay {

namespace keys {
struct Snapshot;
}

// What the checks found. A plain value.
struct Inspection {
  ReasonSet reasons;   // empty: no check failed, and whether the signature is valid is not known
  std::string detail;  // of the first reason, for a person; never token material
  // Whether the claims were reached. If so, `reasons` holds all faults of the claims, else the one earlier fault.
  bool claims_checked = false;
};

// Thread safe.
class TokenInspector {
 public:
  // Checks the policy; the error names its field and the mend. A strict policy without algorithms
  // allows AlgorithmSet::unless_named().
  static Result<TokenInspector> create(Policy policy);

  // Checks a token at a moment. It is taken exactly: no "Bearer ", no white space.
  Inspection inspect(std::string_view token, Instant at) const;
  const Policy& policy() const noexcept { return policy_; }

 private:
  TokenInspector(Policy policy, std::shared_ptr<const keys::Snapshot> no_keys) noexcept;
  Policy policy_;
  std::shared_ptr<const keys::Snapshot> no_keys_;  // the algorithms that the policy allows
};

}  // namespace assay
