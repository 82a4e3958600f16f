// A horizontal axis of time, in UTC.
#pragma once

#include <string>
#include <vector>

#include "assay/instant.h"

namespace assay::page {

// Places moments between two edges of a drawing. A plain value. An axis lasts at least a second, and ends with the year
// 9999.
class TimeAxis {
 public:
  // `left` and `right` are the places of `from` and `to`, in the units of the drawing.
  TimeAxis(Instant from, Instant to, double left, double right);

  // The place of `at`. Moments outside the axis have the place of its nearer end.
  double place(Instant at) const;
  bool holds(Instant at) const { return from_ <= at && at <= to_; }

  struct Tick {
    double place;
    std::string label;  // "08:00", "26 Nov", "Nov 2026", "2026"
  };
  // Marks at round times, at most `most` + 1.
  std::vector<Tick> ticks(int most) const;

 private:
  Instant from_, to_;
  double left_, right_;
};

}  // namespace assay::page
