#include "tally/line_times.h"

namespace assay::tally {

// Looks for a gap between the line before and one at this time.
void LineTimes::step_to(Instant at) {
  if (!ends || at <= Instant{ends->seconds + kGapSeconds, ends->nanoseconds}) return;
  ++gap_count;
  if (gaps.size() < FileCoverage::kMostGaps) gaps.push_back({*ends, at});
}

void LineTimes::add(const Instant* at) {
  ++lines;
  if (at == nullptr) {
    ++lines_without_time;
    return;
  }
  step_to(*at);
  times.add(*at);
  if (!begins) begins = *at;
  ends = *at;
}

void LineTimes::add(const LineTimes& later) {
  if (later.begins) step_to(*later.begins);
  lines += later.lines;
  lines_without_time += later.lines_without_time;
  times.add(later.times);
  gap_count += later.gap_count;
  for (const FileCoverage::Gap& gap : later.gaps) {
    if (gaps.size() < FileCoverage::kMostGaps) gaps.push_back(gap);
  }
  if (!begins) begins = later.begins;
  if (later.ends) ends = later.ends;
}

}  // namespace assay::tally
