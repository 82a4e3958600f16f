// All keys of a verifier at one moment, and which of them to try for a token. Immutable; all members are thread safe.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "assay/algorithm.h"
#include "assay/policy.h"
#include "assay/reason.h"
#include "base/keyed_hash.h"
#include "keys/prepared_key.h"

namespace assay::keys {

// At most so many keys are tried for one token: a token must not choose how many signatures it costs.
inline constexpr int kMaxCandidates = 8;

// The keys to try for a token, or why there are none.
struct KeyChoice {
  std::vector<const PreparedKey*> candidates;  // in order of trial, at most kMaxCandidates
  // Why there are none: algorithm_not_allowed, key_not_found, key_ambiguous or key_mismatch. If there are candidates as
  // well, all of them belong to other issuers, and the fault holds if none of them verifies the token.
  std::optional<Reason> fault;
  std::string_view detail;  // of the fault; lives as long as the ring
  // Of algorithm_not_allowed, which has no detail: the issuer whose policy does not allow it.
  std::optional<trust::IssuerIndex> refused_by;
  // The token names a key that is not here, and a refetch may bring it. If there are candidates, they are tried first.
  bool names_unknown_key = false;
};

// What a token's header says about its key. Views into the header.
struct KeyNames {
  std::optional<std::string_view> kid;
  std::string_view x5t, x5t_s256;  // x5t and x5t#S256 as written; empty: none. They count only without kid
};

// Which issuer's keys come first.
struct IssuerChoice {
  bool by_token = false;                         // the issuer that the token names decides
  trust::IssuerIndex issuer = trust::kNoIssuer;  // if not by_token
};

// A key that was left out: its kid, and why it cannot be used.
struct SkippedKid {
  std::string kid, why;
  trust::IssuerIndex issuer = trust::kNoIssuer;
};

class KeyRing {
 public:
  // strict keeps equal keys (same kid, same public key) once, with the origins of all of them. fastmcp keeps the last
  // key of each kid, as Python's dict does; a key without kid goes by "_default".
  KeyRing(std::vector<PreparedKey> keys, Profile profile, std::vector<SkippedKid> skipped);
  KeyRing(const KeyRing&) = delete;
  KeyRing& operator=(const KeyRing&) = delete;

  // Chooses the keys to try for a token with these names and this algorithm. strict: the keys of the kid, and then
  // those that serve any kid, if they permit the algorithm. Without kid: the keys with the token's x5t#S256 or x5t. If
  // no key has that thumbprint, keys with other thumbprints are left out, and exactly one of the rest must permit the
  // algorithm. If the token has no thumbprint, exactly one of all keys must permit it. fastmcp: the last usable key of
  // the kid; without kid the set must hold exactly one key, and if it does not, that counts as an unknown key, since
  // FastMCP fetches the set anew. Without kid the cost does not grow with the number of keys.
  //
  // Keys of issuers: "the keys" are those of `issuer` and those that serve all. Keys of other issuers follow them,
  // so that a signature by such a key is not taken for a forgery.
  KeyChoice choose(const KeyNames& names, Algorithm algorithm, trust::IssuerIndex issuer = trust::kNoIssuer) const;
  KeyChoice choose(std::optional<std::string_view> kid, Algorithm algorithm) const {
    return choose(KeyNames{kid, {}, {}}, algorithm);
  }

  // Says whose keys come first for a token with these names. The token's own iss decides if several issuers have keys
  // with these names, or if none has.
  IssuerChoice issuer_for(const KeyNames& names) const;
  // True if some key belongs to an issuer.
  bool has_issuers() const noexcept { return by_issuer_.size() > 1; }
  // A valid signature by `key` is a valid signature by every equal key. Returns the equal key of this issuer, or one
  // that serves all, if it would have been tried for a token with this kid; else `key` itself.
  const PreparedKey& as_key_of(trust::IssuerIndex issuer, const PreparedKey& key, std::optional<std::string_view> kid,
                               Algorithm algorithm) const noexcept;

