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

// Returns everything that makes two keys equal. A length before each part keeps the parts apart.
std::string identity_of(const PreparedKey& key) {
  const Jwk& jwk = key.jwk;
  std::string identity = {static_cast<char>(jwk.type), static_cast<char>(jwk.curve), static_cast<char>(key.any_kid),
                          static_cast<char>(jwk.has_kid)};
  // Keys that permit different algorithms are not duplicates: the set may publish one entry for each algorithm.
  for (int i = 0; i < kAlgorithmCount; ++i)
    identity.push_back(jwk.permitted.contains(static_cast<Algorithm>(i)) ? '1' : '0');
  // A secret stands here as its digest, since the identity is not wiped.
  std::string secret_digest;
  if (!jwk.k.empty()) {
    secret_digest.resize(static_cast<std::size_t>(digest_bytes(Hash::SHA256)));
    digest::sha2(Hash::SHA256, jwk.k, reinterpret_cast<unsigned char*>(secret_digest.data()));
  }
  for (const std::string* part : {&jwk.kid, &jwk.n, &jwk.e, &jwk.x, &jwk.y, &std::as_const(secret_digest)}) {
    identity += std::to_string(part->size());
    identity += ':';
    identity += *part;
  }
  return identity;
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
  for (std::uint32_t i = 0; i < keys_.size(); ++i) {
    PreparedKey& key = keys_[i];
    key.index = i;
    permitted_ = permitted_ | key.jwk.permitted;
    for (int a = 0; a < kAlgorithmCount; ++a) {
      if (!key.jwk.permitted.contains(static_cast<Algorithm>(a))) continue;
      const auto count = [i](Count& of) {
        if (of.keys++ == 0) of.first = i;
      };
      count(by_algorithm_[static_cast<std::size_t>(a)]);
      if (key.thumbprints.empty()) count(without_thumbprint_[static_cast<std::size_t>(a)]);
    }
    for (const std::string& thumbprint : key.thumbprints) {
      std::vector<std::uint32_t>& same = by_thumbprint_[thumbprint];
      if (same.empty() || same.back() != i) same.push_back(i);
    }
    if (key.any_kid) {
      any_kid_.push_back(i);
      continue;
    }
    ++from_sets_;
    if (key.jwk.has_kid) {
      by_kid_[key.jwk.kid].push_back(i);
    } else if (is_fastmcp(profile_)) {
      by_kid_[kDefaultKid].push_back(i);
    }
  }
}

