// Cuts input into records: one a line, split only at '\n'.
//
// A last line without '\n' is a record, nothing after the last '\n' is none, and a record never crosses a file. The
// records of an input do not depend on how its bytes arrive or how large a block is. A UTF-8 byte order mark at the
// beginning of a file is not part of its first record.
//
// A file with a name is only dealt out here, in ranges; range.h reads and cuts them in the thread of their turn, since
// one thread could not read as fast as many verify. Everything else is read and cut here, as it comes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "assay/stream.h"
#include "input/block.h"
#include "input/source.h"

namespace assay::input {

inline constexpr std::size_t kBlockBytes = 256u << 10;
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

// Not thread safe. Keeps no more than a block, or the longest line allowed, between calls.
class Splitter {
 public:
  Splitter(Source& source, InputFormat format, std::size_t max_token_bytes, std::size_t block_bytes = kBlockBytes);

  enum class Outcome {
    block,
    nothing,  // a signal came while waiting, or there is no input yet and `wait` is false: call again
    end,      // of all inputs
    stopped,  // by Source::stopping
  };
  // Fills an empty block: with the range of a file that load() is to read; or from anything else with kBlockBytes or
  // what is there as soon as it holds a record. With any other outcome the block holds no record, but its `bytes` may
  // count bytes that were skipped. Waits for input, and for somebody to open a named pipe, only if `wait`. The error
  // names the input, and says what it is if it is no text.
  Result<Outcome> next(Block& block, bool wait = true);

  // Bytes; a longer line is given as too long.
  std::size_t line_limit() const noexcept { return limit_; }

 private:
  // The steps of next(). A step returns what next() does, or nullopt if another step has to follow.
  using Step = Result<std::optional<Outcome>>;
  Step open(Block& block, bool wait);
  Step deal_out(Block& block);
  Step read(Block& block, bool wait);

  Result<void> cut(Block& block);
  void skip_to_newline(Buffer& buffer) noexcept;

  Source& source_;
  std::size_t block_bytes_, limit_;
  std::string rest_;               // of the open input: bytes that were read and not given yet
  std::uint64_t unaccounted_ = 0;  // bytes skipped and not yet counted in a block

  // The open input.
  bool open_ = false;
  bool ended_ = false;         // it gave its last byte
  bool skipping_ = false;      // in the tail of a line that was too long
  bool at_beginning_ = false;  // nothing of it was cut yet

  // What is left of the file that is being dealt out; no file: none is.
  Range dealing_;
  bool end_known_ = false;  // dealing_.end is where the last range ends, however the file grows
};

}  // namespace assay::input
