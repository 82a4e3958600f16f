// All keys of a verifier at one moment, and which of them to try for a token. Immutable; all members are thread safe.
#pragma once

#include <array>
#include <cstdint>
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
  const char* detail = "";                     // of the fault
  bool unknown_kid = false;                    // the kid names no key: a refetch may help
};

class KeyRing {
 public:
  // `poisoned`: see JwkSet. strict keeps equal keys (same kid, same public key) once. fastmcp keeps the last key of
  // each kid, as Python's dict does; a key without kid goes by "_default".
  KeyRing(std::vector<PreparedKey> keys, Profile profile, bool poisoned, std::vector<std::string> skipped_kids);
  KeyRing(const KeyRing&) = delete;
  KeyRing& operator=(const KeyRing&) = delete;

  // Chooses the keys to try for a token with this kid and algorithm; `kid` is empty if the token has none. strict: the
  // keys of the kid and then those that serve any kid, if they permit the algorithm; without kid exactly one key of the
  // ring may permit it. fastmcp: the last usable key of the kid; without kid the set must hold exactly one key. Without
  // kid the cost does not grow with the number of keys.
  KeyChoice choose(std::optional<std::string_view> kid, Algorithm algorithm) const;

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
  KeyChoice choose_strictly(std::optional<std::string_view> kid, Algorithm algorithm) const;
  KeyChoice choose_as_fastmcp(std::optional<std::string_view> kid, Algorithm algorithm) const;
  void add_candidates(KeyChoice& choice, std::span<const std::uint32_t> indices, Algorithm algorithm) const;
  bool was_skipped(std::string_view kid) const;

  std::vector<PreparedKey> keys_;
  Profile profile_;
  bool poisoned_;
  AlgorithmSet permitted_;
  std::uint64_t generation_;
  std::array<Count, kAlgorithmCount> by_algorithm_{};
  std::uint32_t from_sets_ = 0;                                          // keys that came from a JWK Set
  base::KeyedMap<std::string_view, std::vector<std::uint32_t>> by_kid_;  // kids of jwks keys -> indices, in order
  std::vector<std::uint32_t> any_kid_;
  std::vector<std::string> skipped_kids_;  // kids of keys that could not be used, sorted
};

}  // namespace assay::keys