void KeyRing::keep_first_of_equal() {
  base::KeyedSet<std::string> seen;
  std::erase_if(keys_, [&](const PreparedKey& key) { return !seen.insert(identity_of(key)).second; });
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

KeyChoice KeyRing::choose(const KeyNames& names, Algorithm algorithm) const {
  if (is_fastmcp(profile_)) return choose_as_fastmcp(names.kid, algorithm);
  return names.kid ? choose_strictly(*names.kid, algorithm) : choose_without_kid(names, algorithm);
}

void KeyRing::add_candidates(KeyChoice& choice, std::span<const std::uint32_t> indices, Algorithm algorithm) const {
  for (std::uint32_t i : indices) {
    if (choice.candidates.size() == kMaxCandidates) return;
    if (keys_[i].jwk.permitted.contains(algorithm)) choice.candidates.push_back(&keys_[i]);
  }
}

std::string_view KeyRing::why_skipped(std::string_view kid, std::optional<Algorithm> algorithm) const noexcept {
  const auto found = skipped_.find(kid);
  if (found == skipped_.end() || knows(kid)) return {};
  const auto serves = [&](std::uint32_t i) { return algorithm && keys_[i].jwk.permitted.contains(*algorithm); };
  return std::any_of(any_kid_.begin(), any_kid_.end(), serves) ? std::string_view() : found->second;
}

const std::vector<std::uint32_t>* KeyRing::with_thumbprint(std::string_view written) const {
  if (written.empty()) return nullptr;
  const auto found = by_thumbprint_.find(plain_thumbprint(written));
  return found == by_thumbprint_.end() ? nullptr : &found->second;
}

// RFC 7515 §6: x5t and x5t#S256 say which key it is, as kid does. They choose among configured keys and nothing else.
KeyChoice KeyRing::choose_without_kid(const KeyNames& names, Algorithm algorithm) const {
  KeyChoice choice;
  const bool has_thumbprint = !names.x5t.empty() || !names.x5t_s256.empty();
  const std::vector<std::uint32_t>* named = with_thumbprint(names.x5t_s256);
  if (named == nullptr) named = with_thumbprint(names.x5t);
  if (named != nullptr) {
    add_candidates(choice, *named, algorithm);
    if (!choice.candidates.empty()) return choice;
    choice.fault = Reason::key_mismatch;
    choice.detail = "the key with the token's x5t does not fit its algorithm";
    return choice;
  }
  const std::size_t a = static_cast<std::size_t>(algorithm);
  const Count& count = has_thumbprint ? without_thumbprint_[a] : by_algorithm_[a];
  if (count.keys == 1) {
    // It may be the key that is meant, though it says no thumbprint. If it does not verify, the token means another.
    choice.candidates.push_back(&keys_[count.first]);
    choice.names_unknown_key = has_thumbprint;
  } else if (count.keys > 1) {
    choice.fault = Reason::key_ambiguous;
    choice.names_unknown_key = has_thumbprint;
    choice.detail = has_thumbprint ? "the token has no kid, no key has its x5t, and several keys fit its algorithm"
                                   : "the token has no kid, and several keys fit its algorithm";
  } else if (has_thumbprint && by_algorithm_[a].keys > 0) {
    choice.fault = Reason::key_not_found;
    choice.detail = "no key has the token's x5t";
    choice.names_unknown_key = true;
  } else if (keys_.empty()) {
    choice.fault = Reason::key_not_found;
    choice.detail = "there is no usable key";
    choice.names_unknown_key = true;
  } else {
    choice.fault = Reason::key_mismatch;
    choice.names_unknown_key = has_thumbprint;
    choice.detail = "no key fits the token's algorithm";
  }
  return choice;
}

bool KeyRing::misses(const KeyNames& names) const {
  if (names.kid) return !knows(*names.kid);
  if (is_fastmcp(profile_) || (names.x5t.empty() && names.x5t_s256.empty())) return false;
  return with_thumbprint(names.x5t_s256) == nullptr && with_thumbprint(names.x5t) == nullptr;
}

KeyChoice KeyRing::choose_strictly(std::string_view kid, Algorithm algorithm) const {
  KeyChoice choice;
  const auto named = by_kid_.find(kid);
  choice.names_unknown_key = named == by_kid_.end();
  if (!choice.names_unknown_key) add_candidates(choice, named->second, algorithm);
  add_candidates(choice, any_kid_, algorithm);
  if (!choice.candidates.empty()) return choice;
  const std::string_view skipped = why_skipped(kid, algorithm);
  // If key sets are configured, an unknown kid says more than that a key without kid does not fit.
  if (choice.names_unknown_key && (from_sets_ > 0 || any_kid_.empty() || !skipped.empty())) {
    choice.fault = Reason::key_not_found;
    choice.detail = skipped.empty() ? "no key has the token's kid" : skipped;
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
    if (found) add_candidates(choice, named->second, algorithm);
  } else if (from_sets_ == 1) {
    // FastMCP counts keys, whatever their curve.
    found = true;
    add_candidates(choice, by_kid_.begin()->second, algorithm);
  }
  // A token without kid counts, too: FastMCP fetches the set anew if it does not hold exactly one key.
  choice.names_unknown_key = !found;
  // FastMCP has only one source. Here a public key or secret beside key sets serves every token.
  add_candidates(choice, any_kid_, algorithm);
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
