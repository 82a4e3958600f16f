#include "tally/tally.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

#include "assay/algorithm.h"
#include "codec/utf.h"
#include "digest/running_sha256.h"

namespace assay::tally {
namespace {

struct PropertyRow {
  std::string_view name;
  std::size_t bound;
};
constexpr PropertyRow kRows[kPropertyCount] = {
    {"by_alg", 1000},         {"by_kid", 10000},      {"by_verified_kid", 10000}, {"by_issuer", 10000},
    {"by_client_id", 100000}, {"by_subject", 100000}, {"by_scope", 10000},        {"by_client", 100000},
    {"by_status", 1000},      {"by_hour", 100000},    {"by_kid_hour", 100000},
};

template <std::size_t... I>
std::array<Values, kPropertyCount> bounded_values(std::index_sequence<I...>) {
  return {Values(kRows[I].bound)...};
}

// Upper ends of the parts of ExpiredBy, in seconds.
constexpr std::int64_t kExpiredEnds[ExpiredBy::kParts - 1] = {30, 300, 3600, 86400, 30 * 86400};

// The exp of a verdict in whole seconds, or nothing.
std::optional<std::int64_t> seconds_of(std::string_view text) noexcept {
  std::int64_t seconds = 0;
  const char* const end = text.data() + text.size();
  if (text.empty() || std::from_chars(text.data(), end, seconds).ptr != end) return std::nullopt;
  return seconds;
}

bool is_beyond_year_2200(std::string_view expires_at) noexcept {
  constexpr std::int64_t kYear2200 = 7258118400;
  if (expires_at.empty() || expires_at.starts_with('-')) return false;
  const std::optional<std::int64_t> seconds = seconds_of(expires_at);
  return !seconds || *seconds >= kYear2200;
}

// Whether what stands in the record is a whole token, so that two such records can hold the same one.
bool is_whole_token(const Use& use) noexcept {
  if (use.token.empty()) return false;
  switch (use.verdict->reasons.empty() ? Reason::token_expired : use.verdict->reasons.first()) {
    case Reason::malformed_record:
    case Reason::missing_token:
    case Reason::token_redacted:
    case Reason::other_credential:
    case Reason::signature_redacted:
    case Reason::malformed_token:
      return false;
    default:
      return true;
  }
}

// RFC 7518 §3.6 writes "none"; attackers write it in any case, for servers that compare otherwise.
bool is_none(std::string_view alg) noexcept {
  constexpr std::string_view kNone = "none";
  return alg.size() == kNone.size() &&
         std::equal(alg.begin(), alg.end(), kNone.begin(), [](char a, char b) { return (a | 0x20) == b; });
}

// The moment, held to the years 0000 to 9999: RFC 3339 has words for no others, and whoever reads a summary or a
// checkpoint would refuse it as a whole.
Instant within_rfc3339(Instant at) noexcept {
  constexpr Instant kFirst{-62'167'219'200, 0}, kLast{253'402'300'799, 999'999'999};
  return std::clamp(at, kFirst, kLast);
}

std::uint64_t leading_bytes(const TokenKey& key) noexcept {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i) number = number << 8 | key[i];
  return number;
}

}  // namespace

std::string_view to_string(Property property) noexcept { return kRows[static_cast<std::size_t>(property)].name; }
std::size_t bound_of(Property property) noexcept { return kRows[static_cast<std::size_t>(property)].bound; }

void Tally::ReasonCounts::add(const ReasonCounts& other) noexcept {
  decided += other.decided;
  held += other.held;
  served += other.served;
  times.add(other.times);
}

Tally::Tally(Part) : is_part_(true) {}
Tally::Tally()
    : jtis(TokenUses::kBound / 2),
      values_(bounded_values(std::make_index_sequence<kPropertyCount>())),
      is_part_(false) {}

void Tally::count_value(Property property, bool is_there, std::string_view value, const Cell& cell) {
  if (is_there) {
    values(property).count(value, cell);
  } else {
    values(property).count_absent(cell);
  }
}

