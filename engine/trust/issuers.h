// The issuers that a verifier trusts, each with its policy in the form that the engine expects.
//
// Immutable; all members are thread safe and allocate nothing but make().
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "assay/policy.h"
#include "assay/result.h"
#include "assay/trust.h"
#include "base/keyed_hash.h"

namespace assay::trust {

// The place of an issuer in TrustOptions::issuers; kNoIssuer: none of them, or a key that serves all.
using IssuerIndex = std::int32_t;
inline constexpr IssuerIndex kNoIssuer = -1;

class Issuers {
 public:
  struct Issuer {
    std::string name;
    Policy policy;  // checked; expects exactly this issuer
    std::vector<KnownKey> known_keys;
    std::string where;  // "assay.toml:12", or the name
  };

  // Checks the options. `defaults` is a checked policy; each issuer's own part is put over it. Returns null if there
  // are no issuers. The error's field is "trust".
  static Result<std::shared_ptr<const Issuers>> make(const TrustOptions& options, const Policy& defaults);

  // The issuer with this iss: its exact name, or a template that iss has the form of. A template's tenant is checked
  // with the rest of the policy.
  IssuerIndex find(std::string_view iss) const noexcept;
  const std::vector<Issuer>& all() const noexcept { return issuers_; }
  const Issuer& at(IssuerIndex index) const noexcept { return issuers_[static_cast<std::size_t>(index)]; }
  // The policy of an issuer. kNoIssuer: of a token whose iss no issuer has and whose key serves all. It expects the
  // issuers of the defaults, or if they name none, those that are here.
  const Policy& policy_of(IssuerIndex index) const noexcept { return index < 0 ? without_issuer_ : at(index).policy; }

 private:
  Issuers() = default;

  std::vector<Issuer> issuers_;
  base::KeyedMap<std::string, IssuerIndex> by_name_;
  std::vector<IssuerIndex> templates_;
  Policy without_issuer_;
};

}  // namespace assay::trust
