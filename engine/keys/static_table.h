// The table of static tokens, behind StaticTokenVerifier and KeySource::Kind::static_tokens_*. Immutable, shared.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/policy.h"
#include "assay/result.h"
#include "assay/verdict.h"
#include "base/keyed_hash.h"
#include "jose/numeric_date.h"

namespace assay::keys {

struct StaticEntry {
  std::string client_id;
  std::vector<std::string> scopes;
  // The exact time at which the entry expires; none: never.
  std::optional<jose::NumericDate> expiry;
  std::string expires_at;  // the same truncated toward zero, as the record shows it; empty: none
  // fastmcp: expires_at is no whole number, so FastMCP fails to make an AccessToken of the entry.
  bool has_broken_expiry = false;
  std::optional<std::string> subject;
  std::string claims;  // the entry's JSON object on one line
};

class StaticTable {
 public:
  // Parses {"<token>": {"client_id": ...}, ...}, after a byte order mark if there is one. The error begins with `name`
  // and names the entry by its position, since its token is a secret.
  static Result<std::shared_ptr<const StaticTable>> parse(std::string_view json, std::string_view name,
                                                          Profile profile = Profile::strict);
  // Returns the entry of exactly this token, or null. Thread safe.
  const StaticEntry* find(std::string_view token) const;
  std::size_t size() const noexcept { return entries_.size(); }

 private:
  base::KeyedMap<std::string, StaticEntry> entries_;
};

}  // namespace assay::keys
