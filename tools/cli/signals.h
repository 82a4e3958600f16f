// Signals as data: SIGINT, SIGTERM and SIGHUP set flags that the stream reads.
#pragma once

#include <atomic>

namespace assay::cli {

struct Signals {
  std::atomic<int> stop{0};         // the number of the last SIGINT or SIGTERM; 0: none came
  std::atomic<bool> reload{false};  // SIGHUP came
  int wake_fd = -1;                 // becomes readable at each signal, so that a blocked read ends; -1: not available
};

// Call this at the beginning of the program, before any file is opened. It occupies standard descriptors that are
// closed, so that no file gets their number and each use of them is an error. It also makes a write to a closed pipe or
// beyond a limit (ulimit -f) an error.
void prepare_process();

// Returns the process's signals, which live as long as the process. From the first call on, SIGHUP asks for a reload.
Signals& signals();
// After this call, SIGINT and SIGTERM end the run after the records already read. A second signal ends the process at
// once and removes the files that were not complete. Before this call, while keys are loaded, there is nothing to
// finish, and the signals end the process as usual.
void finish_on_stop_signals();

}  // namespace assay::cli
