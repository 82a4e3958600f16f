// The bytes of the inputs: files, pipes and standard input, one after the other.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "assay/result.h"
#include "base/file_kind.h"

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

// Not thread safe. Closes what it opened.
class Source {
 public:
  struct Signals {
    const std::atomic<int>* stop = nullptr;  // not zero: read no more
    int wake_fd = -1;                        // becomes readable at a signal; read() empties it
  };
  // Each path is a file or "-", which is standard input; no path at all is standard input, too.
  Source(std::vector<std::string> inputs, Signals signals);
  ~Source();
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  // Checks every input before the first is read, so that a run with a misspelt name or a compressed file does not
  // begin.
  Result<void> check() const;
  // The error that says that the open input is no text.
  Error not_text(const base::FileKind& kind) const;
  // Returns the bytes of all inputs together, or 0 if one of them is not a regular file.
  std::uint64_t total_bytes() const;

  // Returns true if reading the next input may have to wait for its bytes.
  bool next_may_block() const;
  // Opens the next input. Returns false if there is none left. A named pipe is opened without waiting for its writer;
  // read() waits, and signals end that wait.
  Result<bool> open_next();
  // Returns the open input if it is a regular file with a name and is not empty, else null.
  std::shared_ptr<const InputFile> file() const noexcept { return file_; }
  bool stopping() const noexcept { return signals_.stop != nullptr && signals_.stop->load() != 0; }
  // Index of the input that is open.
  std::size_t index() const noexcept { return next_ - 1; }
  const std::vector<std::string>& inputs() const noexcept { return inputs_; }

  enum class Outcome {
    data,
    nothing,  // none is ready, and `wait` was not set
    end,      // of this input
    woken,    // a signal came while waiting
    stopped,
  };
  struct Read {
    Outcome outcome;
    std::size_t bytes;
  };
  // Reads up to `room` bytes (more than 0). A regular file is always ready. Anything else gives what is there; only if
  // nothing is there and `wait` is set, read() waits. The error names the input.
  Result<Read> read(char* to, std::size_t room, bool wait);

 private:
  void close_current() noexcept;

  std::vector<std::string> inputs_;
  Signals signals_;
  std::size_t next_ = 0;
  int fd_ = -1;
  bool regular_ = false;
  std::uint64_t size_ = 0;                 // of a regular file when it was opened
  std::shared_ptr<const InputFile> file_;  // owns fd_ when not null
};

}  // namespace assay::input
