// Reads the summaries that `assay report` is given.
#pragma once

#include <string>
#include <vector>

#include "assay/result.h"
#include "tally/summary.h"

namespace assay::cli {

// Reads the text of a file as read_summary_file does, without its compression.
Result<std::string> read_summary_text(const std::string& path);

// Reads a summary of --summary or of `assay report -o all.json`: a file, also gzip or zstd, or a pipe that a shell
// gives for <(command). The error names the file and the mend.
Result<tally::Summary> read_summary_file(const std::string& path);

struct MergedSummaries {
  tally::Summary summary;
  std::vector<std::string> notes;  // what a person should know of the files: that one is given twice
};
// Reads and merges the files. One whose bytes are those of an earlier one counts once. There is at least one.
Result<MergedSummaries> merge_summary_files(const std::vector<std::string>& paths);

}  // namespace assay::cli
