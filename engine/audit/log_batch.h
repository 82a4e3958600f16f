// The unit of work of an audit: a block of a log with the tokens found in it, and what the stages make of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/instant.h"
#include "base/arena.h"
#include "log/format.h"
#include "log/joining.h"
#include "log/line_facts.h"
#include "stream/batch.h"
#include "writers/occurrence.h"

namespace assay::audit {

// The moment of a line.
struct LineMoment {
  std::optional<Instant> at;
  bool repeated = false;             // the local time exists twice; `at` is the first
  std::string_view unreadable = {};  // what stands in the time's place, if it could not be read
};

// A moment that outlives its block.
struct KnownMoment {
  std::optional<Instant> at;
  bool repeated = false;
  std::string unreadable;
};

// A token in a log. Views into the block, its joined lines or the batch's arena.
struct Hit {
  std::string_view token = {};  // codings undone
  writers::Occurrence occurrence = {};
  std::size_t file = 0;    // index of the input
  std::uint64_t line = 0;  // from 1
  LineMoment moment = {};
  bool on_open_line = false;        // on the part of a line that an earlier block began
  bool takes_earlier_time = false;  // its line continues a record whose time an earlier block may hold
  std::string_view line_text = {};  // of the line, or of an event on it
};

// Bytes of a block, half-open.
struct ByteRange {
  std::size_t begin = 0, end = 0;
};

// From this byte of the block on, lines have another format.
struct FormatChange {
  std::size_t at = 0;
  std::shared_ptr<const log::FileFormat> format;
};

// A line that a container runtime had split, put together again.
struct JoinedText {
  std::string text;
  std::vector<log::Piece> pieces;
  std::string facts_line;  // the first piece's whole line
  std::size_t at = 0;      // the block's bytes up to the end of the last piece
  std::size_t file = 0;    // index of the input
  std::shared_ptr<const log::FileFormat> format;
};

// What stands at the end of a block that lines of later blocks may need.
struct BlockEnd {
  std::optional<LineMoment> moment;  // of the last line that names a time in its place
  std::uint64_t hits_on_last = 0;    // tokens on the last line
  // Of the last line, if it begins here and goes on in the next block.
  log::LineFacts last_facts;
  LineMoment last_moment;
  bool last_takes_earlier_time = false;
};

// One thread at a time; reused for the next turn.
struct LogBatch : stream::Batch {
  bool is_last = false;  // the turn behind the last block; it has no text
  // What LineArranger says of the block.
  std::shared_ptr<const log::FileFormat> format;  // of its first line
  std::vector<FormatChange> changes;              // of format, in order
  bool has_times = false;                         // lines of this file have times
  std::string_view time_place;                    // where, for people; lives as long as the survey
  std::vector<ByteRange> kept_lines;              // lines that are pieces of joined ones, in order
  std::vector<JoinedText> joined;                 // in order of `at`

  bool is_between_lines = true;      // no piece of a line waits for others behind this block
  std::string directive;             // the latest of the file, up to the block's end
  std::optional<KnownMoment> known;  // what LineLinker knows behind this block

  base::Arena arena;
  std::vector<Hit> hits;  // in order
  BlockEnd end;
  std::uint64_t other_credentials = 0;
  std::uint64_t repeated_hours = 0;
  std::uint64_t first_record = 1;  // number of the first token in the run

  // Empties the batch for the next turn and keeps its memory, except what giant lines took.
  void recycle(std::size_t ordinary_bytes);
};

}  // namespace assay::audit
