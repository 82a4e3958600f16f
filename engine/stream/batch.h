// The unit of work of verify: a block of input with its records as views, and what the stages make of it.
#pragma once

#include <cstddef>

#include "input/block.h"
#include "stream/diagnosis.h"
#include "stream/summary.h"
#include "tally/line_times.h"
#include "tally/tally.h"

namespace assay::stream {

using input::Block;
using input::Buffer;
using input::Record;

// What one turn of the pipeline carries from stage to stage. One thread at a time; reused for the next turn.
struct Batch : input::Turn {
  Buffer output;  // verdicts, in order
  Counts counts;
  tally::Tally tally{tally::Tally::Part()};
  Diagnosis diagnosis;
  tally::LineTimes line_times;  // only of logs, for a summary

  // Empties the batch for the next turn and keeps its memory, except what giant records took.
  void recycle(std::size_t ordinary_bytes);
};

}  // namespace assay::stream
