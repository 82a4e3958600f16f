// Hash states of headers: a log has millions of tokens and a handful of headers, and each token's hash begins with its
// header.
//
// Kept is the state after the whole blocks that header and dot fill, and for HMAC after the key's inner block before
// them. Bounded. Of a session; not thread safe. States of HMAC keys are as secret as the keys, and wiped when dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

#include "assay/algorithm.h"
#include "digest/digest.h"
#include "keys/prepared_key.h"
#include "signature/backend.h"

namespace assay::lanes {

class HeaderStates {
 public:
  // Headers whose states are kept at most.
  static constexpr std::size_t kMost = 4096;

  // Drops all states: those of HMAC keys, and the numbers of headers, belong to one key ring.
  void clear() noexcept { slots_.clear(); }
  // Begins a round of hashing. States that find() returned in earlier rounds may change from now on.
  void begin_round() noexcept { ++round_; }
  // The state for the header of this job; made when the header is met first. Valid until the next round begins. Null:
  // the header fills no block, the algorithm hashes something else first (EdDSA), the state was made with another HMAC
  // key, or its place is taken for this round.
  const digest::HashState* find(const signature::Job& job);
  // Bytes of the signing input that the state has taken in.
  static std::size_t head_bytes(const signature::Job& job) noexcept {
    const std::size_t block = digest::block_bytes(info(job.algorithm).hash);
    return job.header_bytes & ~(block - 1);  // a power of two
  }

 private:
  struct Slot {
    digest::HashState state;
    std::uint64_t header_id = 0;             // 0: empty
    std::uint64_t round = 0;                 // in which the state was used last
    const keys::PreparedKey* key = nullptr;  // of HMAC
  };
  static void fill(Slot& slot, const signature::Job& job, const AlgorithmInfo& algorithm);

  std::deque<Slot> slots_;  // by header_id modulo kMost; states stay where they are while it grows
  std::uint64_t round_ = 1;
};

}  // namespace assay::lanes
