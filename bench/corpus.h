// Tokens for the Google Benchmark programs: the corpora of `assay bench` (tools/bench/token_corpus.h), made on first
// use and kept.
//
// Keys are fresh in each process (private keys have no place in a repository), and with them the signatures; their
// sizes do not change.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "assay/algorithm.h"
#include "assay/verifier.h"
#include "bench/token_corpus.h"

namespace assay::bench {

// Tokens that a batch of the verify layer holds here.
inline constexpr std::size_t kBatch = 256;

// The tokens and what verifies them. Immutable.
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
