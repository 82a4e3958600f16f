// Tokens to measure with: minted in memory through the public face of assay::mint, made on first use and kept.
//
// Claims are laid out like an access token's and padded to a size; a seed decides everything in them, so two runs
// measure the same claims. Keys are fresh in each process (private keys have no place in a repository), and with them
// the signatures; their sizes do not change.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "assay/algorithm.h"
#include "assay/instant.h"
#include "assay/verifier.h"

namespace assay::bench {

inline constexpr std::uint64_t kSeed = 20261123;
inline constexpr std::int64_t kIssuedAt = 1'790'000'000;
// Every token of a corpus is accepted at this moment.
inline constexpr Instant kJudgedAt{kIssuedAt + 60, 0};
// What the published table measures: claims of 350 bytes.
inline constexpr std::size_t kClaimsBytes = 350;
// Tokens that a batch of the verify layer holds here.
inline constexpr std::size_t kBatch = 256;

// A claims set of exactly `bytes` bytes (at least 260), distinct for each serial number and equal in every run.
std::string claims_json(std::size_t bytes, std::uint64_t serial);

// The payload's bytes and the tokens around them. Immutable.
struct Corpus {
  Algorithm algorithm = Algorithm::RS256;
  std::string jwks;                 // one key, kid "bench"
  std::vector<std::string> tokens;  // distinct
};

// `count` distinct tokens of `algorithm` (RSA: 2048 bits). Made at the first call, then shared; not thread safe.
// Ends the program with a message when no key can be made.
const Corpus& corpus(Algorithm algorithm, std::size_t count, std::size_t claims_bytes = kClaimsBytes);

// A verifier for the corpus, strict, on the named backend. Ends the program with a message when it is refused.
JwtVerifier verifier_for(const Corpus& corpus, const char* backend);

}  // namespace assay::bench
