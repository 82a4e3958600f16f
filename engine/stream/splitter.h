// Cuts input into records: one a line, split at '\n' alone.
//
// A last line without '\n' is a record, nothing after the last '\n' is none, and a record never crosses a file. The
// records of an input do not depend on how its bytes arrive or how large a block is. A UTF-8 byte order mark at the
// beginning of a file is not part of its first record.
//
// A file with a name is only dealt out, in ranges, and each range read and cut where its batch is judged: one thread
// alone could not read as fast as many judge. Everything else is read and cut here, as it comes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "assay/stream.h"
#include "stream/batch.h"
#include "stream/source.h"

namespace assay::stream {

inline constexpr std::size_t kBlockBytes = 256u << 10;
inline constexpr std::size_t kMaxRecordsPerBatch = 16384;
// White space and "Bearer " around a token of the greatest length.
inline constexpr std::size_t kLineSlack = 4096;
// A record of NDJSON may be this long even where tokens must be short.
inline constexpr std::size_t kMinNdjsonLine = 1u << 20;

// The longest line, in bytes, that is held and looked at.
std::size_t max_line_bytes(InputFormat format, std::size_t max_token_bytes) noexcept;

// `ndjson` when the record begins with '{' (after white space and a byte order mark), else `lines`.
InputFormat detect_format(std::string_view first_record) noexcept;

// Not thread safe. Keeps no more than a block, or the longest line allowed, between calls.
class Splitter {
 public:
  // `automatic` is decided by the first record of the run.
  Splitter(Source& source, InputFormat format, std::size_t max_token_bytes, std::size_t block_bytes = kBlockBytes);

  enum class Outcome {
    batch,
    woken,  // a signal came while waiting; `batch` holds nothing, call again
    end,    // `batch` holds no record, but may count bytes that were skipped
    stopped,
  };
  // Fills an empty batch: with the range of a file that load() is to read; or from anything else with a whole block, or
  // what is there as soon as it holds a record. The error names the input.
  Result<Outcome> next(Batch& batch);

  // Never `automatic` once a batch was given.
  InputFormat format() const noexcept { return format_; }
  // Lines that are longer are given as too long.
  std::size_t line_limit() const noexcept { return limit_; }

 private:
  void cut(Batch& batch);
  Result<bool> deal_out(Batch& batch);
  void set_format(std::string_view first_record) noexcept;
  bool skip_to_newline(Batch& batch) noexcept;

  Source& source_;
  InputFormat format_;
  std::size_t max_token_bytes_, block_bytes_, limit_;
  std::string rest_;               // of the open input: read, but not given yet
  std::uint64_t unaccounted_ = 0;  // bytes skipped and not yet counted in a batch
  bool open_ = false;
  bool ended_ = false;         // the open input gave its last byte
  bool skipping_ = false;      // in the tail of a line that was too long
  bool at_beginning_ = false;  // of the open input
  std::uint64_t read_ = 0;     // bytes of the open input
  // The file that is being dealt out, from where on; null: none is.
  Range dealing_;
  bool end_known_ = false;  // its end is where the last range ends, however it grows
};

// Reads the batch's range and cuts it into up to kMaxRecordsPerBatch records; the range is then what is left for
// another call. Any thread may do so. The error names the file.
Result<void> load(Batch& batch);

// Numbers the records of the batches of a run. In input order, after load(). Not thread safe.
class Numbering {
 public:
  void number(Batch& batch) noexcept;

 private:
  std::size_t file_ = 0;
  std::uint64_t next_record_ = 1, next_line_ = 1;
};

}  // namespace assay::stream
