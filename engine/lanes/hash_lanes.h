// Hashes many messages together: gathers them first, then computes them in lanes if there are enough, else with
// OpenSSL.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "assay/algorithm.h"
#include "digest/digest.h"
#include "kernel/kernel.h"
#include "lanes/lane_kernels.h"

namespace assay::lanes {

// Room for the digest of a signature's input, and for what some algorithms hash before it. The head ends where the
// digest begins, because PSS hashes eight zeros and the digest in one piece.
struct alignas(64) DigestSlot {
  static constexpr std::size_t kHead = 64;
  unsigned char bytes[kHead + 64];

  unsigned char* head() noexcept { return bytes; }
  unsigned char* digest() noexcept { return bytes + kHead; }
};

// A session owns it. It keeps its memory from call to call. Not thread safe.
class HashLanes {
 public:
  // `always`: use lanes even if OpenSSL would be faster.
  HashLanes(const LaneKernels& kernels, bool always) : kernels_(kernels), always_(always) {}

  // Adds the message `prefix` (at most 128 bytes) followed by `message`. run() writes its digest to `digest`, which has
  // room for 64 bytes (SHA-256: 32) and is no other message's input. The caller keeps all of them in place until then.
  void add(Hash hash, std::string_view prefix, std::string_view message, unsigned char* digest);
  // Adds a message that goes on from an HMAC state, which has taken in one block.
  void add_keyed(Hash hash, const void* state, std::string_view message, unsigned char* digest);
  // Adds a message that goes on from any state.
  void add_rest(Hash hash, const digest::HashState& state, std::string_view message, unsigned char* digest);
  // Adds the outer hash of an HMAC: `inner`, a digest, goes on from the key's outer state.
  void add_outer(Hash hash, const void* state, std::string_view inner, unsigned char* digest);
  // Adds block `counter` of MGF1, below 16, of a seed as long as a digest (RFC 8017 appendix B.2.1). run() writes it to
  // `mask`, as to a digest.
  void add_mask(Hash hash, std::string_view seed, std::size_t counter, unsigned char* mask);
  // Computes all digests, and forgets the messages.
  void run() noexcept;

 private:
  std::vector<kernel::HashJob>& jobs_of(Hash hash) noexcept { return hash == Hash::SHA256 ? jobs256_ : jobs512_; }
  bool in_lanes(LaneKernel which, std::vector<kernel::HashJob>& jobs) noexcept;
  // `first` and `second`: 32 bytes each.
  void add_padded(const void* state, const char* first, unsigned char* digest, const unsigned char* second);

  const LaneKernels& kernels_;
  const bool always_;
  std::vector<kernel::HashJob> jobs256_, jobs512_;
  // SHA-256 of messages of 32 to 36 bytes, padded when they are added. Null until run() has used the kernel, which is
  // tested then, or if the kernel has no such function: they are ordinary jobs.
  void (*hash_padded_)(const kernel::PaddedBlock*, std::size_t) noexcept = nullptr;
  std::vector<kernel::PaddedBlock> padded256_;
};

}  // namespace assay::lanes
