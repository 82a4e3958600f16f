#include "keys/snapshot.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "jose/jwk.h"
#include "jose/key_rules.h"
#include "keys/prepared_key.h"
#include "keys/public_key.h"
#include "keys/secret.h"

namespace assay::keys {
namespace {

AlgorithmSet set_of(const std::vector<Algorithm>& algorithms) noexcept {
  AlgorithmSet set;
  for (Algorithm algorithm : algorithms) set.insert(algorithm);
  return set;
}

AlgorithmSet hmac_algorithms() noexcept { return jose::algorithms_of(KeyType::oct, Curve::none); }

// "RS256, ES256".
std::string names_of(const std::vector<Algorithm>& algorithms) {
  std::string names;
  for (Algorithm algorithm : algorithms) {
    if (!names.empty()) names += ", ";
    names += to_string(algorithm);
  }
  return names;
}

std::string kind_of_key(const Jwk& jwk) {
  if (jwk.type == KeyType::RSA) return "an RSA key";
  return (jwk.type == KeyType::EC ? "an EC key on " : "a key on ") + std::string(to_string(jwk.curve));
}

// Collects the keys of all sources.
class SnapshotBuilder {
 public:
  SnapshotBuilder(const Policy& policy, const std::atomic<bool>& stop)
      : policy_(policy), stop_(stop), allowed_(set_of(policy.algorithms)) {}

  Result<void> add(const KeySource& source, const Content& content) {
    if (content.revoked != nullptr) {
      revoked_.push_back(content.revoked);
      return {};
    }
    const std::string& text = content.text;
    const std::string name = name_of(source);
    if (is_static_table(source.kind)) return add_static_table(text, name);
    has_key_sources_ = true;
    has_urls_ = has_urls_ || source.kind == KeySource::Kind::jwks_url;
    return is_key_set(source.kind) ? add_key_set(text, name) : add_single_key(source.kind, text, name);
  }

  BuiltSnapshot finish() && {
    auto snapshot = std::make_shared<Snapshot>();
    snapshot->ring =
        std::make_shared<const KeyRing>(std::move(keys_), policy_.profile, poisoned_, std::move(skipped_kids_));
    snapshot->static_tokens = std::move(static_tokens_);
    snapshot->has_key_sources = has_key_sources_;
    snapshot->revoked = std::move(revoked_);
    snapshot->has_urls = has_urls_;
    snapshot->allowed = allowed_;
    if (allowed_.empty()) {
      if (policy_.profile == Profile::strict) {
        snapshot->allowed = snapshot->ring->permitted() & AlgorithmSet::unless_named();
      } else {
        snapshot->allowed.insert(Algorithm::RS256);
      }
    }
    return {std::move(snapshot), std::move(notes_)};
  }

 private:
  Result<void> add_static_table(const std::string& text, const std::string& name) {
    Result<std::shared_ptr<const StaticTable>> table = StaticTable::parse(text, name);
    if (!table) return Error{table.error().message, "keys"};
    if (static_tokens_ != nullptr)
      return Error{name + ": a second table of static tokens; put all tokens into one", "keys"};
    static_tokens_ = *std::move(table);
    return {};
  }

  Result<void> add_key_set(const std::string& text, const std::string& name) {
    const Algorithm algorithm = policy_.algorithms.empty() ? Algorithm::RS256 : policy_.algorithms.front();
    Result<JwkSet> set = JwkSet::parse(text, policy_.profile, name, algorithm);
    if (!set) return Error{set.error().message, "keys"};
    poisoned_ = poisoned_ || set->poisoned;
    for (std::string& kid : set->skipped_kids) skipped_kids_.push_back(std::move(kid));
    for (Jwk& jwk : set->keys) {
      if (stop_.load(std::memory_order_relaxed)) return Error{name + ": the reading of keys was ended", "keys"};
      prepare_key_of_set(std::move(jwk), name, *set);
    }
    if (set->more_skipped != 0) {
      set->notes.push_back(name + ": and " + std::to_string(set->more_skipped) +
                           (set->more_skipped == 1 ? " more key was skipped" : " more keys were skipped"));
    }
    for (std::string& note : set->notes) notes_.push_back(std::move(note));
    // A key set is published and a secret is not, so strict takes the secret of a verifier of HS* from a file. The oct
    // keys of a set serve when other algorithms are allowed, too, or when the keys decide.
    if (policy_.profile == Profile::strict && !allowed_.empty() && (allowed_ & hmac_algorithms()) == allowed_) {
      return Error{name + ": a key set, and only " + names_of(policy_.algorithms) +
                       " may be used, which needs a shared secret; give a shared secret, or allow another algorithm",
                   "keys"};
    }
    return {};
  }

