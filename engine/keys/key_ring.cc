#include "keys/key_ring.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "digest/digest.h"

namespace assay::keys {
namespace {

// FastMCP's name for a key without kid. A token may name it, too.
constexpr std::string_view kDefaultKid = "_default";

std::atomic<std::uint64_t> last_generation{0};

void add_part(std::string& identity, std::string_view part) {
  identity += std::to_string(part.size());
  identity += ':';
  identity += part;
}

// Returns what decides which signatures are valid. A length before each part keeps the parts apart.
std::string material_of(const Jwk& jwk) {
  std::string identity = {static_cast<char>(jwk.type), static_cast<char>(jwk.curve)};
  // A secret stands here as its digest, since the identity is not wiped.
  std::string secret_digest;
  if (!jwk.k.empty()) {
    secret_digest.resize(static_cast<std::size_t>(digest_bytes(Hash::SHA256)));
    digest::sha2(Hash::SHA256, jwk.k, reinterpret_cast<unsigned char*>(secret_digest.data()));
  }
  for (const std::string* part : {&jwk.n, &jwk.e, &jwk.x, &jwk.y, &std::as_const(secret_digest)})
    add_part(identity, *part);
  return identity;
}

// Returns everything that makes two keys equal.
std::string identity_of(const PreparedKey& key) {
  const Jwk& jwk = key.jwk;
  std::string identity = {static_cast<char>(key.any_kid), static_cast<char>(jwk.has_kid)};
  // Keys that permit different algorithms are not duplicates: the set may publish one entry for each algorithm.
  for (int i = 0; i < kAlgorithmCount; ++i)
    identity.push_back(jwk.permitted.contains(static_cast<Algorithm>(i)) ? '1' : '0');
  add_part(identity, std::to_string(key.issuer));
  add_part(identity, jwk.kid);
  return identity + material_of(jwk);
}

bool is_own(const PreparedKey& key, trust::IssuerIndex issuer) noexcept {
  return key.issuer == issuer || key.issuer == trust::kNoIssuer;
}

}  // namespace

KeyRing::KeyRing(std::vector<PreparedKey> keys, Profile profile, std::vector<SkippedKid> skipped)
    : keys_(std::move(keys)),
      profile_(profile),
      generation_(last_generation.fetch_add(1, std::memory_order_relaxed) + 1) {
  if (profile_ == Profile::strict) {
    keep_first_of_equal();
  } else {
    keep_last_of_each_kid();
  }
  keys_.shrink_to_fit();
  for (SkippedKid& one : skipped)
    skipped_.emplace(std::move(one.kid), "the key with the token's kid cannot be used and was skipped: " + one.why);

  // From here on no key moves: by_kid_ views their kids.
  by_issuer_.resize(1);
  for (std::uint32_t i = 0; i < keys_.size(); ++i) {
    keys_[i].index = i;
    add_to_tables(i);
  }
  if (has_issuers()) find_twins();
}

void KeyRing::add_to_tables(std::uint32_t i) {
  const PreparedKey& key = keys_[i];
  permitted_ = permitted_ | key.jwk.permitted;
  const auto place = static_cast<std::size_t>(key.issuer + 1);
  if (by_issuer_.size() <= place) by_issuer_.resize(place + 1);
  OfIssuer& of_issuer = by_issuer_[place];
  of_issuer.allowed = of_issuer.allowed | key.allowed;
  for (std::size_t a = 0; a < kAlgorithmCount; ++a) {
    if (!(key.jwk.permitted & key.allowed).contains(static_cast<Algorithm>(a))) continue;
    of_issuer.by_algorithm[a].push_back(i);
    Count& without = of_issuer.without_thumbprint[a];
    if (key.thumbprints.empty() && without.keys++ == 0) without.first = i;
  }
  for (const std::string& thumbprint : key.thumbprints) {
    Indices& same = by_thumbprint_[thumbprint];
    if (same.empty() || same.back() != i) same.push_back(i);
  }
  if (key.any_kid) {
    any_kid_.push_back(i);
    of_issuer.any_kid.push_back(i);
    return;
  }
  ++from_sets_;
  if (key.jwk.has_kid) {
    by_kid_[key.jwk.kid].push_back(i);
  } else if (is_fastmcp(profile_)) {
    by_kid_[kDefaultKid].push_back(i);
  }
}

// Finds equal keys that belong to several issuers.
void KeyRing::find_twins() {
  base::KeyedMap<std::string, Indices> by_material;
  for (std::uint32_t i = 0; i < keys_.size(); ++i) by_material[material_of(keys_[i].jwk)].push_back(i);
  for (const auto& [material, equal] : by_material) {
    const auto same_issuer = [&, first = keys_[equal.front()].issuer](std::uint32_t i) {
      return keys_[i].issuer == first;
    };
    if (std::all_of(equal.begin(), equal.end(), same_issuer)) continue;
    for (const std::uint32_t i : equal) twins_.emplace(i, equal);
  }
}

const PreparedKey& KeyRing::as_key_of(trust::IssuerIndex issuer, const PreparedKey& key,
                                      std::optional<std::string_view> kid, Algorithm algorithm) const noexcept {
  const auto found = twins_.empty() ? twins_.end() : twins_.find(key.index);
  if (found == twins_.end() || is_own(key, issuer)) return key;
  for (const std::uint32_t i : found->second) {
    const PreparedKey& twin = keys_[i];
    const bool named = !kid || twin.any_kid || (twin.jwk.has_kid && twin.jwk.kid == *kid);
    if (is_own(twin, issuer) && named && (twin.jwk.permitted & twin.allowed).contains(algorithm)) return twin;
  }
  return key;
}

void KeyRing::keep_first_of_equal() {
  base::KeyedMap<std::string, std::size_t> first;
  std::vector<PreparedKey> kept;
  for (PreparedKey& key : keys_) {
    const auto [at, is_new] = first.emplace(identity_of(key), kept.size());
    if (is_new) {
      kept.push_back(std::move(key));
      continue;
    }
    PreparedKey& same = kept[at->second];
    same.origins.insert(same.origins.end(), key.origins.begin(), key.origins.end());
    same.jwk.is_private = same.jwk.is_private || key.jwk.is_private;
  }
  keys_ = std::move(kept);
}

void KeyRing::keep_last_of_each_kid() {
  base::KeyedMap<std::string, std::size_t> last;
  const auto name_of = [](const PreparedKey& key) { return key.jwk.has_kid ? key.jwk.kid : std::string(kDefaultKid); };
  for (std::size_t i = 0; i < keys_.size(); ++i)
    if (!keys_[i].any_kid) last[name_of(keys_[i])] = i;
  std::vector<PreparedKey> kept;
  kept.reserve(keys_.size());
  for (std::size_t i = 0; i < keys_.size(); ++i)
    if (keys_[i].any_kid || last[name_of(keys_[i])] == i) kept.push_back(std::move(keys_[i]));
  keys_ = std::move(kept);
}

KeyChoice KeyRing::choose(const KeyNames& names, Algorithm algorithm, trust::IssuerIndex issuer) const {
  if (is_fastmcp(profile_)) return choose_as_fastmcp(names.kid, algorithm);
  // An issuer without usable keys has only those that serve all.
  if (static_cast<std::size_t>(issuer + 1) >= by_issuer_.size()) issuer = trust::kNoIssuer;
  return names.kid ? choose_strictly(*names.kid, algorithm, issuer) : choose_without_kid(names, algorithm, issuer);
}

std::optional<trust::IssuerIndex> KeyRing::common_issuer(std::span<const std::uint32_t> indices) const noexcept {
  trust::IssuerIndex common = trust::kNoIssuer;
  for (const std::uint32_t i : indices) {
    const trust::IssuerIndex issuer = keys_[i].issuer;
    if (issuer == trust::kNoIssuer || issuer == common) continue;
    if (common != trust::kNoIssuer) return std::nullopt;
    common = issuer;
  }
  return common;
}

IssuerChoice KeyRing::issuer_for(const KeyNames& names) const {
  if (!has_issuers()) return {};
  const Indices* named = nullptr;
  if (names.kid) {
    const auto found = by_kid_.find(*names.kid);
    if (found != by_kid_.end()) named = &found->second;
  } else {
    named = with_thumbprint(names.x5t_s256);
    if (named == nullptr) named = with_thumbprint(names.x5t);
  }
  if (named == nullptr) return {.by_token = true};
  const std::optional<trust::IssuerIndex> common = common_issuer(*named);
  return common ? IssuerChoice{.issuer = *common} : IssuerChoice{.by_token = true};
}

void KeyRing::add_candidates(KeyChoice& choice, std::span<const std::uint32_t> indices, Algorithm algorithm,
                             Whose whose, trust::IssuerIndex issuer) const {
  for (const std::uint32_t i : indices) {
    if (choice.candidates.size() == kMaxCandidates) return;
    const PreparedKey& key = keys_[i];
    if (is_own(key, issuer) != (whose == Whose::own)) continue;
    if ((key.jwk.permitted & key.allowed).contains(algorithm)) {
      choice.candidates.push_back(&key);
    } else if (whose == Whose::own && !key.allowed.contains(algorithm)) {
      choice.refused_by = key.issuer;
    }
  }
}

void KeyRing::add_any_kid(KeyChoice& choice, Algorithm algorithm, Whose whose, trust::IssuerIndex issuer) const {
  if (whose == Whose::own) {
    add_candidates(choice, of(trust::kNoIssuer).any_kid, algorithm, whose, issuer);
    if (issuer != trust::kNoIssuer) add_candidates(choice, of(issuer).any_kid, algorithm, whose, issuer);
  } else if (has_issuers()) {
    add_candidates(choice, any_kid_, algorithm, whose, issuer);
  }
}

std::string_view KeyRing::why_skipped(std::string_view kid, std::optional<Algorithm> algorithm) const noexcept {
  const auto found = skipped_.find(kid);
  if (found == skipped_.end() || knows(kid)) return {};
  const auto serves = [&](std::uint32_t i) { return algorithm && keys_[i].jwk.permitted.contains(*algorithm); };
  return std::any_of(any_kid_.begin(), any_kid_.end(), serves) ? std::string_view() : found->second;
}

const KeyRing::Indices* KeyRing::with_thumbprint(std::string_view written) const {
  if (written.empty()) return nullptr;
  const auto found = by_thumbprint_.find(plain_thumbprint(written));
  return found == by_thumbprint_.end() ? nullptr : &found->second;
}

KeyChoice KeyRing::choose_by_thumbprint(const Indices& named, Algorithm algorithm, trust::IssuerIndex issuer) const {
  KeyChoice choice;
  add_candidates(choice, named, algorithm, Whose::own, issuer);
  const bool own = !choice.candidates.empty();
  if (has_issuers()) add_candidates(choice, named, algorithm, Whose::others, issuer);
  if (own || (issuer == trust::kNoIssuer && !choice.candidates.empty())) return choice;
  choice.fault = choice.refused_by ? Reason::algorithm_not_allowed : Reason::key_mismatch;
  choice.detail = "the key with the token's x5t does not fit its algorithm";
  return choice;
}

// RFC 7515 §6: x5t and x5t#S256 say which key it is, as kid does. They choose among configured keys and nothing else.
KeyChoice KeyRing::choose_without_kid(const KeyNames& names, Algorithm algorithm, trust::IssuerIndex issuer) const {
  const bool has_thumbprint = !names.x5t.empty() || !names.x5t_s256.empty();
  const Indices* named = with_thumbprint(names.x5t_s256);
  if (named == nullptr) named = with_thumbprint(names.x5t);
  if (named != nullptr) return choose_by_thumbprint(*named, algorithm, issuer);
  KeyChoice choice;
  choose_the_only_key(choice, has_thumbprint, algorithm, issuer);
  if (!has_issuers() || choice.fault == Reason::key_ambiguous) return choice;
  const std::size_t own = choice.candidates.size();
  const auto a = static_cast<std::size_t>(algorithm);
  for (std::size_t i = 0; i + 1 < by_issuer_.size() && choice.candidates.size() < kMaxCandidates; ++i) {
    const auto other = static_cast<trust::IssuerIndex>(i);
    if (other != issuer) add_candidates(choice, of(other).by_algorithm[a], algorithm, Whose::others, issuer);
  }
  // Without an issuer of its own the token may mean any of several keys.
  if (own == 0 && issuer == trust::kNoIssuer && choice.candidates.size() > 1) {
    choice.fault = Reason::key_ambiguous;
    choice.detail = "the token has no kid, its iss names no issuer, and several keys fit its algorithm";
  } else if (own == 0 && issuer == trust::kNoIssuer && choice.candidates.size() == 1) {
    choice.fault.reset();
  }
  return choice;
}

// Of the issuer's own keys and those that serve all, exactly one must permit the algorithm.
void KeyRing::choose_the_only_key(KeyChoice& choice, bool has_thumbprint, Algorithm algorithm,
                                  trust::IssuerIndex issuer) const {
  const auto a = static_cast<std::size_t>(algorithm);
  std::size_t fitting = 0, possible = 0;
  AlgorithmSet allowed;
  const PreparedKey* only = nullptr;
  const auto count = [&](const OfIssuer& keys) {
    fitting += keys.by_algorithm[a].size();
    possible += has_thumbprint ? keys.without_thumbprint[a].keys : keys.by_algorithm[a].size();
    allowed = allowed | keys.allowed;
    if (has_thumbprint && keys.without_thumbprint[a].keys > 0) only = &keys_[keys.without_thumbprint[a].first];
    if (!has_thumbprint && !keys.by_algorithm[a].empty()) only = &keys_[keys.by_algorithm[a].front()];
  };
  count(of(trust::kNoIssuer));
  if (issuer != trust::kNoIssuer) count(of(issuer));
  choice.names_unknown_key = has_thumbprint;
  if (possible == 1) {
    // It may be the key that is meant, though it says no thumbprint. If it does not verify, the token means another.
    choice.candidates.push_back(only);
  } else if (possible > 1) {
    choice.fault = Reason::key_ambiguous;
    choice.detail = has_thumbprint ? "the token has no kid, no key has its x5t, and several keys fit its algorithm"
                                   : "the token has no kid, and several keys fit its algorithm";
  } else if (has_thumbprint && fitting > 0) {
    choice.fault = Reason::key_not_found;
    choice.detail = "no key has the token's x5t";
  } else if (keys_.empty()) {
    choice.fault = Reason::key_not_found;
    choice.detail = "there is no usable key";
    choice.names_unknown_key = true;
  } else if (!allowed.empty() && !allowed.contains(algorithm)) {
    choice.fault = Reason::algorithm_not_allowed;
    choice.refused_by = issuer;
  } else {
    choice.fault = Reason::key_mismatch;
    choice.detail = "no key fits the token's algorithm";
  }
}

bool KeyRing::misses(const KeyNames& names) const {
  if (names.kid) return !knows(*names.kid);
  if (is_fastmcp(profile_) || (names.x5t.empty() && names.x5t_s256.empty())) return false;
  return with_thumbprint(names.x5t_s256) == nullptr && with_thumbprint(names.x5t) == nullptr;
}

KeyChoice KeyRing::choose_strictly(std::string_view kid, Algorithm algorithm, trust::IssuerIndex issuer) const {
  KeyChoice choice;
  const auto found = by_kid_.find(kid);
  std::span<const std::uint32_t> named;
  if (found != by_kid_.end()) named = found->second;
  const bool own_named =
      std::any_of(named.begin(), named.end(), [&](std::uint32_t i) { return is_own(keys_[i], issuer); });
  choice.names_unknown_key = !own_named;
  add_candidates(choice, named, algorithm, Whose::own, issuer);
  add_any_kid(choice, algorithm, Whose::own, issuer);
  const std::size_t own = choice.candidates.size();
  if (has_issuers()) {
    add_candidates(choice, named, algorithm, Whose::others, issuer);
    const bool by_name = choice.candidates.size() > own;
    add_any_kid(choice, algorithm, Whose::others, issuer);
    // A token of no issuer may mean every key that its kid names.
    if (issuer == trust::kNoIssuer && by_name) return choice;
  }
  if (own > 0) return choice;
  if (choice.refused_by) {
    choice.fault = Reason::algorithm_not_allowed;
    return choice;
  }
  const std::string_view skipped = why_skipped(kid, algorithm);
  // If key sets are configured, an unknown kid says more than that a key without kid does not fit.
  if (choice.names_unknown_key && (from_sets_ > 0 || any_kid_.empty() || !skipped.empty())) {
    choice.fault = Reason::key_not_found;
    choice.detail = !skipped.empty() ? skipped
                    : named.empty()  ? std::string_view("no key has the token's kid")
                                     : "no key of the issuer that the token names has its kid";
  } else {
    choice.fault = Reason::key_mismatch;
    choice.detail = choice.names_unknown_key ? "no key fits the token's algorithm"
                                             : "no key with the token's kid fits its algorithm";
  }
  return choice;
}

KeyChoice KeyRing::choose_as_fastmcp(std::optional<std::string_view> kid, Algorithm algorithm) const {
  KeyChoice choice;
  const bool named_in_token = kid && !kid->empty();  // an empty kid is no kid
  bool found = false;
  if (named_in_token) {
    const auto named = by_kid_.find(*kid);
    found = named != by_kid_.end();
    if (found) add_candidates(choice, named->second, algorithm, Whose::own, trust::kNoIssuer);
  } else if (from_sets_ == 1) {
    // FastMCP counts keys, whatever their curve.
    found = true;
    add_candidates(choice, by_kid_.begin()->second, algorithm, Whose::own, trust::kNoIssuer);
  }
  // A token without kid counts, too: FastMCP fetches the set anew if it does not hold exactly one key.
  choice.names_unknown_key = !found;
  // FastMCP has only one source. Here a public key or secret beside key sets serves every token.
  add_candidates(choice, any_kid_, algorithm, Whose::own, trust::kNoIssuer);
  if (!choice.candidates.empty()) return choice;
  if (found || !any_kid_.empty()) {
    choice.fault = Reason::key_mismatch;
    choice.detail = "the key does not fit the algorithm";
  } else if (!named_in_token && from_sets_ > 1) {
    choice.fault = Reason::key_ambiguous;
    choice.detail = profile_ == Profile::fastmcp_3_4
                        ? "the token has no kid, and the set holds several keys"
                        : "the token has no kid, and the set holds several keys of the algorithm's type";
  } else {
    choice.fault = Reason::key_not_found;
    choice.detail = named_in_token ? "no key has the token's kid" : "there is no usable key";
  }
  return choice;
}

}  // namespace assay::keys
