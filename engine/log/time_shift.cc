#include "log/time_shift.h"

#include <algorithm>
#include <cstdlib>

namespace assay::log {
namespace {

// Rounds up, and stays within the shifts that are looked at and one beyond.
std::int64_t steps_from(std::int64_t seconds) noexcept {
  constexpr std::int64_t kBeyond = TimeShift::kMostSteps + 1;
  constexpr std::int64_t kMost = kBeyond * TimeShift::kStep;
  const std::int64_t held = std::clamp(seconds, -kMost, kMost);
  const std::int64_t down = held / TimeShift::kStep;
  return held % TimeShift::kStep > 0 ? down + 1 : down;
}

// `later - earlier`, or as much as fits.
std::int64_t difference(std::int64_t later, std::int64_t earlier) noexcept {
  std::int64_t seconds = 0;
  if (!__builtin_sub_overflow(later, earlier, &seconds)) return std::clamp(seconds, INT64_MIN / 4, INT64_MAX / 4);
  return later < earlier ? INT64_MIN / 4 : INT64_MAX / 4;
}

}  // namespace

void TimeShift::add(std::int64_t used, std::int64_t iat, std::int64_t exp) noexcept {
  if (exp < iat) return;  // it is never in time
  const std::int64_t least = difference(used, exp) - kTolerance, most = difference(used, iat) + kTolerance;
  ++state_.seen;
  if (used >= exp || most < 0) ++state_.out_of_time;
  state_.earliest = std::min(state_.earliest, iat);
  state_.latest = std::max(state_.latest, iat);
  // From the first shift that is not below `least` up to the last that is not above `most`.
  const std::int64_t first = std::max(steps_from(least), -kMostSteps);
  const std::int64_t behind = std::min(-steps_from(-most) + 1, kMostSteps + 1);
  if (first >= behind) return;
  ++state_.edges[static_cast<std::size_t>(first + kMostSteps)];
  --state_.edges[static_cast<std::size_t>(behind + kMostSteps)];
}

void TimeShift::add(const TimeShift& other) noexcept {
  state_.seen += other.state_.seen;
  state_.out_of_time += other.state_.out_of_time;
  state_.earliest = std::min(state_.earliest, other.state_.earliest);
  state_.latest = std::max(state_.latest, other.state_.latest);
  for (std::size_t i = 0; i < state_.edges.size(); ++i) state_.edges[i] += other.state_.edges[i];
}

std::optional<TimeShift::Finding> TimeShift::finding() const noexcept {
  // One token says nothing, however often it was used.
  if (state_.seen < kLeastTokens || 2 * state_.out_of_time < state_.seen || state_.earliest == state_.latest)
    return std::nullopt;
  constexpr std::int64_t kStepsOfHalfHour = 1800 / kStep;
  std::int64_t best = 0, best_fitting = -1, fitting = 0;
  const auto goes_before = [](std::int64_t shift, std::int64_t other) {
    const bool usual = shift % kStepsOfHalfHour == 0, other_usual = other % kStepsOfHalfHour == 0;
    return usual != other_usual ? usual : shift > other;
  };
  for (std::int64_t shift = -kMostSteps; shift <= kMostSteps; ++shift) {
    fitting += state_.edges[static_cast<std::size_t>(shift + kMostSteps)];
    if (std::abs(shift) < kLeastSteps) continue;
    if (fitting > best_fitting || (fitting == best_fitting && goes_before(shift, best))) {
      best = shift;
      best_fitting = fitting;
    }
  }
  const auto count = static_cast<std::uint64_t>(std::max<std::int64_t>(best_fitting, 0));
  if (20 * count < 19 * state_.seen) return std::nullopt;
  return Finding{best * kStep, count, state_.seen};
}

}  // namespace assay::log
