#include "memo/header_memo.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "codec/base64url.h"
#include "jose/token_material.h"

namespace assay::memo {
namespace {

// Plans are remembered until there are so many of them, or twice as many as keys: each key may sign under a header of
// its own.
constexpr std::size_t kMaxPlans = 4096, kPlansPerKey = 2;
constexpr std::size_t kMaxRememberedBytes = 2048;
// Whoever sends tokens can make headers, so their bytes are bounded, too: those of all keys' ordinary headers fit.
constexpr std::size_t kMaxSegmentBytes = kMaxPlans * kMaxRememberedBytes, kSegmentBytesPerKey = 256;

// "alg is RS384, and only RS256 and ES256 are allowed". RFC 9864 gave each curve of EdDSA a name of its own, and
// whoever allows one name may see tokens with the other. `by` is "for the issuer https://idp.example", or empty.
std::string not_allowed(Algorithm alg, const std::vector<Algorithm>& allowed, Profile profile,
                        const std::string& by = "") {
  const std::string name(to_string(alg));
  std::string text = "alg is " + name + ", and " + by + "only ";
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
  return text + (is_fastmcp(profile) ? " instead" : " as well");
}

std::vector<Algorithm> list_of(AlgorithmSet set) {
  std::vector<Algorithm> list;
  for (int i = 0; i < kAlgorithmCount; ++i)
    if (set.contains(static_cast<Algorithm>(i))) list.push_back(static_cast<Algorithm>(i));
  return list;
}

// Says why no policy, or the keys, allow the header's algorithm.
void explain_algorithm(KeyPlan& plan, Algorithm algorithm, const keys::Snapshot& snapshot, const Policy& policy) {
  if (snapshot.issuers != nullptr) {
    plan.own_detail = not_allowed(algorithm, list_of(snapshot.allowed), policy.profile);
  } else if (!policy.algorithms.empty()) {
    plan.own_detail = not_allowed(algorithm, policy.algorithms, policy.profile);
  } else {
    plan.detail = AlgorithmSet::unless_named().contains(algorithm)
                      ? "no configured key permits this algorithm"
                      : "this algorithm is used only if it is named among the allowed ones";
  }
}

// Says why the policy of an issuer does not allow the algorithm that some policy allows.
void explain_refusal(KeyPlan& plan, Algorithm algorithm, trust::IssuerIndex issuer, const keys::Snapshot& snapshot) {
  const Policy& policy = snapshot.issuers->policy_of(issuer);
  if (policy.algorithms.empty()) {
    plan.detail = "this algorithm is used only if it is named among the allowed ones";
    return;
  }
  const std::string by = issuer == trust::kNoIssuer ? "" : "of the issuer " + snapshot.issuers->at(issuer).name + " ";
  plan.own_detail = not_allowed(algorithm, policy.algorithms, policy.profile, by);
}

// Chooses the keys for a header that has no fault, under a snapshot that has a ring.
KeyPlan make_key_plan(const HeaderPlan& plan, trust::IssuerIndex issuer, const keys::Snapshot& snapshot) {
  KeyPlan made;
  keys::KeyChoice choice = snapshot.ring->choose(plan.names(), *plan.header.algorithm, issuer);
  made.candidates = std::move(choice.candidates);
  made.fault = choice.fault;
  made.detail = choice.detail;
  made.wants_refetch = choice.names_unknown_key && snapshot.has_urls;
  if (made.fault == Reason::algorithm_not_allowed && choice.refused_by)
    explain_refusal(made, *plan.header.algorithm, *choice.refused_by, snapshot);
  return made;
}

// The text without the token in it; empty if it holds none, as nearly all do.
std::string masked(const std::optional<std::string>& text) {
  return text && jose::may_hold_token_material(*text) ? jose::without_token_material(*text) : std::string();
}

HeaderPlan make_plan(std::string_view segment, const keys::Snapshot& snapshot, const Policy& policy) {
  HeaderPlan plan;
  KeyPlan& keys = plan.keys;
  if (policy.accept_padding) segment = codec::without_padding(segment);
  std::optional<jose::Header> header = jose::read_header(segment, policy.profile);
  if (!header) return plan;
  plan.decodable = true;
  plan.header = std::move(*header);
  plan.masked_alg = masked(plan.header.alg);
  plan.masked_kid = masked(plan.header.kid);
  if (plan.header.fault) {
    keys.fault = plan.header.fault;
    return plan;
  }
  const keys::KeyNames names = plan.names();
  // If the key of this kid was skipped, saying so helps more than saying that no usable key permits the algorithm.
  if (names.kid && snapshot.ring != nullptr) {
    if (const std::string_view why = snapshot.ring->why_skipped(*names.kid, plan.header.algorithm); !why.empty()) {
      keys.fault = Reason::key_not_found;
      keys.detail = why;
      keys.key_was_skipped = true;
      keys.wants_refetch = snapshot.has_urls;
      return plan;
    }
  }
  // RFC 8725 §3.1: only algorithms that the operator or the keys allow, whatever the token says.
  if (!plan.header.algorithm) {
    keys.fault = Reason::algorithm_not_allowed;
    keys.detail = plan.header.alg ? "alg names no algorithm that assay verifies" : "alg is not a string";
    return plan;
  }
  if (!snapshot.allowed.contains(*plan.header.algorithm)) {
    keys.fault = Reason::algorithm_not_allowed;
    // If the keys decide, a key that is not here yet may permit the algorithm.
    keys.wants_refetch = snapshot.has_urls && snapshot.keys_decide && snapshot.ring->misses(names);
    explain_algorithm(keys, *plan.header.algorithm, snapshot, policy);
    return plan;
  }
  if (snapshot.ring == nullptr) return plan;  // there are no keys to choose from: TokenInspector
  const keys::IssuerChoice whose = snapshot.ring->issuer_for(names);
  plan.asks_issuer = whose.by_token;
  if (!plan.asks_issuer) keys = make_key_plan(plan, whose.issuer, snapshot);
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
  const std::size_t keys = snapshot->ring == nullptr ? 0 : snapshot->ring->keys().size();
  const bool has_room = plans_.size() + plans_by_issuer_ <= std::max(kMaxPlans, kPlansPerKey * keys) &&
                        segment_bytes_ <= std::max(kMaxSegmentBytes, kSegmentBytesPerKey * keys);
  if (snapshot == snapshot_ && has_room) return;
  plans_.clear();
  segment_bytes_ = 0;
  plans_by_issuer_ = 0;
  recent_.fill({});
  latest_ = {};
  snapshot_ = snapshot;
}

HeaderPlan& HeaderMemo::look_up(std::string_view segment, const Policy& policy) {
  Recent& recent = recent_[slot_of(segment, kRecent)];
  if (recent.plan != nullptr && segment == recent.segment) {
    latest_ = recent;
    return *recent.plan;
  }
  const bool keep = segment.size() <= kMaxRememberedBytes;
  const auto found = keep ? plans_.find(segment) : plans_.end();
  if (found != plans_.end()) {
    latest_ = recent = {found->first, &found->second};
    return found->second;
  }
  HeaderPlan& plan = keep ? plans_[std::string(segment)] : unremembered_.emplace_back();
  if (keep) segment_bytes_ += segment.size();
  plan = make_plan(segment, *snapshot_, policy);
  // Views the strings where they now live.
  const auto shown = [](const std::optional<std::string>& text, const std::string& masked_text) {
    return masked_text.empty() ? std::string_view(text ? *text : masked_text) : std::string_view(masked_text);
  };
  plan.shown_alg = shown(plan.header.alg, plan.masked_alg);
  plan.shown_kid = shown(plan.header.kid, plan.masked_kid);
  if (plan.header.fault) plan.keys.detail = plan.header.detail;
  if (!plan.keys.own_detail.empty()) plan.keys.detail = plan.keys.own_detail;
  if (keep && (plan.asks_issuer || !plan.keys.candidates.empty())) plan.id = ++last_id_;
  return plan;
}

const KeyPlan& HeaderMemo::keys_for(HeaderPlan& plan, trust::IssuerIndex issuer) {
  const auto found = plan.by_issuer.find(issuer);
  if (found != plan.by_issuer.end()) return found->second;
  KeyPlan& made = plan.by_issuer.emplace(issuer, make_key_plan(plan, issuer, *snapshot_)).first->second;
  if (!made.own_detail.empty()) made.detail = made.own_detail;
  ++plans_by_issuer_;
  return made;
}

}  // namespace assay::memo
