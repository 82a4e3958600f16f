// What every run counts, also without a summary: its verdicts by reason and by algorithm, and the unknown kids.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assay/algorithm.h"
#include "assay/reason.h"
#include "assay/stream.h"
#include "base/keyed_hash.h"
#include "jose/token_verdict.h"

namespace assay::stream {

// Verdicts of a batch or a run. A rejected record counts under the reason that decided.
struct Counts {
  std::uint64_t accepted = 0, rejected = 0;
  std::uint64_t far_expiry = 0;  // accepted tokens that expire beyond the year 2200, if ever: exp in milliseconds?
  std::array<std::uint64_t, kReasonCount> by_reason{};
  std::array<std::uint64_t, kAlgorithmCount> by_algorithm{};  // names that are none do not count

  std::uint64_t records() const noexcept { return accepted + rejected; }
  void count(const jose::TokenVerdict& verdict) noexcept {
    if (verdict.reasons.empty()) {
      ++accepted;
      far_expiry += is_far(verdict.expires_at);
    } else {
      ++rejected;
      ++by_reason[static_cast<std::size_t>(verdict.reasons.first())];
    }
  }
  void count_algorithm(const jose::TokenVerdict& verdict) noexcept {
    const auto algorithm = verdict.has_alg ? algorithm_from_string(verdict.alg) : std::nullopt;
    if (algorithm) ++by_algorithm[static_cast<std::size_t>(*algorithm)];
  }
  void add(const Counts& other) noexcept;

 private:
  // `seconds` is a decimal integer without leading zeros, or empty.
  static bool is_far(std::string_view seconds) noexcept {
    constexpr std::string_view kYear2200 = "7258118400";
    return seconds.size() > kYear2200.size() ? seconds.front() != '-'
                                             : seconds.size() == kYear2200.size() && seconds >= kYear2200;
  }
};

// Accepted and rejected records for each value of one property, values in order of first appearance.
class Dimension {
 public:
  struct Cell {
    std::uint64_t accepted = 0, rejected = 0;
    void count(bool valid) noexcept { ++(valid ? accepted : rejected); }
    void add(const Cell& other) noexcept {
      accepted += other.accepted;
      rejected += other.rejected;
    }
  };
  // Distinct values that a run keeps; records of later ones count as `other`, so that totals stay exact.
  static constexpr std::size_t kMaxValues = 10000;
  // Bytes kept of a value; a longer one is cut at a character and ends in "…".
  static constexpr std::size_t kMaxValueBytes = 256;

  // Counts a record of a batch. Every value is kept here, since the run may know a value that is new in the batch; the
  // records of a batch bound their number.
  void count(std::string_view value, bool valid);
  // Puts back what values(), other() and absent() gave.
  void restore(std::vector<std::pair<std::string, Cell>> values, Cell other, Cell absent);
  // Adds the counts of records that come later. Values beyond `max_values` count as `other`.
  void add(const Dimension& later, std::size_t max_values = kMaxValues);
  void clear() noexcept;

  const std::vector<std::pair<std::string, Cell>>& values() const noexcept { return values_; }
  const Cell& other() const noexcept { return other_; }
  const Cell& absent() const noexcept { return absent_; }

 private:
  Cell& cell(std::string_view value, std::size_t max_values);

  std::vector<std::pair<std::string, Cell>> values_;
  base::KeyedMap<std::string, std::size_t> index_;
  std::size_t latest_ = 0;  // index of the value counted latest
  Cell other_, absent_;
};

// Whether a run counts what its summary shows.
inline bool needs_tally(const StreamOptions& options) noexcept {
  return !options.summary.empty() || !options.report.empty();
}

}  // namespace assay::stream
