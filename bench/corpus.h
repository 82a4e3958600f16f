// Tokens for the Google Benchmark programs: the corpora of `assay bench` (tools/bench/token_corpus.h), made at the
// first use and kept.
//
// Each process makes new keys, because private keys have no place in a repository. The signatures differ from run to
// run; their sizes do not.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "assay/algorithm.h"
#include "assay/verifier.h"
#include "bench/token_corpus.h"

namespace assay::bench {

// The number of tokens in a batch of the verify layer.
inline constexpr std::size_t kBatch = 256;

// Tokens and the key set that verifies them. Immutable.
struct Corpus {
  Algorithm algorithm = Algorithm::RS256;
  std::string jwks;                 // one key, kid "bench"
  std::vector<std::string> tokens;  // distinct
};

// `count` distinct tokens of `algorithm` (RSA: 2048 bits). Made at the first call, then shared; not thread safe.
// Ends the program with a message if no key can be made.
const Corpus& corpus(Algorithm algorithm, std::size_t count, std::size_t claims_bytes = kClaimsBytes);

// A strict verifier for the corpus, on the named backend. Ends the program with a message if it cannot be made.
JwtVerifier verifier_for(const Corpus& corpus, const char* backend);

}  // namespace assay::bench
