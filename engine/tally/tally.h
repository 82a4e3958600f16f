// What a summary counts of the records of a run. Parts of a run are counted apart and added up; the order does not
// matter.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "assay/instant.h"
#include "assay/reason.h"
#include "jose/token_verdict.h"
#include "tally/overview.h"
#include "tally/token_uses.h"
#include "tally/values.h"

namespace assay::tally {

// A record and its verdict. Views.
struct Use {
  const jose::TokenVerdict* verdict = nullptr;
  const Instant* at = nullptr;    // time of judgement; null: none
  bool has_own_time = false;      // `at` is the record's own time
  std::string_view token;         // codings undone; empty: there is none, or a mask in its place
  const TokenKey* key = nullptr;  // SHA-256 of the token; null: not known yet
  // Of logs.
  bool is_of_log = false;
  std::string_view client;   // address; empty: not known
  std::uint16_t status = 0;  // of HTTP; 0: not known
};

// A property of records that is counted by its values.
enum class Property : std::uint8_t {
  alg,  // "none" in any case is a value; other names that are no algorithm count as `other`
  kid,
  verified_kid,  // of tokens with a valid signature: nobody else can write these
  issuer,
  client_id,
  subject,
  scope,  // a token counts under each of its scopes
  client,
  status,
  hour,      // "2026-11-26T08"
  kid_hour,  // "2026-11-26T08 KID", of tokens with a valid signature
};
inline constexpr std::size_t kPropertyCount = 11;
// Its name in the summary: "by_alg".
std::string_view to_string(Property property) noexcept;
// Distinct values of it that a run keeps exactly.
std::size_t bound_of(Property property) noexcept;

// Uses of the key `kid` from the time on at which it is known to be compromised.
struct CompromisedCounts {
  std::uint64_t uses = 0, served = 0;
  void add(const CompromisedCounts& other) noexcept {
    uses += other.uses;
    served += other.served;
  }
};

// Not thread safe.
class Tally {
 public:
  // Of a part of a run, such as a batch: it bounds the number of values by its own size, and keeps the uses of tokens
  // as a list until it is added to the whole.
  struct Part {};
  explicit Tally(Part);
  Tally();

  void count(const Use& use);
  void add(const Tally& part);
  void clear() noexcept;

  Values& values(Property property) noexcept { return values_[static_cast<std::size_t>(property)]; }
  const Values& values(Property property) const noexcept { return values_[static_cast<std::size_t>(property)]; }

  Cell all;
  std::uint64_t accepted_served = 0, accepted_refused = 0;  // Overview
  struct ReasonCounts {
    std::uint64_t decided = 0, held = 0, served = 0;
    TimeSpan times;
    void add(const ReasonCounts& other) noexcept;
  };
  std::array<ReasonCounts, kReasonCount> reasons{};
  ExpiredBy expired_by;
  std::uint64_t far_expiry = 0;
  // Only of logs. `jtis`: what tokens of one issuer with the same jti share.
  TokenUses tokens, jtis;
  // By kid and token. Bounded like `tokens`: a token that is not kept there is counted under the key of zeros.
  std::map<std::string, std::map<TokenKey, CompromisedCounts>, std::less<>> compromised;

 private:
  void count_reasons(const Use& use, const Cell& cell);
  void count_claims(const Use& use, const Cell& cell);
  void count_hour(const Use& use, const Cell& cell);
  void count_token(const Use& use, const Cell& cell);
  void count_token(const TokenFacts& facts, std::string_view client, const Uses& uses, TokenUses& whole, UseList& part);
  void count_compromised(std::string_view kid, const TokenKey& key, const CompromisedCounts& counts);
  void forget_compromised_beyond_level();
  void count_value(Property property, bool is_there, std::string_view value, const Cell& cell);

  std::array<Values, kPropertyCount> values_;
  bool is_part_;
  UseList token_list_, jti_list_;
  // Uses of compromised keys, until the part is added to the whole.
  struct CompromisedUse {
    std::string kid;
    TokenKey key;
    CompromisedCounts counts;
  };
  std::vector<CompromisedUse> compromised_list_;
  // The name of the hour counted latest, which is `hour_number_` hours after 1970.
  std::string hour_name_;
  std::int64_t hour_number_ = 0;
  std::string scratch_;
};

}  // namespace assay::tally
