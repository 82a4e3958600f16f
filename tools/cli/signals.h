// Signals as data: SIGINT, SIGTERM and SIGHUP set flags that the stream reads.
#pragma once

#include <atomic>

namespace assay::cli {

struct Signals {
  std::atomic<int> stop{0};         // the number of the last SIGINT or SIGTERM; 0: none came
  std::atomic<bool> reload{false};  // SIGHUP came
  int wake_fd = -1;                 // becomes readable at each signal, so that a blocked read ends; -1: not available
};

// Returns the process's signals, which live as long as the process. From the first call on SIGPIPE is ignored and
// SIGHUP asks for a reload.
Signals& signals();
// After this call SIGINT and SIGTERM end the run after the records already read. Before it, while keys are loaded,
// there is nothing to finish, and they end the process as usual.
void finish_on_stop_signals();

}  // namespace assay::cli
