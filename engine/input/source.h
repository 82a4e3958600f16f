// The bytes of the inputs: files, pipes and standard input, one after the other.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "archive/compression.h"
#include "assay/result.h"
#include "base/file_kind.h"
#include "input/ahead.h"
#include "input/buffer.h"

namespace assay::input {

// An open regular file. Any thread may read any part of it. It is closed when its last owner is gone.
class InputFile {
 public:
  InputFile(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}
  ~InputFile();
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  // Returns the size in bytes now; a log may grow while it is read. The error names the file.
  Result<std::uint64_t> size() const;
  // Reads from `offset` until `room` is full or the file ends. Returns how many bytes there were.
  Result<std::size_t> read_at(std::uint64_t offset, char* to, std::size_t room) const;
  // The error that says that the file was longer before, and where it ends now.
  Error truncated() const;

 private:
  int fd_;
  std::string name_;  // for messages
};

// Opens one input after the other. A compressed one, be it a file, a pipe or standard input, is recognised by its first
// bytes and read as the bytes that were compressed. Not thread safe. Closes what it opened.
class Source {
 public:
  struct Signals {
    const std::atomic<int>* stop = nullptr;  // not zero: read no more
    int wake_fd = -1;                        // becomes readable at a signal; read() empties it
  };
  // Each path is a file or "-", which is standard input. list.h makes such a list of paths that may be directories, and
  // checks it before the first input is read.
  // Those before `first` are left out. So many threads decompress the archives that come next (ahead.h); 0: none does.
  Source(std::vector<std::string> inputs, Signals signals, std::size_t first = 0, int threads_ahead = 0);
  ~Source();
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  // The error that says that the open input is no text.
  Error not_text(const base::FileKind& kind) const;
  // Returns the bytes of all inputs together as they are stored, or 0 if one of them is not a regular file.
  std::uint64_t total_bytes() const;

  // Returns true if reading the next input may have to wait for its bytes.
  bool next_may_block() const;
  enum class Opened { yes, none, faulty };
  // Opens the next input. Returns `none` if there is none left, and `faulty` if it cannot be read; fault() says why. A
  // named pipe is opened without waiting for its writer; read() waits, and signals end that wait. The error says that
  // the process has no descriptor left, which is no fault of the input.
  Result<Opened> open_next();
  // Returns the open input if it is a regular file with a name, is not empty and not compressed, else null.
  std::shared_ptr<const InputFile> file() const noexcept { return file_; }
  bool stopping() const noexcept { return signals_.stop != nullptr && signals_.stop->load() != 0; }
  // Of the open input: whether it is compressed, which is known once read() gave data; and whether it is a pipe, a
  // device or standard input, which nobody could look at before the run.
  bool is_compressed() const noexcept { return decoder_ != nullptr || archive_ != nullptr; }
  bool is_stream() const noexcept { return is_stream_; }
  // Why the open input ends before its end, in a sentence that names it. Valid after `faulty`.
  const std::string& fault() const noexcept { return fault_; }
  // What is worth telling of the open input although nothing of it is lost; empty: nothing. Forgets it.
  std::string take_remark() noexcept { return std::exchange(remark_, {}); }
  // The bytes of compressed inputs, as they are stored, that were taken since the last call.
  std::uint64_t take_stored_bytes() noexcept { return std::exchange(stored_, 0); }
  // Index of the input that is open.
  std::size_t index() const noexcept { return next_ - 1; }
  const std::vector<std::string>& inputs() const noexcept { return inputs_; }

  enum class Outcome {
    data,
    nothing,  // none is ready, and `wait` was not set
    end,      // of this input
    faulty,   // the input ends here before its end: fault() says why
    woken,    // a signal came while waiting
    stopped,
  };
  struct Read {
    Outcome outcome;
    std::size_t bytes;
  };
  // Reads up to `room` bytes (more than 0), decompressed. A regular file is always ready. Anything else gives what is
  // there; only if nothing is there and `wait` is set, read() waits.
  Read read(char* to, std::size_t room, bool wait);

 private:
  // An archive that a thread reads before its turn.
  class NextArchive;

  void close_current() noexcept;
  Opened look_at_file(const std::string& path);
  Opened give_up(Error error);
  std::unique_ptr<ArchiveReader> open_ahead(std::size_t input) const;
  Read read_ahead(char* to, std::size_t room);
  Read recognise(bool wait);
  Read decode(char* to, std::size_t room, bool wait);
  Read read_stored(char* to, std::size_t room, bool wait);
  Read fail(Error error);

  std::vector<std::string> inputs_;
  Signals signals_;
  std::size_t next_ = 0;
  int fd_ = -1;
  bool regular_ = false, is_stream_ = false;
  std::uint64_t size_ = 0;                 // of a regular file when it was opened
  std::shared_ptr<const InputFile> file_;  // owns fd_ when not null
  std::string fault_, remark_;

  bool stored_ended_ = false;  // a terminal would go on after its end, so it is not asked again
  bool recognised_ = false;    // whether the input is compressed is known
  const archive::Compression* compression_ = nullptr;
  std::unique_ptr<archive::Decoder> decoder_;  // null: the input is not compressed
  Buffer raw_;                                 // bytes as they are stored, read and not taken yet from raw_at_ on
  std::size_t raw_at_ = 0;
  std::uint64_t stored_ = 0;  // bytes taken by decoders and not yet asked for by take_stored_bytes()

  NextArchive* archive_ = nullptr;  // the open input, if it is read ahead; `ahead_` owns it
  Ahead ahead_;                     // last: its threads end before anything else does
};

}  // namespace assay::input
