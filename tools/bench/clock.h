// The clocks of a measurement.
#pragma once

#include <time.h>

namespace assay::bench {

inline double seconds_of(clockid_t clock) noexcept {
  timespec at{};
  ::clock_gettime(clock, &at);
  return static_cast<double>(at.tv_sec) + static_cast<double>(at.tv_nsec) * 1e-9;
}

inline double wall_seconds() noexcept { return seconds_of(CLOCK_MONOTONIC); }
// User and system time: of this thread, of all threads of the process.
inline double thread_cpu_seconds() noexcept { return seconds_of(CLOCK_THREAD_CPUTIME_ID); }
inline double process_cpu_seconds() noexcept { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }

}  // namespace assay::bench
