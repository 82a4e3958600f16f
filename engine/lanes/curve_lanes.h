// Verifies ECDSA and Ed25519 signatures of one curve in lanes, a window of its keys' tables at a time.
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

// A session owns it. It keeps its memory from call to call. Not thread safe.
class CurveLanes {
 public:
  // Verifies the items' jobs, and appends those that only OpenSSL can decide to `exceptional`. `slots[i]` holds the
  // digest that items[i] signs. The caller has pinned the tables. Returns false if there is no memory for the scratch;
  // no job is verified then.
  bool verify(const kernel::CurveKernel& kernel, kernel::CurveTable generator, int window,
              std::span<signature::Job> jobs, std::span<const LaneItem> items, DigestSlot* slots,
              std::vector<std::uint32_t>& exceptional);

 private:
  std::vector<kernel::CurveJob> signatures_;
  std::vector<kernel::Outcome> outcomes_;
  base::PageMemory scratch_;
  std::size_t scratch_bytes_ = 0;
};

}  // namespace assay::lanes
