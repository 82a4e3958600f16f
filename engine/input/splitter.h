// Cuts input into blocks of lines, split only at '\n'.
//
// A last line without '\n' is a line, nothing after the last '\n' is none, and a line never crosses a file.
//
// Cutting::in_records, for verify: each line is a record. The records of an input do not depend on how its bytes arrive
// or how large a block is. A UTF-8 byte order mark at the beginning of a file is not part of its first record.
//
// Cutting::in_pieces, for audit: a block is text for a search. A line above the limit is given in pieces, so that
// memory stays flat and no byte is lost. A piece ends behind a byte that no coded token holds (ends_piece), if one
// stands in its last MiB, else anywhere: a token that is no longer than that lies in one piece. The first block
// of a pipe holds 64 KiB, or all that comes, because formats are learnt from it.
//
// A plain file with a name is only dealt out here, in ranges; range.h reads and cuts them in the thread of their turn,
// since one thread could not read as fast as many verify. Everything else (pipes, standard input, compressed files) is
// read and cut here, as it comes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "assay/result.h"
#include "assay/stream.h"
#include "input/block.h"
#include "input/source.h"

namespace assay::input {

inline constexpr std::size_t kBlockBytes = 256u << 10;
// Of in_pieces: a block, and the longest line that is given whole in any case.
inline constexpr std::size_t kPieceBlockBytes = 1u << 20;
inline constexpr std::size_t kPieceLineLimit = 16u << 20;
// Where a piece of a line may end well is looked for in so many of its last bytes.
inline constexpr std::size_t kPieceTail = 1u << 20;
// White space and a scheme around a token of the greatest length.
inline constexpr std::size_t kLineSlack = 4096;
// A record of NDJSON may be this long even if the longest token is much shorter.
inline constexpr std::size_t kMinNdjsonLine = 1u << 20;

// The longest line, in bytes, that is held and looked at.
std::size_t max_line_bytes(InputFormat format, std::size_t max_token_bytes) noexcept;

// Whether a record is one of JSON: it begins with '{', after white space that JSON allows or the
// record separator of RFC 7464.
bool begins_object(std::string_view record) noexcept;

std::string_view without_byte_order_mark(std::string_view text) noexcept;

// Whether a byte is never part of a token, however it is coded: a blank, a tab, '\n', or one of " , < > { } ( ) ; |
constexpr bool ends_piece(char byte) noexcept {
  return std::string_view(" \t\n\",<>{}();|").find(byte) != std::string_view::npos;
}

struct SplitterOptions {
  Cutting cutting = Cutting::in_records;
  // Bytes, without the '\n'. in_records: a longer line is too long. in_pieces: a line up to this is given whole; of a
  // longer one, up to line_limit + block_bytes may be.
  std::size_t line_limit = 0;
  std::size_t block_bytes = kBlockBytes;  // a block grows beyond it only to the end of a line
  // Bytes of the first input, uncompressed, that are left out. A line begins behind them.
  std::uint64_t skipped = 0;
};
// For verify, with the limit of max_line_bytes.
SplitterOptions in_records(InputFormat format, std::size_t max_token_bytes,
                           std::size_t block_bytes = kBlockBytes) noexcept;
// For audit. A block holds at most block_bytes + line_limit.
SplitterOptions in_pieces(std::size_t line_limit = kPieceLineLimit,
                          std::size_t block_bytes = kPieceBlockBytes) noexcept;

// Not thread safe. Keeps no more than a block, or the longest line allowed, between calls.
class Splitter {
 public:
  Splitter(Source& source, SplitterOptions options);

  enum class Outcome {
    block,
    nothing,  // a signal came while waiting, or there is no input yet and `wait` is false: call again
    end,      // of all inputs
    stopped,  // by Source::stopping
  };
  // Fills an empty block: with the range of a file that load() is to read; or from anything else with block_bytes or
  // what is there as soon as it holds a line. With any other outcome the block holds no line, but its `bytes` may count
  // bytes that were skipped. Waits for input, and for somebody to open a named pipe, only if `wait`.
  //
  // An input that cannot be opened, read or decompressed to its end gives a last block with a `fault`, and the next
  // input follows. A line that the fault cut off is not given with in_records; with in_pieces it is, as a piece that
  // ends_mid_line. The error ends the run: standard input or a pipe holds no
  // text, or no descriptor is left.
  Result<Outcome> next(Block& block, bool wait = true);

  // SplitterOptions::line_limit.
  std::size_t line_limit() const noexcept { return options_.line_limit; }

 private:
  // The steps of next(). A step returns what next() does, or nullopt if another step has to follow.
  using Step = Result<std::optional<Outcome>>;
  Step open(Block& block, bool wait);
  Step end_input(Block& block, std::string fault);
  Step deal_out(Block& block);
  Step read(Block& block, bool wait);
  Step give(Block& block);

  Result<void> end_piece(Block& block);
  Result<std::string_view> look(std::uint64_t at, std::uint64_t bytes);
  std::size_t cut_records(Block& block);
  std::size_t cut_piece(Block& block);
  void skip_to_newline(Buffer& buffer) noexcept;
  void skip_bytes(Buffer& buffer) noexcept;
  void account(std::size_t bytes) noexcept;

  Source& source_;
  SplitterOptions options_;
  std::string rest_;               // of the open input: bytes that were read and not given yet
  std::uint64_t unaccounted_ = 0;  // bytes skipped and not yet counted in a block

  // The open input.
  bool open_ = false;
  bool ended_ = false;         // it gave its last byte
  bool skipping_ = false;      // in the tail of a line that was too long
  bool mid_line_ = false;      // the next block goes on with the line that the last one began
  bool at_beginning_ = false;  // nothing of it was cut yet
  std::uint64_t offset_ = 0;   // of the next byte to give, in the uncompressed input; not of a file dealt out
  std::string fault_;          // why it ended

  std::uint64_t to_skip_ = 0;  // bytes of the open input, which is no plain file, that are still to be left out

  // What is left of the file that is being dealt out; no file: none is.
  Range dealing_;
  bool end_known_ = false;          // dealing_.end is where the last range ends, however the file grows
  std::uint64_t newline_free_ = 0;  // no line ends between the last range looked at and this offset
  Buffer window_;                   // bytes around the end of a range of in_pieces
};

}  // namespace assay::input
