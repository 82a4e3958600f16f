// A piece of input with its records as views, and what one turn of a pipeline carries of input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "assay/instant.h"
#include "input/buffer.h"
#include "input/source.h"

namespace assay::input {

// A block holds no more records than this, however short they are.
inline constexpr std::size_t kMaxRecordsPerBlock = 16384;

// One unit of input that should hold a token.
struct Record {
  std::string_view text;   // the line without its '\n'; empty when too long
  bool too_long = false;   // longer than the block's line_limit
  bool is_object = false;  // of a record that is too long: whether it begins like a JSON object
};

// A part of a file: the records that begin in it. It can be read without knowing the other parts.
struct Range {
  std::shared_ptr<const InputFile> file;  // null: this is no range
  std::uint64_t begin = 0, end = 0;       // bytes
};

// A piece of input: at most kMaxRecordsPerBlock records of one file that follow one another. A block begins as a range
// or as bytes, and its records are cut from the bytes before they are verified. One thread at a time.
struct Block {
  Buffer buffer;
  std::vector<Record> records;     // views into `buffer`; empty until the block is cut
  std::size_t file = 0;            // index of the input
  std::size_t line_limit = 0;      // bytes; a longer line becomes a record that is too_long
  Range range;                     // bytes that load() has still to read
  std::uint64_t first_record = 1;  // number of the first record in the run
  std::uint64_t first_line = 1;    // number of its line in the file
  std::uint64_t record_count = 0;  // also of a block that is not cut yet
  std::uint64_t bytes = 0;         // of input that the block accounts for, skipped ones included
  Instant now;                     // when the block was read

  // Empties the block for the next input and keeps its memory, except what one giant record took.
  void recycle(std::size_t ordinary_bytes);
};

// What one turn of a pipeline carries of input. One thread at a time; reused for the next turn.
struct Turn {
  enum class Load : std::uint8_t {
    nothing,  // the turn takes over a block that an earlier turn left (see block_queue.h)
    block,    // bytes, cut into records
    range,    // a range of a file, which may turn out to hold several blocks
  };
  Load load = Load::nothing;    // what the reader put in
  Block block;                  // after the queue: the block to work on
  std::vector<Block> overflow;  // further blocks of the same range, not cut yet

  // Empties the turn for the next input and keeps its memory, except what one giant record took.
  void recycle(std::size_t ordinary_bytes);
};

}  // namespace assay::input
