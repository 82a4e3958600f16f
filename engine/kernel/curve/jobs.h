// The jobs of a pass in lanes, and their outcomes from its masks.
#pragma once

#include "kernel/curve/tower.h"
#include "kernel/kernel.h"

namespace assay::kernel {
namespace {  // see tower.h

// The jobs of a pass, in groups of as many as there are lanes. Idle lanes of the last group repeat the last job.
template <Lanes L>
struct PassJobs {
  static constexpr std::size_t kLanes = L::kCount;
  using Mask = typename L::Mask;

  const CurveJob* jobs;
  std::size_t count;  // at least 1

  std::size_t groups() const noexcept { return (count + kLanes - 1) / kLanes; }
  [[gnu::always_inline]] const CurveJob& at(std::size_t group, std::size_t lane) const noexcept {
    const std::size_t i = group * kLanes + lane;
    return jobs[i < count ? i : count - 1];
  }

  // Writes the outcomes of a group. `bad` lanes were out of range before the computation; the sums of `exceptional`
  // lanes cannot be trusted.
  void decide(std::size_t group, Mask bad, Mask exceptional, Mask equal, Outcome* outcomes) const noexcept {
    for (std::size_t l = 0; l < kLanes && group * kLanes + l < count; ++l) {
      const auto in = [l](Mask mask) noexcept { return ((mask >> l) & 1u) != 0; };
      Outcome& outcome = outcomes[group * kLanes + l];
      outcome = Outcome::invalid;
      if (in(bad)) continue;
      if (in(exceptional)) {
        outcome = Outcome::exceptional;
      } else if (in(equal)) {
        outcome = Outcome::valid;
      }
    }
  }
};

// Calls pass(jobs, outcomes) for at most kPass jobs at a time.
template <Lanes L, std::size_t kPass, class Pass>
inline void in_passes(const CurveJob* jobs, std::size_t count, Outcome* outcomes, Pass&& pass) noexcept {
  while (count > 0) {
    const std::size_t now = count < kPass ? count : kPass;
    pass(PassJobs<L>{jobs, now}, outcomes);
    jobs += now;
    outcomes += now;
    count -= now;
  }
}

}  // namespace
}  // namespace assay::kernel
