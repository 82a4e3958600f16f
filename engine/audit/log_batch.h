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

struct JoinedText;
struct OpenLine;

// A line with tokens, or an event on it. Views into the block, its joined lines or the arenas of the hits. Of what it
// says only the time is read, since most tokens need no more: HitReader reads the rest.
struct HitLine {
  std::size_t file = 0;      // index of the input
  std::uint64_t number = 0;  // from 1
  LineMoment moment = {};
  bool on_open_line = false;                // on the part of a line that an earlier block began
  bool takes_earlier_time = false;          // continues a record whose time an earlier block may hold
  std::string_view text = {};               // of the line, or of the event
  const JoinedText* joined = nullptr;       // what was searched; null: the block
  std::size_t begin = 0;                    // of the line in what was searched
  const log::FileFormat* format = nullptr;  // of the line; null: nothing can be read of it
  const log::LineFacts* facts = nullptr;    // of an event; null: not read
  const OpenLine* open = nullptr;           // of a line on_open_line: what complete() knows of it
};

// A token in a log. Logs may hold one in every ten bytes, so it is small.
struct Hit {
  std::string_view token = {};  // codings undone: a view into the text, or into the arena of the hits
  std::size_t begin = 0;        // in what was searched
  std::uint64_t offset = 0;     // bytes from the beginning of the uncompressed file
  std::uint64_t length = 0;     // bytes of the original text
  std::uint64_t nth = 1;        // of the tokens on its line that stand in this block
  std::uint32_t line = 0;       // index into Hits::lines
  std::uint8_t decoded = 0;     // bits of log::Coding
};

// Tokens that follow one another, with what their lines say.
struct Hits {
  std::vector<Hit> tokens;  // in order
  std::vector<HitLine> lines;
  // What was written anew of tokens, and of lines. There are two of lines, because a line may go on behind these hits.
  base::Arena token_texts, line_texts[2];

  void clear() noexcept {
    tokens.clear();
    lines.clear();
    token_texts.reset();
    for (base::Arena& texts : line_texts) texts.reset();
  }
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

// The line that a block continues, as far as earlier blocks hold it.
struct OpenLine {
  std::uint64_t hits = 0;  // tokens on it
  KnownMoment moment;
  std::string client, method, path;
  std::uint16_t status = 0;
};

// The tokens of one input in a batch. Joined lines may be of an earlier input than the block.
struct FileHits {
  std::size_t file = 0;
  std::uint64_t count = 0;
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

  // What TokenSearch says of the block.
  base::Arena arena;
  // All hits, unless there are too many to keep; then there are none, and whoever needs them searches once more.
  Hits hits;
  bool holds_hits = true;
  std::uint64_t hit_count = 0;
  std::vector<FileHits> hits_by_file;
  BlockEnd end;
  std::uint64_t other_credentials = 0;

  // What LineLinker says of it.
  std::uint64_t first_record = 1;      // number of the first token in the run
  OpenLine open_line;                  // if the block continues a line
  std::optional<KnownMoment> earlier;  // of the last line before the block that names a time

  // What JudgeStage says of it.
  std::uint64_t judged = 0;  // hits that have their verdicts
  std::uint64_t repeated_hours = 0;

  // Empties the batch for the next turn and keeps its memory, except what giant lines took.
  void recycle(std::size_t ordinary_bytes);
};

}  // namespace assay::audit
