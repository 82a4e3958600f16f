// The changes between two runs that are larger than their noise.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bench/report.h"

namespace assay::bench {

// A smaller difference is never a change.
inline constexpr double kChange = 0.10;
// The noise of a row is at least this.
inline constexpr double kLeastNoise = 0.02;
// If both runs have this many repetitions, chance separates them completely in only one row of 70, and mostly by less
// than kChange. With fewer repetitions a row is never called faster or slower.
inline constexpr std::size_t kLeastRepetitions = 4;

struct Change {
  enum class Kind { same, faster, slower, only_before, only_now, not_comparable, busy, too_few };
  Case what;
  Kind kind = Kind::same;
  double before = 0, now = 0;  // ratios to plain OpenSSL; tokens a second if either run has no ratio
  double change = 0;           // now / before - 1
  double noise = 0;            // the largest of kLeastNoise and both spreads
  bool apart = false;          // every repetition of one run lies beyond every repetition of the other
};

struct Comparison {
  std::vector<Change> changes;     // the rows of both runs, in the order of the old one
  std::vector<std::string> notes;  // a line each: other differences, such as CPU, OpenSSL, sizes
  // Whether any row became slower.
  bool slower() const noexcept;
};

// Compares rows by their ratios to plain OpenSSL. A row is faster or slower if its median changed by kChange and by
// more than the noise, both runs have kLeastRepetitions, and their repetitions lie apart. Rows without a ratio are
// compared by tokens a second, and only if both runs had the same CPU.
Comparison compare(const Report& before, const Report& now);

// The comparison as a table. `name` stands for the old run.
std::string comparison_text(const Comparison& comparison, std::string_view name);

}  // namespace assay::bench
