// Reads the times of all lines of a block, also of those without a token: what a summary says of the span of a log, of
// its lines without a time and of its gaps.
#pragma once

#include <string_view>
#include <vector>

#include "audit/log_batch.h"
#include "base/arena.h"
#include "log/format.h"

namespace assay::audit {

// Not thread safe: each thread has its own.
class Coverage {
 public:
  // Fills batch.line_times.
  void read(LogBatch& batch);

 private:
  void read_line(std::string_view line, const log::FileFormat& format, LogBatch& batch);

  base::Arena scratch_;
  std::vector<log::Event> events_;
};

}  // namespace assay::audit
