// The beginning of an input, from which its format is learnt.
#pragma once

#include <atomic>
#include <string>

#include "assay/result.h"
#include "input/block.h"

namespace assay::audit {

// Reads the first block of an input, without its compression. It is empty if the input is, and its `fault` is set if
// the input cannot be read. Standard input has lost these bytes afterwards. `stop` as in input::Source. The error says
// that standard input is no text.
Result<input::Block> first_block(const std::string& input, const std::atomic<int>* stop = nullptr);

}  // namespace assay::audit
