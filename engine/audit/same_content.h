// Finds inputs that hold the same text, such as a log and its compressed copy.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "assay/result.h"
#include "input/list.h"

namespace assay::audit {

using ContentDigest = std::array<unsigned char, 32>;

// Returns the SHA-256 of the uncompressed content of a file. The error names the file and says why it cannot be read to
// its end. A number other than 0 in `stop` ends the reading with an error.
Result<ContentDigest> content_sha256(const std::string& path, const std::atomic<int>* stop = nullptr);

// Returns for each input the index of the first one with the same uncompressed content: its own index if there is none
// before it. Equal means equal by SHA-256. Inputs that are empty, not ready, no regular files or faulty equal none.
//
// A file is read to its end only if another one begins with the same 64 KiB, and has the same size if neither is
// compressed. Memory does not grow with the files.
std::vector<std::size_t> same_content(std::span<const input::ListedInput> inputs,
                                      const std::atomic<int>* stop = nullptr);

}  // namespace assay::audit
