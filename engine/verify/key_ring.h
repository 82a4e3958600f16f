// All keys of a verifier at one moment: immutable, shared by the batches that began with it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "assay/algorithm.h"
#include "assay/policy.h"
#include "assay/reason.h"
#include "verify/prepared_key.h"

namespace assay::verify {

// Keys tried for one token at most (CONTRACT: key choice).
inline constexpr int kMaxCandidates = 8;

// The keys to try for a token, or why there are none.
struct KeyChoice {
  std::vector<const PreparedKey*> candidates;  // in order of trial, at most kMaxCandidates
  std::optional<Reason> fault;                 // key_not_found, key_ambiguous, key_mismatch
  const char* detail = "";                     // of the fault
  bool unknown_kid = false;                    // the kid names no key: a refetch may help
};

class KeyRing {
 public:
  // `poisoned`: see JwkSet. Duplicates (same kid, same public key) are kept once.
  KeyRing(std::vector<PreparedKey> keys, Profile profile, bool poisoned, std::vector<std::string> skipped_kids);
  KeyRing(const KeyRing&) = delete;
  KeyRing& operator=(const KeyRing&) = delete;

  // strict: the kid's keys, then those that serve any kid, as far as they permit the algorithm; without kid exactly one
  // key may fit. fastmcp: the last usable key of the kid; without kid exactly one key in the set.
  // `kid` nothing: the token has none. Thread safe.
  KeyChoice choose(std::optional<std::string_view> kid, Algorithm algorithm) const;

  // Every algorithm that some key permits.
  AlgorithmSet permitted() const noexcept { return permitted_; }
  std::span<const PreparedKey> keys() const noexcept { return keys_; }
  // Differs between any two rings of a process: contexts cached by key index belong to one generation.
  std::uint64_t generation() const noexcept { return generation_; }

 private:
  std::vector<PreparedKey> keys_;
  Profile profile_;
  bool poisoned_;
  AlgorithmSet permitted_;
  std::uint64_t generation_;
  std::unordered_map<std::string_view, std::vector<std::uint32_t>> by_kid_;  // kids of jwks keys -> indices, in order
  std::vector<std::uint32_t> without_kid_;                                   // jwks keys that have none
  std::vector<std::uint32_t> any_kid_;
  std::vector<std::string> skipped_kids_;  // kids of keys that could not be used, sorted
};

}  // namespace assay::verify
