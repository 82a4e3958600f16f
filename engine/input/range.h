// Reads ranges of files, and with Cutting::in_records cuts them into records. Any thread may do so; the splitter deals
// the ranges out.
#pragma once

#include <vector>

#include "input/block.h"

namespace assay::input {

// Reads the block's range.
//
// With in_records it cuts the records, too. If the range holds more than a block may, the rest is appended to
// `overflow` as blocks that are counted and not cut: cut() makes their records, in whatever thread verifies them. With
// in_pieces the block has its text and its count of lines afterwards, and `overflow` stays as it is.
//
// If the range cannot be read to its end, the block, or the last one of `overflow`, has a fault: the file has become
// shorter since the range was dealt out, or its disk fails. The lines that were read whole count.
void load(Block& block, std::vector<Block>& overflow);

// Makes the records of a block that load() left uncut; does nothing to any other.
void cut(Block& block);

}  // namespace assay::input
