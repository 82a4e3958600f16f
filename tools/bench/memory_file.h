// A file that lives in memory and has a path, so that it is read the way a file in the page cache is.
#pragma once

#include <string>
#include <string_view>

#include "assay/result.h"

namespace assay::bench {

// Gone with the object. Not thread safe; its path may be read by any thread of this process.
class MemoryFile {
 public:
  // The error says what the system refused.
  static Result<MemoryFile> make(std::string_view bytes);
  MemoryFile() = default;
  MemoryFile(MemoryFile&& other) noexcept;
  MemoryFile& operator=(MemoryFile&& other) noexcept;
  ~MemoryFile();

  // "/proc/self/fd/N"
  std::string path() const;

 private:
  explicit MemoryFile(int fd) noexcept : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace assay::bench
