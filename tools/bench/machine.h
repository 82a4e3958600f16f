// The machine that a measurement runs on, and the means of a steady measurement: pinning to cores, a cycle counter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay::bench {

// A description for readers and for comparisons. A plain value.
struct Machine {
  std::string cpu;       // "AMD EPYC 9354"
  int cores = 0;         // the number that this process may use
  std::string features;  // "avx2 avx512 vbmi ifma sha", or "none"
  std::string system;    // "Linux 6.1.0"
  std::string openssl;
  std::string assay;  // version
  std::string build;  // compiler and whether it optimised
  std::string lanes;  // what the lanes run on: "ifma", "avx512f", "fma", "portable"
};

// `cores` is left at 0; Pinning knows the number.
Machine this_machine();

// Pins all threads of the process to some of its cores; the destructor allows all cores again. Not thread safe.
class Pinning {
 public:
  Pinning();
  ~Pinning();
  Pinning(const Pinning&) = delete;
  Pinning& operator=(const Pinning&) = delete;

  // The cores that the process may use. One logical core of each physical core comes first, then the others.
  const std::vector<int>& cores() const noexcept { return cores_; }
  // Pins all threads, and those that they start later, to the first `count` cores, or to all. False if the system
  // refuses.
  bool pin(std::size_t count);
  // Seconds that the first `count` cores have been busy since the system started, for any program. 0 if the system
  // does not say.
  double busy_seconds(std::size_t count) const;

 private:
  std::vector<int> cores_;
};

// Counts the cycles that all threads of the process spend in user space (perf_event_open). Not thread safe.
class CycleCounter {
 public:
  CycleCounter();

  // Whether this system counts cycles. If not, why_not() is a sentence that says why.
  bool available() const noexcept { return why_not_.empty(); }
  const std::string& why_not() const noexcept { return why_not_; }

  void start();
  // The cycles since start(), or nothing if they cannot be counted.
  std::optional<double> stop();

 private:
  std::string why_not_;
  std::vector<int> counters_;
};

}  // namespace assay::bench
