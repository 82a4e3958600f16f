// The one way in which this project writes a file: it appears under its name only when it is complete.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "assay/result.h"

namespace assay::base {

// A regular file is written beside its place under a temporary name. commit() syncs it and gives it its own name;
// without commit() it is removed again and whatever stood in its place stays. With Existing::rewrite, pipes, devices
// and standard output are written directly. Not thread safe. SIGPIPE must be ignored, or a closed pipe ends the process
// before write() can report it.
class OutputFile {
 public:
  // What happens to a file that stands in the place already.
  enum class Existing {
    rewrite,  // new contents: the permissions stay, and so does a symbolic link, whose target is written
    replace,  // nothing of it stays: neither permissions nor a symbolic link nor a pipe
    refuse,   // open() or commit() fails with the field "existing", even if it appeared only in between
  };
  struct Options {
    Existing existing = Existing::rewrite;
    // Permissions of a new file, less the umask. The temporary file never has more than the file that it becomes.
    unsigned mode = 0666;
    // A named pipe is opened once it has a reader. A number other than 0 here ends the wait with an error
    // that has the field "stopped".
    const std::atomic<int>* stop = nullptr;
    // If set, a run that ends early leaves what it wrote in PATH.partial, so that a later run can go on with it. The
    // later run keeps the first `resume_at` bytes; 0 begins anew. Two runs cannot write one such file at a time. The
    // output must be a regular file.
    bool resumable = false;
    std::uint64_t resume_at = 0;
  };
  static constexpr unsigned kOwnerOnly = 0600;  // mode of a file that holds credentials

  // With Existing::rewrite, "" and "-" are standard output. The error names the path.
  static Result<OutputFile> open(const std::string& path, Options options);
  static Result<OutputFile> open(const std::string& path) { return open(path, Options()); }
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  // Whether the output is a regular file, which appears only with commit().
  bool appears_at_commit() const noexcept { return temporary_ != nullptr; }

  enum class Outcome { written, closed };
  // Writes all of it. `closed`: nobody reads the pipe any more. The error names the path.
  Result<Outcome> write(std::string_view bytes);
  // The regular file that open() would replace: its device and inode, or those of its folder and the name in it.
  // Nothing for standard output if that is no regular file, and for pipes and devices.
  struct Place {
    std::uint64_t device = 0, inode = 0;
    std::string name;  // empty if the file exists
    friend bool operator==(const Place&, const Place&) = default;
  };
  static std::optional<Place> place_of(const std::string& path);
  // The file that is open as `fd`, if it is a regular one.
  static std::optional<Place> place_of(int fd);

  // Removes the temporary files of all outputs that are open in the process. Async-signal-safe: for a handler that ends
  // the process at once.
  static void remove_all_temporaries() noexcept;

  // Returns when the bytes written so far are on the disk, as far as the file system can tell. The error names the
  // path.
  Result<void> sync();
  // Returns when the bytes and the name are on the disk, as far as the file system can tell. The error names the path.
  Result<void> commit();
  // Where a resumable output of this path is written until it is complete.
  static std::string partial_name(const std::string& path);

 private:
  OutputFile(int fd, std::string shown) : fd_(fd), shown_(std::move(shown)) {}
  static Result<OutputFile> open_directly(const std::string& path, const std::atomic<int>* stop);
  static Result<OutputFile> open_partial(const std::string& path, Options options, unsigned mode);
  static Result<OutputFile> open_temporary(const std::string& path, std::string place, Options options, unsigned mode);
  Error failure(int error) const;

  int fd_ = -1;
  std::string shown_;  // for messages
  std::string place_;  // empty when written directly
  std::unique_ptr<const std::string>
      temporary_;  // null when written directly; never moves, as a signal handler reads it
  bool resumable_ = false;
  Existing existing_ = Existing::rewrite;
};

}  // namespace assay::base
