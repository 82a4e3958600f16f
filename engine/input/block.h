// A piece of an input with its lines, and what one turn of a pipeline carries of input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
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

// How an input is cut into blocks (splitter.h).
enum class Cutting : std::uint8_t {
  in_records,  // each line is a record; one above the limit is a record that is too_long
  in_pieces,   // blocks are not cut into records, and a line above the limit is given in pieces
};

// A part of a file that can be read without knowing the other parts. With in_records it stands for the lines that begin
// in it, with in_pieces for its bytes.
struct Range {
  std::shared_ptr<const InputFile> file;  // null: this is no range
  std::uint64_t begin = 0, end = 0;       // bytes
  Cutting cutting = Cutting::in_records;
};

// Consecutive lines of one input, or with Cutting::in_pieces perhaps a piece of a line. A block begins as a range or as
// bytes. With Cutting::in_records it holds at most kMaxRecordsPerBlock records, which are cut from the bytes before
// they are verified; with Cutting::in_pieces it holds none, and only `text` and the numbers count. One thread at a
// time.
struct Block {
  Buffer buffer;
  // The bytes of the lines, each with its '\n', as they stand in the uncompressed file: a view into `buffer`. A UTF-8
  // byte order mark at the beginning of a file is part of the text, but not of the first record.
  std::string_view text;
  std::vector<Record> records;     // views into `text`; empty until the block is cut
  std::size_t file = 0;            // index of the input
  std::size_t line_limit = 0;      // bytes; a longer line becomes a record that is too_long
  Range range;                     // bytes that load() has still to read
  std::uint64_t first_offset = 0;  // of the first byte of `text` in the uncompressed file
  std::uint64_t first_record = 1;  // number of the first record in the run
  std::uint64_t first_line = 1;    // number of the line in the file, from 1, to which the first byte of `text` belongs
  std::uint64_t record_count = 0;  // also of a block that is not cut yet
  // Lines that end in the block. A file's last line ends with the file, even without '\n'.
  std::uint64_t line_count = 0;
  bool continues_line = false;  // `text` begins inside a line whose beginning an earlier block holds
  bool ends_mid_line = false;   // `text` ends inside a line; the next block goes on with it, or a fault cut it
  bool is_compressed = false;   // the input is
  std::uint64_t bytes = 0;      // of the input as it is stored that the block accounts for, skipped ones included
  Instant now;                  // when the block was read
  // Why the input ends with this block before its end, in a sentence that names it; empty: it does not. Such a block
  // may hold no text. The text of all blocks up to it counts.
  std::string fault;
  // What is worth telling of the input although nothing of it is lost; empty: nothing.
  std::string remark;

  // Empties the block for the next input and keeps its memory, except what one giant record took.
  void recycle(std::size_t ordinary_bytes);
  // Empties a block of an input that ended with a fault; its `bytes` stay.
  void drop() noexcept;
};

// A place between two lines of the inputs, for a run that goes on where an earlier one was.
struct Place {
  std::size_t input = 0;     // index
  std::uint64_t offset = 0;  // bytes of the uncompressed input
  std::uint64_t line = 1;    // number of the next line in the input, from 1
  std::uint64_t record = 1;  // number of the next record of the run, from 1
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
