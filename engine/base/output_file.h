// Where verdicts and summaries are written: a file that appears only when it is complete, or standard output.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "assay/result.h"

namespace assay::base {

// A regular file is written beside its place under a temporary name, which commit() gives its own; without commit() it
// is removed again and what stood in its place stays. Pipes and devices are written directly. Not thread safe. SIGPIPE
// must be ignored for a closed pipe to be told as `closed`.
//
// A file that replaces another has its permissions. A new one has those that the umask leaves; with `credentials` its
// owner's alone. At no time has it more.
class OutputFile {
 public:
  // "" or "-": standard output. The error names the path.
  static Result<OutputFile> open(const std::string& path, bool credentials = false);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile();

  enum class Outcome { written, closed };
  // Writes all of it. `closed`: whoever read the pipe went away.
  Result<Outcome> write(std::string_view bytes);
  Result<void> commit();

 private:
  OutputFile(int fd, std::string shown) : fd_(fd), shown_(std::move(shown)) {}
  Error failure(int error) const;

  int fd_ = -1;
  std::string shown_;              // for messages
  std::string place_, temporary_;  // empty when written directly
};

}  // namespace assay::base
