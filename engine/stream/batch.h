// The unit of work of verify: a block of input with its records as views, and what the stages make of it.
#pragma once

#include <cstddef>

#include "input/block.h"
#include "stream/diagnosis.h"
#include "stream/summary.h"

namespace assay::stream {

using input::Block;
using input::Buffer;
using input::Record;

// What one turn of the pipeline carries from stage to stage. One thread at a time; reused for the next turn.
struct Batch : input::Turn {
  Buffer output;  // verdicts, in order
  Counts counts;
  Tally tally;
  Diagnosis diagnosis;

  // Empties the batch for the next turn and keeps its memory, except what giant records took.
  void recycle(std::size_t ordinary_bytes);
};

}  // namespace assay::stream
