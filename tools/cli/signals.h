// Signals as data: what SIGINT, SIGTERM and SIGHUP leave for the stream to find.
#pragma once

#include <atomic>

namespace assay::cli {

struct Signals {
  std::atomic<int> stop{0};         // SIGINT or SIGTERM, once one came
  std::atomic<bool> reload{false};  // SIGHUP came
  int wake_fd = -1;                 // becomes readable at each of them, so that a blocked read ends
};

// The process's signals. SIGPIPE is ignored and SIGHUP asks for a reload from the first call on; never freed.
Signals& signals();
// From here on SIGINT and SIGTERM end the run after the records already read. Before, while keys are loaded, there is
// nothing to finish and they end the process as usual.
void finish_on_stop_signals();

}  // namespace assay::cli
