// Hashes of many messages at a time: gathered first, then computed together, in lanes where enough have come.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "assay/algorithm.h"
#include "digest/digest.h"
#include "kernel/kernel.h"
#include "lanes/lane_kernels.h"

namespace assay::lanes {

// What a signature's hashes need and leave. The head stands before the digest without a gap: PSS hashes eight zeros and
// the digest in one piece.
struct alignas(64) DigestSlot {
  static constexpr std::size_t kHead = 64;
  unsigned char bytes[kHead + 64];

  unsigned char* head() noexcept { return bytes; }
  unsigned char* digest() noexcept { return bytes + kHead; }
};

// Owned by a session. Keeps its memory; not thread safe.
class HashLanes {
 public:
  // `always`: in lanes even where OpenSSL would be faster.
  HashLanes(const LaneKernels& kernels, bool always) : kernels_(kernels), always_(always) {}

  // The digest of prefix (at most 128 bytes) and message: it lands in `digest`, which has room for 64 bytes (32 of
  // SHA-256) and is no other message's input. All of them stay where they are until run().
  void add(Hash hash, std::string_view prefix, std::string_view message, unsigned char* digest);
  // The same, going on from an HMAC state, which has taken in one block.
  void add_keyed(Hash hash, const void* state, std::string_view message, unsigned char* digest);
  // The same, going on from any state.
  void add_rest(Hash hash, const digest::HashState& state, std::string_view message, unsigned char* digest);
  // Computes and forgets all that were added.
  void run() noexcept;

 private:
  std::vector<kernel::HashJob>& jobs_of(Hash hash) noexcept { return hash == Hash::SHA256 ? jobs256_ : jobs512_; }
  bool in_lanes(LaneKernel which, std::vector<kernel::HashJob>& jobs) const noexcept;

  const LaneKernels& kernels_;
  const bool always_;
  std::vector<kernel::HashJob> jobs256_, jobs512_;
};

}  // namespace assay::lanes
