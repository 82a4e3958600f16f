// ECDSA and Ed25519 signatures of one curve and one window in lanes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/page_memory.h"
#include "kernel/kernel.h"
#include "lanes/hash_lanes.h"
#include "lanes/lane_scheduler.h"
#include "signature/backend.h"

namespace assay::lanes {

// Owned by a session. Keeps its memory; not thread safe.
class CurveLanes {
 public:
  // Answers the items' jobs; those that only OpenSSL can decide are appended to `exceptional`. `slots` are theirs, in
  // order, with the digest that is signed. Tables stay where they are meanwhile. False: no memory for the scratch;
  // nothing was answered.
  bool verify(const kernel::CurveKernel& kernel, kernel::CurveTable generator, int window,
              std::span<signature::Job> jobs, std::span<const LaneItem> items, DigestSlot* slots,
              std::vector<std::uint32_t>& exceptional) noexcept;

 private:
  std::vector<kernel::CurveJob> signatures_;
  std::vector<kernel::Outcome> outcomes_;
  base::PageMemory scratch_;
  std::size_t scratch_bytes_ = 0;
};

}  // namespace assay::lanes
