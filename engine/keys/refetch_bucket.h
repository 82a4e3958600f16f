// How often tokens may cause a refetch: a bucket of three that gets one back each interval.
#pragma once

#include <algorithm>

#include "keys/clock.h"

namespace assay::keys {

// A plain value; not thread safe.
class RefetchBucket {
 public:
  static constexpr int kMost = 3;

  // Full at `now`. With an interval of 0 it is never empty.
  RefetchBucket(double interval_seconds, Clock::time_point now) noexcept
      : interval_(after(now, interval_seconds) - now), empty_at_(now - kMost * interval_) {}

  // Takes one out. Returns false if there is none.
  bool take(Clock::time_point now) noexcept {
    const Clock::time_point empty_at = std::max(empty_at_, now - kMost * interval_);
    if (now - empty_at < interval_) return false;
    empty_at_ = empty_at + interval_;
    return true;
  }

 private:
  Clock::duration interval_;
  // It holds one for each interval since then, at most kMost.
  Clock::time_point empty_at_;
};

}  // namespace assay::keys
