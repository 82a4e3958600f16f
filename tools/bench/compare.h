// What changed between two runs, beyond their noise.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/report.h"

namespace assay::bench {

// A difference below this is never a change, and noise is never taken to be less than that.
inline constexpr double kChange = 0.10;
inline constexpr double kLeastNoise = 0.02;

struct Change {
  enum class Kind { same, faster, slower, only_before, only_now, not_comparable, busy };
  Case what;
  Kind kind = Kind::same;
  double before = 0, now = 0;  // ratios to plain OpenSSL, or tokens a second where a run has no ratio
  double change = 0;           // now / before - 1
  double noise = 0;            // the largest of kLeastNoise and both spreads
};

struct Comparison {
  std::vector<Change> changes;     // rows of both runs, in the order of the old one
  std::vector<std::string> notes;  // what else differs: CPU, OpenSSL, sizes
  bool slower() const noexcept;    // any row is
};

// By ratios to plain OpenSSL; by tokens a second for rows without, and only on the same CPU.
Comparison compare(const Report& before, const Report& now);

// As a table. `name` stands for the old run.
std::string comparison_text(const Comparison& comparison, std::string_view name);

}  // namespace assay::bench
