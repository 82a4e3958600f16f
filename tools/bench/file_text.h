// Reads the files that `assay bench` is given.
#pragma once

#include <cstddef>
#include <string>

#include "assay/result.h"

namespace assay::bench {

// Returns the first `most` bytes of a file, decompressed if it is gzip or zstd, or all if it has fewer. The error says
// "cannot be read: " and the system's reason; it does not name the file.
Result<std::string> read_file(const std::string& path, std::size_t most);

}  // namespace assay::bench
