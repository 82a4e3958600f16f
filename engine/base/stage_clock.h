// Where the time of a batch goes, by stage: laps of one clock. One for each thread; not thread safe.
#pragma once

#include <chrono>

#include "assay/stage.h"

namespace assay::base {

// Costs nothing unless enabled, and then a reading of the clock for each lap: laps are of batches, not of tokens.
class StageClock {
 public:
  // Forgets what was measured.
  void reset(bool enabled) noexcept {
    enabled_ = enabled;
    seconds_ = {};
  }

  // A lap begins now.
  void start() noexcept {
    if (enabled_) last_ = Clock::now();
  }
  // All since the latest start() or lap() belongs to `stage`.
  void lap(Stage stage) noexcept {
    if (!enabled_) return;
    const Clock::time_point now = Clock::now();
    seconds_[static_cast<std::size_t>(stage)] += std::chrono::duration<double>(now - last_).count();
    last_ = now;
  }
  void add_to(StageSeconds& sum) const noexcept {
    for (std::size_t i = 0; i < kStageCount; ++i) sum[i] += seconds_[i];
  }

 private:
  using Clock = std::chrono::steady_clock;

  bool enabled_ = false;
  Clock::time_point last_{};
  StageSeconds seconds_{};
};

}  // namespace assay::base
