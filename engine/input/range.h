// Reads ranges of files and cuts them into records. Any thread may do so; the splitter deals the ranges out.
#pragma once

#include <vector>

#include "assay/result.h"
#include "input/block.h"

namespace assay::input {

// Reads the block's range and cuts its records. If the range holds more than a block may, the rest is appended to
// `overflow` as blocks that are counted and not cut: cut() makes their records, in whatever thread verifies them. A
// file that has become shorter since the range was dealt out is an error. The error names the file.
Result<void> load(Block& block, std::vector<Block>& overflow);

// Makes the records of a block that load() left uncut; does nothing to any other.
void cut(Block& block);

}  // namespace assay::input
