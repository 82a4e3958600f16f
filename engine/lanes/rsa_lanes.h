// Verifies RSA signatures of one modulus size in lanes: PKCS#1 v1.5, and PSS, whose masks and hashes run in lanes too.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "digest/emsa_pss.h"
#include "digest/pkcs1.h"
#include "kernel/kernel.h"
#include "lanes/hash_lanes.h"
#include "lanes/lane_scheduler.h"
#include "signature/backend.h"

namespace assay::lanes {

// A session owns it. It keeps its memory from call to call. Not thread safe.
class RsaLanes {
 public:
  explicit RsaLanes(HashLanes& hashes) : hashes_(hashes) {}

  // Verifies the items' jobs. `slots[i]` holds the digest of the signing input of items[i]. The caller has pinned the
  // tables.
  void verify(const kernel::RsaKernel& kernel, std::span<signature::Job> jobs, std::span<const LaneItem> items,
              DigestSlot* slots);

 private:
  using Difference = std::array<unsigned char, kernel::kRsaDifferenceBytes>;
  static_assert(kernel::kRsaDifferenceBytes == digest::kPkcs1DifferenceBytes);
  // A signature between the steps.
  struct Raised {
    signature::Job* job;
    DigestSlot* slot;
    digest::PssBlock block;  // of PSS
  };
  void verify_slice(const kernel::RsaKernel& kernel, std::span<signature::Job> jobs, std::span<const LaneItem> items,
                    DigestSlot* slots);
  void verify_matches(const kernel::RsaKernel& kernel);
  void verify_powers(const kernel::RsaKernel& kernel);
  void verify_pss();

  HashLanes& hashes_;
  std::vector<kernel::RsaMatch> matches_;
  std::vector<signature::Job*> matched_;  // of matches_
  std::vector<Difference> differences_;   // of matches_
  std::vector<kernel::RsaJob> powers_;
  std::vector<Raised> raised_;         // of powers_
  std::vector<unsigned char> blocks_;  // of powers_: signature^e mod n
  std::vector<Raised> pss_;
  std::vector<unsigned char> masks_;     // of pss_, then their data blocks
  std::vector<unsigned char> expected_;  // of pss_: what h must be
};

}  // namespace assay::lanes
