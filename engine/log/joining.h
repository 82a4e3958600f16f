// Joins lines that a container runtime split: CRI lines with the tag P, Docker records whose "log" does not end in a
// line break, and journald records whose MESSAGE is an array of numbers.
//
// A Joiner is fed the lines of one file in order. Not thread safe. For each of the two streams it holds at most
// kMostJoinedBytes of text and one line more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "log/format.h"

namespace assay::log {

// A joined line that reaches one of these is given out in parts.
inline constexpr std::size_t kMostJoinedBytes = 16 << 20;
inline constexpr std::size_t kMostPieces = 1 << 18;

// Where a part of a joined text comes from.
struct Piece {
  std::uint64_t line_number = 0;
  std::uint64_t offset = 0;  // of the piece's line, in bytes from the start of the file
  std::size_t begin = 0;     // of the piece's text in the joined text
};

// A line put together. Its views live until the next call of the joiner.
struct JoinedLine {
  std::string_view text;          // what the program wrote: without tags, JSON escapes undone
  std::span<const Piece> pieces;  // in order, at least one
  std::string_view facts_line;    // the first piece's whole line, for the time
  bool cut = false;               // it reached a limit and goes on in the next joined line of its stream
};

class Joiner {
 public:
  explicit Joiner(Joining joining) : joining_(joining) {}

  enum class Outcome : std::uint8_t {
    whole,   // the line stands for itself; search it as it is
    kept,    // it is a piece; it comes back inside a joined line
    joined,  // it completed joined(), or made a line so long that a part of it is given out
  };
  // Takes the next line, without its line break. Throws only std::bad_alloc.
  Outcome feed(std::string_view line, std::uint64_t line_number, std::uint64_t offset);
  // The line that feed() or flush() completed.
  const JoinedLine& joined() const noexcept { return joined_; }
  // Whether no piece waits for others.
  bool is_empty() const noexcept { return streams_[0].pieces.empty() && streams_[1].pieces.empty(); }
  // At the end of a file: true if a line was still incomplete. It is then joined(); call again until false.
  bool flush();

 private:
  // The pieces of one stream.
  struct Stream {
    std::string text, facts_line;
    std::vector<Piece> pieces;
  };
  // What a line is to the joiner.
  struct Part {
    bool is_part = false;     // false: the line is not of the joined format
    bool is_last = true;      // the text ends here
    bool is_unusual = false;  // whole, but its text cannot be searched as it stands on the line
    unsigned stream = 0;      // 0 stdout and others, 1 stderr
    std::string_view text;    // in the line or in the arena
  };
  Part part_of(std::string_view line);
  Part docker_part(std::string_view line);
  Part journald_part(std::string_view line);
  void give_out(Stream& stream, bool cut);

  Joining joining_;
  Stream streams_[2];
  Stream given_;  // what joined_ refers to
  JoinedLine joined_;
  base::Arena arena_;
};

}  // namespace assay::log
