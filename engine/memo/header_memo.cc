#include "memo/header_memo.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "codec/base64url.h"
#include "jose/token_material.h"

namespace assay::memo {
namespace {

constexpr std::size_t kMaxPlans = 4096;
constexpr std::size_t kMaxRememberedBytes = 2048;

// "alg is RS384, and only RS256 and ES256 are allowed". RFC 9864 gave each curve of EdDSA a name of its own, and
// whoever allows one name may see tokens with the other.
std::string not_allowed(Algorithm alg, const Policy& policy) {
  const std::vector<Algorithm>& allowed = policy.algorithms;
  const std::string name(to_string(alg));
  std::string text = "alg is " + name + ", and only ";
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    if (i > 0) text += i + 1 == allowed.size() ? " and " : ", ";
    text += to_string(allowed[i]);
  }
  text += allowed.size() == 1 ? " is allowed" : " are allowed";
  const auto may_be_meant = [alg](Algorithm other) {
    return info(other).scheme == Scheme::eddsa && (alg == Algorithm::EdDSA || other == Algorithm::EdDSA);
  };
  const auto other = std::find_if(allowed.begin(), allowed.end(), may_be_meant);
  if (info(alg).scheme != Scheme::eddsa || other == allowed.end()) return text;
  text += "; " + std::string(to_string(*other)) + " does not include " + name + ", so allow " + name;
  return text + (is_fastmcp(policy.profile) ? " instead" : " as well");
}

// The text without the token in it; empty if it holds none, as nearly all do.
std::string masked(const std::optional<std::string>& text) {
  return text && jose::may_hold_token_material(*text) ? jose::without_token_material(*text) : std::string();
}

HeaderPlan make_plan(std::string_view segment, const keys::Snapshot& snapshot, const Policy& policy) {
  HeaderPlan plan;
  if (policy.accept_padding) segment = codec::without_padding(segment);
  std::optional<jose::Header> header = jose::read_header(segment, policy.profile);
  if (!header) return plan;
  plan.decodable = true;
  plan.header = std::move(*header);
  plan.masked_alg = masked(plan.header.alg);
  plan.masked_kid = masked(plan.header.kid);
  if (plan.header.fault) {
    plan.fault = plan.header.fault;
    return plan;
  }
  std::optional<std::string_view> kid;
  if (plan.header.kid && !plan.header.lookup_without_kid) kid = *plan.header.kid;
  const keys::KeyNames names{kid, plan.header.x5t, plan.header.x5t_s256};
  // If the key of this kid was skipped, saying so helps more than saying that no usable key permits the algorithm.
  if (kid && snapshot.ring != nullptr) {
    if (const std::string_view why = snapshot.ring->why_skipped(*kid, plan.header.algorithm); !why.empty()) {
      plan.fault = Reason::key_not_found;
      plan.detail = why;
      plan.key_was_skipped = true;
      plan.wants_refetch = snapshot.has_urls;
      return plan;
    }
  }
  // RFC 8725 §3.1: only algorithms that the operator or the keys allow, whatever the token says.
  if (!plan.header.algorithm) {
    plan.fault = Reason::algorithm_not_allowed;
    plan.detail = plan.header.alg ? "alg names no algorithm that assay verifies" : "alg is not a string";
    return plan;
  }
  if (!snapshot.allowed.contains(*plan.header.algorithm)) {
    plan.fault = Reason::algorithm_not_allowed;
    // If the keys decide, a key that is not here yet may permit the algorithm.
    plan.wants_refetch = snapshot.has_urls && policy.algorithms.empty() && snapshot.ring->misses(names);
    if (!policy.algorithms.empty()) {
      plan.own_detail = not_allowed(*plan.header.algorithm, policy);
    } else {
      plan.detail = AlgorithmSet::unless_named().contains(*plan.header.algorithm)
                        ? "no configured key permits this algorithm"
                        : "this algorithm is used only if it is named among the allowed ones";
    }
    return plan;
  }
  if (snapshot.ring == nullptr) return plan;  // there are no keys to choose from: TokenInspector
  keys::KeyChoice choice = snapshot.ring->choose(names, *plan.header.algorithm);
  plan.candidates = std::move(choice.candidates);
  plan.fault = choice.fault;
  plan.detail = choice.detail;
  plan.wants_refetch = choice.names_unknown_key && snapshot.has_urls;
  return plan;
}

// Hashes length, middle and end to a number below `slots`, a power of two: headers of one issuer differ in their kid.
// Two headers with the same number displace each other from the table, and are found in the map.
std::size_t slot_of(std::string_view segment, std::size_t slots) noexcept {
  if (segment.size() < 16) return segment.size() & (slots - 1);
  const auto eight_at = [segment](std::size_t at) {
    std::uint64_t eight;
    std::memcpy(&eight, segment.data() + at, 8);
    return eight;
  };
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15;
  std::uint64_t mixed = (eight_at(segment.size() - 8) ^ segment.size()) * kOdd;
  mixed = (mixed ^ (mixed >> 32) ^ eight_at(segment.size() / 2)) * kOdd;
  mixed = (mixed ^ (mixed >> 32) ^ eight_at(segment.size() - 16)) * kOdd;
  return (mixed >> 40) & (slots - 1);
}

}  // namespace

void HeaderMemo::begin_batch(const std::shared_ptr<const keys::Snapshot>& snapshot) {
  unremembered_.clear();
  if (snapshot == snapshot_ && plans_.size() <= kMaxPlans) return;
  plans_.clear();
  recent_.fill({});
  snapshot_ = snapshot;
}

const HeaderPlan& HeaderMemo::look_up(std::string_view segment, const Policy& policy) {
  Recent& recent = recent_[slot_of(segment, kRecent)];
  if (recent.plan != nullptr && segment == recent.segment) return *recent.plan;
  const bool keep = segment.size() <= kMaxRememberedBytes;
  const auto found = keep ? plans_.find(segment) : plans_.end();
  if (found != plans_.end()) {
    recent = {found->first, &found->second};
    return found->second;
  }
  HeaderPlan& plan = keep ? plans_[std::string(segment)] : unremembered_.emplace_back();
  plan = make_plan(segment, *snapshot_, policy);
  // Views the strings where they now live.
  const auto shown = [](const std::optional<std::string>& text, const std::string& masked_text) {
    return masked_text.empty() ? std::string_view(text ? *text : masked_text) : std::string_view(masked_text);
  };
  plan.shown_alg = shown(plan.header.alg, plan.masked_alg);
  plan.shown_kid = shown(plan.header.kid, plan.masked_kid);
  if (plan.header.fault) plan.detail = plan.header.detail;
  if (!plan.own_detail.empty()) plan.detail = plan.own_detail;
  if (keep && !plan.candidates.empty()) plan.id = ++last_id_;
  return plan;
}

}  // namespace assay::memo
