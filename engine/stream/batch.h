// The unit of work: a block of input with its records as views, and what the stages make of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "assay/instant.h"
#include "stream/buffer.h"
#include "stream/source.h"
#include "stream/summary.h"

namespace assay::stream {

// One unit of input that should hold a token.
struct Record {
  std::string_view text;  // the line without its '\n'; empty when too long
  bool too_long = false;  // longer than the splitter's limit
};

// A part of a file: the records that begin in it. Who reads it needs to know nothing of the other parts.
struct Range {
  std::shared_ptr<const InputFile> file;  // null: nothing is left to read
  std::uint64_t begin = 0, end = 0;       // bytes
  std::size_t line_limit = 0;             // lines that are longer are given as too long
};

// All records are of one file and follow one another. One thread at a time; reused for the next block.
struct Batch {
  Buffer buffer;
  std::vector<Record> records;     // views into `buffer`
  std::size_t file = 0;            // index of the input
  std::uint64_t first_record = 1;  // number of records[0] in the run
  std::uint64_t first_line = 1;    // and in its file
  Range range;                     // what load() has still to read
  std::uint64_t record_count = 0;  // records[0] and those behind it, also those that load() has still to read
  std::uint64_t bytes = 0;         // of input consumed for this batch, skipped ones included
  Instant now;                     // when the batch was read

  Buffer output;  // verdicts, in order
  Counts counts;
  Tally tally;

  // Empties the batch for the next block. Memory that one giant record took is given back.
  void recycle(std::size_t ordinary_bytes);
};

}  // namespace assay::stream
