// Whether the times of lines are off, as the times of a wrong zone are, by the tokens on the lines.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

namespace assay::log {

// A token is used between its iat and its exp. If the times of lines are off by a shift s, their tokens seem to be used
// between iat + s and exp + s instead. So each token fits the shifts from `used - exp` to `used - iat`, and the shift
// of a wrong zone, a multiple of a quarter of an hour, is one that nearly all tokens fit. How long the tokens live does
// not matter. A log whose times are right is never said to be off: its tokens fit the shift 0, unless most of them were
// really used out of time, and those of an attacker who keeps old tokens for a while fit no common shift.
//
// Counts can be added in any order. Not thread safe.
class TimeShift {
 public:
  static constexpr std::int64_t kStep = 900;          // seconds
  static constexpr std::int64_t kMostSteps = 14 * 4;  // no two zones in use differ by more in one direction
  static constexpr std::int64_t kLeastSteps = 2;      // less may be a clock that is wrong
  static constexpr std::int64_t kTolerance = 60;      // seconds by which clocks may differ
  static constexpr std::uint64_t kLeastTokens = 5;    // fewer show nothing
  static constexpr std::size_t kShifts = 2 * kMostSteps + 1;

  // The counts, for a run that goes on later.
  struct State {
    std::uint64_t seen = 0, out_of_time = 0;                // tokens
    std::int64_t earliest = INT64_MAX, latest = INT64_MIN;  // iat
    // Tokens that begin to fit with this shift, less those that end to fit before it.
    std::array<std::int64_t, kShifts + 1> edges{};
  };

  // A token with these claims that was used on a line of this time. Unix seconds.
  void add(std::int64_t used, std::int64_t iat, std::int64_t exp) noexcept;
  void add(const TimeShift& other) noexcept;
  void clear() noexcept { state_ = {}; }
  const State& state() const noexcept { return state_; }
  void restore(const State& state) noexcept { state_ = state; }

  struct Finding {
    std::int64_t seconds;         // by which the times are too late; negative: too early
    std::uint64_t fitting, seen;  // tokens
  };
  // Nothing if the times seem to be right, or nothing can be said: at least half of the tokens must be out of time, and
  // nineteen of twenty fit one shift. Of several that as many fit, half and whole hours go first, then the one at which
  // the tokens are used soonest after their iat, as most are.
  std::optional<Finding> finding() const noexcept;

 private:
  State state_;
};

}  // namespace assay::log
