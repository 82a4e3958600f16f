// Corpora for benchmarks: tokens minted in memory from a seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "assay/algorithm.h"
#include "assay/instant.h"

namespace assay::bench {

// When the tokens of every corpus are judged: a minute after they were issued.
inline constexpr Instant kJudgedAt{1'790'000'060, 0};

struct Corpus {
  std::string jwks;                 // the one key that signed all, kid "bench"; for HS* the secret's JWK
  std::vector<std::string> tokens;  // distinct, each with a jti
  std::size_t bytes = 0;            // of all tokens
};

// `count` tokens whose claims are about `claims_bytes` long (200 or more). The claims are the same for the same seed;
// the key is fresh, so the signatures differ from run to run. Ends the program when OpenSSL fails.
Corpus mint_corpus(Algorithm algorithm, std::size_t count, std::size_t claims_bytes = 350, std::uint64_t seed = 1);

// A claims set as the tokens of a corpus hold it: JSON text of exactly `bytes` (200 or more).
std::string claims_text(std::size_t bytes, std::uint64_t seed);

}  // namespace assay::bench
