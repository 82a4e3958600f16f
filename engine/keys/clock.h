// The clock by which keys grow old.
#pragma once

#include <algorithm>
#include <chrono>

namespace assay::keys {

using Clock = std::chrono::steady_clock;

// `time` + `seconds`. A negative time counts as none, and more than a year as a year, which is as good as never and far
// from overflow.
inline Clock::time_point after(Clock::time_point time, double seconds) noexcept {
  constexpr double kYear = 365.0 * 24 * 3600;
  const std::chrono::duration<double> length(std::clamp(seconds, 0.0, kYear));
  return time + std::chrono::duration_cast<Clock::duration>(length);
}

}  // namespace assay::keys
