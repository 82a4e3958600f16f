// SHA-256 of the inputs as they are stored, for the manifest of a summary.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "tally/overview.h"

namespace assay::stream {

struct FileDigest {
  std::uint64_t bytes = 0;
  std::string sha256;  // hexadecimal; empty: no regular file, or it cannot be read to its end, or the run was stopped
};

// Of each path, by all cores. `stop` (null: none): ends the reading as soon as it holds a signal's number.
std::vector<FileDigest> file_digests(const std::vector<std::string>& paths, const std::atomic<int>* stop);

// Adds digests[i] to files[i].
void add_digests(const std::vector<FileDigest>& digests, std::vector<tally::FileCoverage>& files);

}  // namespace assay::stream