void Tally::count(const Use& use) {
  const jose::TokenVerdict& verdict = *use.verdict;
  const bool is_accepted = verdict.reasons.empty();
  const bool is_served = use.status >= 200 && use.status < 400;
  Cell cell;
  ++(is_accepted ? cell.accepted : cell.rejected);
  cell.served = !is_accepted && is_served;
  if (use.at != nullptr && use.has_own_time) cell.times.add(within_rfc3339(*use.at));
  all.add(cell);
  accepted_served += is_accepted && is_served;
  accepted_refused += is_accepted && (use.status == 401 || use.status == 403);
  far_expiry += is_accepted && is_beyond_year_2200(verdict.expires_at);
  if (!is_accepted) count_reasons(use, cell);
  count_claims(use, cell);
  count_hour(use, cell);
  if (!use.is_of_log) return;
  // A log may hold any bytes; a summary holds text.
  const bool is_text = codec::utf8_prefix(use.client, false) == use.client.size();
  count_value(Property::client, !use.client.empty(), is_text ? use.client : "(no UTF-8)", cell);
  count_value(Property::status, use.status != 0, std::to_string(use.status), cell);
  if (is_whole_token(use)) count_token(use, cell);
}

void Tally::count_reasons(const Use& use, const Cell& cell) {
  const jose::TokenVerdict& verdict = *use.verdict;
  for (int i = 0; i < kReasonCount; ++i) {
    reasons[static_cast<std::size_t>(i)].held += verdict.reasons.contains(static_cast<Reason>(i));
  }
  const Reason first = verdict.reasons.first();
  ReasonCounts& counts = reasons[static_cast<std::size_t>(first)];
  ++counts.decided;
  counts.served += cell.served;
  counts.times.add(cell.times);
  if (first != Reason::token_expired || use.at == nullptr) return;
  const std::optional<std::int64_t> expired = seconds_of(verdict.expires_at);
  if (!expired) return;
  std::int64_t late = 0;
  // Only a moment long before 1970 is so far away: at is later than exp.
  if (__builtin_sub_overflow(use.at->seconds, *expired, &late)) late = std::numeric_limits<std::int64_t>::max();
  int part = 0;
  while (part < ExpiredBy::kParts - 1 && late >= kExpiredEnds[part]) ++part;
  ++expired_by.parts[part];
}

void Tally::count_claims(const Use& use, const Cell& cell) {
  const jose::TokenVerdict& verdict = *use.verdict;
  Values& algorithms = values(Property::alg);
  if (verdict.has_alg && is_none(verdict.alg)) {
    algorithms.count("none", cell);
  } else if (verdict.has_alg && !algorithms.is_latest(verdict.alg) && !algorithm_from_string(verdict.alg)) {
    algorithms.count_other(cell);
  } else {
    count_value(Property::alg, verdict.has_alg, verdict.alg, cell);
  }
  count_value(Property::kid, verdict.has_kid, verdict.kid, cell);
  if (verdict.signature == SignatureState::valid) {
    count_value(Property::verified_kid, verdict.has_kid, verdict.kid, cell);
  }
  count_value(Property::issuer, verdict.has_issuer && !verdict.issuer.empty(), verdict.issuer, cell);
  count_value(Property::client_id, verdict.has_client_id, verdict.client_id, cell);
  count_value(Property::subject, verdict.has_subject && !verdict.subject.empty(), verdict.subject, cell);
  if (verdict.scopes.empty()) values(Property::scope).count_absent(cell);
  for (const std::string_view scope : verdict.scopes) values(Property::scope).count(scope, cell);
}

void Tally::count_hour(const Use& use, const Cell& cell) {
  if (use.at == nullptr) return values(Property::hour).count_absent(cell);
  const std::int64_t seconds = within_rfc3339(*use.at).seconds;
  const std::int64_t number = seconds / 3600 - (seconds % 3600 < 0 ? 1 : 0);
  if (hour_name_.empty() || number != hour_number_) {
    hour_name_ = to_rfc3339({seconds, 0});
    hour_name_.resize(hour_name_.find(':'));
    hour_number_ = number;
  }
  values(Property::hour).count(hour_name_, cell);
  const jose::TokenVerdict& verdict = *use.verdict;
  if (verdict.signature != SignatureState::valid || !verdict.has_kid || !use.has_own_time) return;
  scratch_.assign(hour_name_).append(" ").append(verdict.kid);
  values(Property::kid_hour).count(scratch_, cell);
}

