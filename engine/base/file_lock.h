// A file that says that a run is at work: one holder at a time, be it in this process or in another.
#pragma once

#include <string>
#include <utility>

#include "assay/result.h"

namespace assay::base {

// Holds the lock of flock(2) on a file that it makes, and removes the file when it is destroyed. A process that is
// killed leaves the file, but not the lock. Not thread safe.
class FileLock {
 public:
  // Does not wait. The error has the field "held" if somebody else holds the lock, else it names the file and why it
  // cannot be made: one that is not empty belongs to somebody else. On a file system without locks this succeeds and
  // keeps nobody out.
  static Result<FileLock> take(std::string path);

  FileLock(FileLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)), path_(std::move(other.path_)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  FileLock(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  int fd_;
  std::string path_;
};

}  // namespace assay::base
