// Whole corpora of tokens, signed in parallel and handed over in order.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string_view>
#include <vector>

#include "assay/key_pair.h"
#include "assay/result.h"
#include "mint/fault.h"

namespace assay::mint {

struct MintOptions {
  TokenRequest request;
  std::uint64_t count = 1;
  bool distinct = false;  // each token has a jti, made of the seed and its index
  std::vector<Fault> faults;
  std::uint64_t seed = 0;
  int threads = 0;  // 0: all cores
};

struct MintResult {
  std::uint64_t tokens = 0;
  std::map<Reason, std::uint64_t> faults;  // tokens spoiled, by kind
  bool stopped = false;                    // the sink asked to stop
};

// Takes a run of whole tokens, each ended by a newline, on the caller's thread. Returns false to stop the minting.
using MintSink = std::function<bool(std::string_view lines)>;

// Makes tokens 0 to count - 1, in order. Claims, faults and jti depend only on the request, the seed and the index, not
// on the number of threads. With an issued_at, RS*, HS* and EdDSA corpora are the same bytes each time; ES* and PS*
// signatures are random by nature. Memory: a few chunks of 128 tokens for each thread. The error's field is one of
// MintOptions.
Result<MintResult> mint(const KeyPair& key, MintOptions options, const MintSink& sink);

}  // namespace assay::mint