  // Whether a key serves only algorithms that have to be named, and none is named.
  bool waits_for_a_name(const Jwk& jwk) const {
    return policy_.profile == Profile::strict && allowed_.empty() &&
           (jwk.permitted & AlgorithmSet::unless_named()).empty();
  }
  static std::string must_be_named(const Jwk& jwk) {
    return kind_of_key(jwk) + " verifies only ES256K, which is used only if it is named among the allowed algorithms";
  }

  // Adds the key, or a note of why it is skipped.
  void prepare_key_of_set(Jwk jwk, const std::string& name, JwkSet& set) {
    const std::optional<std::string> kid = jwk.has_kid ? std::optional(jwk.kid) : std::nullopt;
    Result<PreparedKey> key = waits_for_a_name(jwk) ? Result<PreparedKey>(Error{must_be_named(jwk)})
                                                    : prepare_key(std::move(jwk), policy_.profile);
    if (key) {
      keys_.push_back(*std::move(key));
      return;
    }
    if (set.notes.size() < JwkSet::kMaxNotes) {
      set.notes.push_back(name + ": key" + (kid ? " with kid " + jose::shown_kid(*kid) : std::string(" without kid")) +
                          ": skipped: " + key.error().message);
    } else {
      ++set.more_skipped;
    }
    if (kid) skipped_kids_.push_back(*kid);
  }

  Result<void> add_single_key(KeySource::Kind kind, const std::string& text, const std::string& name) {
    const bool keys_decide = policy_.algorithms.empty() && policy_.profile == Profile::strict;
    Result<Jwk> jwk = is_secret(kind)
                          ? read_secret(text, policy_.profile, keys_decide ? AlgorithmSet::all() : allowed_, name)
                          : read_public_key(text, policy_.profile, name);
    if (!jwk) return Error{jwk.error().message, "keys"};
    if (waits_for_a_name(*jwk)) return Error{name + ": " + must_be_named(*jwk), "policy.algorithms"};
    if (policy_.profile == Profile::strict && !allowed_.empty() && (jwk->permitted & allowed_).empty()) {
      return Error{name + ": " + kind_of_key(*jwk) + " cannot verify " + names_of(policy_.algorithms) +
                       (policy_.algorithms.size() == 1 ? ", the only algorithm that is allowed" : "") +
                       "; give a key of that type, or allow another algorithm",
                   "keys"};
    }
    Result<PreparedKey> key = prepare_key(*std::move(jwk), policy_.profile);
    if (!key) return Error{name + ": " + key.error().message + "; give another key", "keys"};
    key->any_kid = true;
    keys_.push_back(*std::move(key));
    return {};
  }

  const Policy& policy_;
  const std::atomic<bool>& stop_;
  const AlgorithmSet allowed_;  // empty: the policy names none
  std::vector<PreparedKey> keys_;
  std::vector<std::string> skipped_kids_;
  std::vector<std::string> notes_;
  std::shared_ptr<const StaticTable> static_tokens_;
  std::vector<std::shared_ptr<const RevocationList>> revoked_;
  bool poisoned_ = false;
  bool has_key_sources_ = false;
  bool has_urls_ = false;
};

}  // namespace

Result<void> check_sources(std::span<const KeySource> sources, const Policy& policy) {
  const auto is_list = [](const KeySource& source) { return is_revocation_list(source.kind); };
  if (std::all_of(sources.begin(), sources.end(), is_list))
    return Error{"no keys: give a JWK Set, a public key, a secret or static tokens", "keys"};
  if (!is_fastmcp(policy.profile) || (set_of(policy.algorithms) & hmac_algorithms()).empty()) return {};
  for (const KeySource& source : sources) {
    if (is_key_set(source.kind) || is_public_key(source.kind)) {
      return Error{name_of(source) + ": " + names_of(policy.algorithms) +
                       " needs a shared secret, not public keys; give a shared secret, or allow another algorithm",
                   "keys"};
    }
  }
  return {};
}

Result<BuiltSnapshot> build_snapshot(std::span<const KeySource> sources, std::span<const Content> contents,
                                     const Policy& policy, const std::atomic<bool>& stop) {
  SnapshotBuilder builder(policy, stop);
  for (std::size_t i = 0; i < sources.size(); ++i)
    if (Result<void> added = builder.add(sources[i], contents[i]); !added) return added.error();
  return std::move(builder).finish();
}

}  // namespace assay::keys
