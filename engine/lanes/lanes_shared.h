// What all sessions of a lanes backend share: kernels, tables, counts and the fault.
//
// Thread safe; it outlives the sessions.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

#include "base/session_counters.h"
#include "base/thread_annotations.h"
#include "kernel/kernel.h"
#include "lanes/lane_kernels.h"
#include "lanes/lane_scheduler.h"
#include "lanes/table_cache.h"
#include "signature/backend.h"

namespace assay::lanes {

// What a session counts: see signature::BackendStatistics.
struct LanesCounts {
  base::Counter by_lanes, by_openssl, exceptional, cross_checked;

  void add_to(signature::BackendStatistics& sum) const noexcept {
    sum.by_lanes += by_lanes.get();
    sum.by_openssl += by_openssl.get();
    sum.exceptional += exceptional.get();
    sum.cross_checked += cross_checked.get();
  }
};
using LanesCounters = base::SessionCounters<LanesCounts, signature::BackendStatistics>;

class LanesShared {
 public:
  LanesShared(const kernel::Kernels& lane_kernels, const signature::BackendOptions& options);
  LanesShared(const LanesShared&) = delete;
  LanesShared& operator=(const LanesShared&) = delete;

  // Whether a cross-check found a difference. The kernels are not used from then on.
  bool faulty() const noexcept { return faulty_.load(std::memory_order_acquire); }
  // The first fault; empty: none.
  std::string fault() const EXCLUDES(mutex_);
  void set_fault(std::string fault) EXCLUDES(mutex_);

  signature::BackendStatistics statistics() const;

  const LaneKernels kernels;
  TableCache tables;
  LanesCounters counters;
  const std::shared_ptr<const signature::Backend> openssl;
  const double cross_check;  // share of the lanes' verdicts, 0 to 1, that OpenSSL verifies as well
  const bool always;         // lanes for groups of every size
  // Signatures of a group from which lanes are faster than OpenSSL.
  const std::array<std::size_t, kLaneGroups> least;

 private:
  std::atomic<bool> faulty_{false};
  mutable base::Mutex mutex_;
  std::string fault_ GUARDED_BY(mutex_);
};

}  // namespace assay::lanes