  // Why the only keys of this kid were left out, if no other key serves tokens of the algorithm with any kid. Empty:
  // there is a usable key, or none has this kid.
  std::string_view why_skipped(std::string_view kid, std::optional<Algorithm> algorithm) const noexcept;
  // True if a usable key has this kid.
  bool knows(std::string_view kid) const { return by_kid_.find(kid) != by_kid_.end(); }
  // True if the names mean a key and no key has them. fastmcp reads only the kid.
  bool misses(const KeyNames& names) const;

  // Every algorithm that some key permits.
  AlgorithmSet permitted() const noexcept { return permitted_; }
  std::span<const PreparedKey> keys() const noexcept { return keys_; }
  // A number that no other ring of the process has. What is cached by a key's index belongs to one generation.
  std::uint64_t generation() const noexcept { return generation_; }

 private:
  using Indices = std::vector<std::uint32_t>;
  // How many keys, and the first.
  struct Count {
    std::uint32_t keys = 0;
    std::uint32_t first = 0;
  };
  // The keys of one issuer, or those that serve all.
  struct OfIssuer {
    std::array<Indices, kAlgorithmCount> by_algorithm;        // those that permit it, and that their issuer allows it
    std::array<Count, kAlgorithmCount> without_thumbprint{};  // those of them that no x5t names
    AlgorithmSet allowed;                                     // by the policy of these keys; empty: there are none
    Indices any_kid;
  };
  // Whose keys count: those of an issuer and those that serve all, or all others.
  enum class Whose : std::uint8_t { own, others };

  void keep_first_of_equal();
  void keep_last_of_each_kid();
  void add_to_tables(std::uint32_t index);
  void find_twins();
  const OfIssuer& of(trust::IssuerIndex issuer) const noexcept {
    return by_issuer_[static_cast<std::size_t>(issuer + 1)];
  }
  KeyChoice choose_strictly(std::string_view kid, Algorithm algorithm, trust::IssuerIndex issuer) const;
  KeyChoice choose_without_kid(const KeyNames& names, Algorithm algorithm, trust::IssuerIndex issuer) const;
  KeyChoice choose_by_thumbprint(const Indices& named, Algorithm algorithm, trust::IssuerIndex issuer) const;
  void choose_the_only_key(KeyChoice& choice, bool has_thumbprint, Algorithm algorithm,
                           trust::IssuerIndex issuer) const;
  KeyChoice choose_as_fastmcp(std::optional<std::string_view> kid, Algorithm algorithm) const;
  // Adds those keys that permit the algorithm and may be used with it.
  void add_candidates(KeyChoice& choice, std::span<const std::uint32_t> indices, Algorithm algorithm, Whose whose,
                      trust::IssuerIndex issuer) const;
  void add_any_kid(KeyChoice& choice, Algorithm algorithm, Whose whose, trust::IssuerIndex issuer) const;
  // The issuer of all these keys, or nothing if they are of several. Keys that serve all do not count.
  std::optional<trust::IssuerIndex> common_issuer(std::span<const std::uint32_t> indices) const noexcept;
  // The keys with this thumbprint, or null.
  const Indices* with_thumbprint(std::string_view written) const;

  std::vector<PreparedKey> keys_;
  Profile profile_;
  AlgorithmSet permitted_;
  std::uint64_t generation_;
  std::vector<OfIssuer> by_issuer_;                   // first of keys that serve all, then of each issuer
  std::uint32_t from_sets_ = 0;                       // keys that came from a JWK Set
  base::KeyedMap<std::string_view, Indices> by_kid_;  // kids of jwks keys -> indices, in order
  Indices any_kid_;
  std::map<std::uint32_t, Indices> twins_;  // equal keys of other issuers -> their indices
  // Ordered maps, so that whoever writes kids and thumbprints cannot choose what a look-up costs.
  std::map<std::string, Indices, std::less<>> by_thumbprint_;
  std::map<std::string, std::string, std::less<>> skipped_;  // kids of keys that were left out -> the detail
};

}  // namespace assay::keys
