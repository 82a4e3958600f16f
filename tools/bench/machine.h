// What a measurement is made on, and the means to hold it still: cores to pin to, a counter of cycles.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay::bench {

// A plain value, for a person and for whoever compares.
struct Machine {
  std::string cpu;       // "AMD EPYC 9354"
  int cores = 0;         // that this process may use
  std::string features;  // "avx2 avx512 vbmi ifma sha", or "none"
  std::string system;    // "Linux 6.1.0"
  std::string openssl;
  std::string assay;  // version
  std::string build;  // compiler and whether it optimised
  std::string lanes;  // what the lanes run on: "ifma", "portable"
};

Machine this_machine();

// Holds every thread of the process on its first cores, and gives all back at the end. Not thread safe.
class Pinning {
 public:
  Pinning();
  ~Pinning();
  Pinning(const Pinning&) = delete;
  Pinning& operator=(const Pinning&) = delete;

  // Cores that the process may use; where two share a physical core, the second of each stands behind all the first.
  const std::vector<int>& cores() const noexcept { return cores_; }
  // On the first `count` of them, or all; threads made later follow. False where the system refuses.
  bool pin(std::size_t count);
  // Seconds that the first `count` cores have worked since the system started, for whomever; 0 where it does not tell.
  double busy_seconds(std::size_t count) const;

 private:
  std::vector<int> cores_;
};

// Cycles that all threads of the process spend in user space (perf_event_open). Not thread safe.
class CycleCounter {
 public:
  // Whether this system counts; `why_not` says why it does not.
  CycleCounter();

  bool available() const noexcept { return why_not_.empty(); }
  const std::string& why_not() const noexcept { return why_not_; }

  // Counts from here to stop(), which returns the cycles or nothing.
  void start();
  std::optional<double> stop();

 private:
  std::string why_not_;
  std::vector<int> counters_;
};

}  // namespace assay::bench
