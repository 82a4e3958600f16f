// When the lines of a log were written: the span, lines without a time, and gaps in which nothing was logged.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "assay/instant.h"
#include "tally/overview.h"

namespace assay::tally {

// Of a part of one input, in order. Not thread safe.
class LineTimes {
 public:
  // A log in which nothing is written for longer is worth a look.
  static constexpr std::int64_t kGapSeconds = 30 * 60;

  // The next line; null if it has no time of its own and continues none.
  void add(const Instant* at);
  // The next part of the same input.
  void add(const LineTimes& later);
  void clear() noexcept { *this = {}; }

  std::uint64_t lines = 0, lines_without_time = 0;
  TimeSpan times;
  std::vector<FileCoverage::Gap> gaps;  // the first FileCoverage::kMostGaps
  std::uint64_t gap_count = 0;
  // Of the first and of the last line that has one. A gap lies between the times of two lines that follow one another.
  std::optional<Instant> begins, ends;

 private:
  void step_to(Instant at);
};

}  // namespace assay::tally
