// The summary of a run, or of several: what was counted, what was read, with which keys and options.
//
// Summaries add up: the summary of parts, in any order, is the summary of the whole, but for the list of runs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "assay/result.h"
#include "tally/overview.h"
#include "tally/tally.h"

namespace assay::tally {

struct Summary {
  std::vector<RunRow> runs;
  Tally tally;
  std::vector<FileCoverage> files;
  std::vector<KeyRow> keys;  // `uses` is not used
  std::uint64_t bytes = 0;
  std::uint64_t other_credentials = 0, repeated_hours = 0;
  std::uint64_t published_private_keys = 0;  // the most of any run
};

void merge(Summary& into, const Summary& from);
// Puts runs, files and keys in the order that every summary has, and keeps equal keys once.
void tidy(Summary& summary);
// What it shows: rows in order, replays, the uses of compromised keys.
Overview overview(const Summary& summary);

// The document {"assay_summary":2,"run":{...},"records":N,...}; README.md of this folder names its members.
std::string summary_json(const Summary& summary);
// The error names `name`.
Result<Summary> read_summary(std::string_view json, std::string_view name);

}  // namespace assay::tally
