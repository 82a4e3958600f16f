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
  std::optional<Reason> fault;                 // why there are none: key_not_found, key_ambiguous or key_mismatch
  std::string_view detail;                     // of the fault; lives as long as the ring
  // The token names a key that is not here, and a refetch may bring it. If there are candidates, they are tried first.
  bool names_unknown_key = false;
};

// What a token's header says about its key. Views into the header.
struct KeyNames {
  std::optional<std::string_view> kid;
  std::string_view x5t, x5t_s256;  // x5t and x5t#S256 as written; empty: none. They count only without kid
};

// A key that was left out: its kid, and why it cannot be used.
struct SkippedKid {
  std::string kid, why;
};

class KeyRing {
 public:
  // strict keeps equal keys (same kid, same public key) once. fastmcp keeps the last key of each kid, as Python's dict
  // does; a key without kid goes by "_default".
  KeyRing(std::vector<PreparedKey> keys, Profile profile, std::vector<SkippedKid> skipped);
  KeyRing(const KeyRing&) = delete;
  KeyRing& operator=(const KeyRing&) = delete;

  // Chooses the keys to try for a token with these names and this algorithm. strict: the keys of the kid, and then
  // those that serve any kid, if they permit the algorithm. Without kid: the keys with the token's x5t#S256 or x5t. If
  // no key has that thumbprint, keys with other thumbprints are left out, and exactly one of the rest must permit the
  // algorithm. If the token has no thumbprint, exactly one of all keys must permit it. fastmcp: the last usable key of
  // the kid; without kid the set must hold exactly one key, and if it does not, that counts as an unknown key, since
  // FastMCP fetches the set anew. Without kid the cost does not grow with the number of keys.
  KeyChoice choose(const KeyNames& names, Algorithm algorithm) const;
  KeyChoice choose(std::optional<std::string_view> kid, Algorithm algorithm) const {
    return choose(KeyNames{kid, {}, {}}, algorithm);
  }

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
  // The keys that permit an algorithm: how many, and the first.
  struct Count {
    std::uint32_t keys = 0;
    std::uint32_t first = 0;
  };
  void keep_first_of_equal();
  void keep_last_of_each_kid();
  KeyChoice choose_strictly(std::string_view kid, Algorithm algorithm) const;
  KeyChoice choose_without_kid(const KeyNames& names, Algorithm algorithm) const;
  KeyChoice choose_as_fastmcp(std::optional<std::string_view> kid, Algorithm algorithm) const;
  void add_candidates(KeyChoice& choice, std::span<const std::uint32_t> indices, Algorithm algorithm) const;
  // The keys with this thumbprint, or null.
  const std::vector<std::uint32_t>* with_thumbprint(std::string_view written) const;

  std::vector<PreparedKey> keys_;
  Profile profile_;
  AlgorithmSet permitted_;
  std::uint64_t generation_;
  std::array<Count, kAlgorithmCount> by_algorithm_{};
  std::array<Count, kAlgorithmCount> without_thumbprint_{};              // the same of keys that no x5t names
  std::uint32_t from_sets_ = 0;                                          // keys that came from a JWK Set
  base::KeyedMap<std::string_view, std::vector<std::uint32_t>> by_kid_;  // kids of jwks keys -> indices, in order
  std::vector<std::uint32_t> any_kid_;
  // Ordered maps, so that whoever writes kids and thumbprints cannot choose what a look-up costs.
  std::map<std::string, std::vector<std::uint32_t>, std::less<>> by_thumbprint_;
  std::map<std::string, std::string, std::less<>> skipped_;  // kids of keys that were left out -> the detail
};

}  // namespace assay::keys
