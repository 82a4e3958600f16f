// What a reader is to do with the figures: sentences, and the cores that a rate takes.
#pragma once

#include <string>
#include <vector>

#include "bench/report.h"

namespace assay::bench {

// Sentences about the rows of one thread: what is fastest, what costs more, where assay gains nothing here, and what
// the CPU lacks. Empty if there is nothing to compare.
std::vector<std::string> advice_of(const Report& report);

// The cores that a rate of tokens a second takes.
struct Cores {
  const Row* row = nullptr;  // the fastest of one core for this algorithm or file; in the report
  double cores = 0;
};
// One for each algorithm, or for the file, in the order of the report. Empty if settings.rate is 0.
std::vector<Cores> cores_for_rate(const Report& report);

}  // namespace assay::bench