void Tally::count_token(const Use& use, const Cell& cell) {
  const jose::TokenVerdict& verdict = *use.verdict;
  tally::Uses uses{.uses = 1, .rejected = static_cast<std::uint32_t>(cell.rejected)};
  uses.served = use.status >= 200 && use.status < 400;
  if (cell.times.first) uses.first = uses.last = nanoseconds_of(*cell.times.first);
  TokenFacts facts{.key = use.key == nullptr ? digest::sha256(use.token) : *use.key,
                   .member = 0,
                   .kid = verdict.kid,
                   .issuer = verdict.issuer,
                   .label = verdict.subject};
  if (!verdict.has_kid) facts.kid = {};
  count_token(facts, use.client, uses, tokens, token_list_);
  if (verdict.signature != SignatureState::valid) return;
  if (verdict.reasons.contains(Reason::key_compromised)) {
    count_compromised(facts.kid, facts.key, {1, static_cast<std::uint64_t>(uses.served)});
  }
  if (!verdict.has_jti || verdict.jti.empty()) return;
  const std::uint64_t member = leading_bytes(facts.key);
  scratch_.assign(verdict.issuer).append(1, '\0').append(verdict.jti);
  facts.key = digest::sha256(scratch_);
  facts.member = member;
  facts.label = verdict.jti;
  count_token(facts, use.client, uses, jtis, jti_list_);
}

void Tally::count_token(const TokenFacts& facts, std::string_view client, const Uses& uses, TokenUses& whole,
                        UseList& part) {
  if (is_part_) {
    part.add(facts, client, uses);
  } else {
    whole.count(facts, client, uses);
  }
}

void Tally::count_compromised(std::string_view kid, const TokenKey& key, const CompromisedCounts& counts) {
  if (is_part_) return compromised_list_.push_back({std::string(kid), key, counts});
  auto of_kid = compromised.find(kid);
  if (of_kid == compromised.end())
    of_kid = compromised.emplace(std::string(kid), std::map<TokenKey, CompromisedCounts>()).first;
  of_kid->second[tokens.keeps(key) ? key : TokenKey{}].add(counts);
}

// Tokens that `tokens` does not keep any more are counted together.
void Tally::forget_compromised_beyond_level() {
  for (auto& [kid, by_token] : compromised) {
    CompromisedCounts gone;
    std::erase_if(by_token, [&](const auto& row) {
      if (tokens.keeps(row.first)) return false;
      gone.add(row.second);
      return true;
    });
    if (gone.uses != 0) by_token[TokenKey{}].add(gone);
  }
}

void Tally::add(const Tally& part) {
  all.add(part.all);
  accepted_served += part.accepted_served;
  accepted_refused += part.accepted_refused;
  far_expiry += part.far_expiry;
  for (std::size_t i = 0; i < reasons.size(); ++i) reasons[i].add(part.reasons[i]);
  for (int i = 0; i < ExpiredBy::kParts; ++i) expired_by.parts[i] += part.expired_by.parts[i];
  for (std::size_t i = 0; i < kPropertyCount; ++i) values_[i].add(part.values_[i]);
  const int level = tokens.level();
  tokens.add(part.tokens);
  jtis.add(part.jtis);
  tokens.add(part.token_list_);
  jtis.add(part.jti_list_);
  if (tokens.level() != level) forget_compromised_beyond_level();
  for (const auto& [kid, by_token] : part.compromised) {
    for (const auto& [key, counts] : by_token) count_compromised(kid, key, counts);
  }
  for (const CompromisedUse& use : part.compromised_list_) count_compromised(use.kid, use.key, use.counts);
}

void Tally::clear() noexcept {
  all = {};
  accepted_served = accepted_refused = far_expiry = 0;
  reasons = {};
  expired_by = {};
  for (Values& values : values_) values.clear();
  tokens.clear();
  jtis.clear();
  compromised.clear();
  token_list_.clear();
  jti_list_.clear();
  compromised_list_.clear();
}

}  // namespace assay::tally
