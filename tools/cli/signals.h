// Signals as data: SIGINT, SIGTERM and SIGHUP set flags that the stream reads.
#pragma once

#include <atomic>

namespace assay::cli {

struct Signals {
  std::atomic<int> stop{0};         // the number of the last SIGINT or SIGTERM; 0: none came
  std::atomic<bool> reload{false};  // SIGHUP came
  int wake_fd = -1;                 // becomes readable at each signal, so that a blocked read ends; -1: not available
};

// For the beginning of the program, before any file is opened. Standard descriptors that are closed are opened so that
// their use is an error of the system and not that of a file which happens to get their number. A write to a closed
// pipe or beyond a limit (ulimit -f) becomes an error, too.
void prepare_process();

// Returns the process's signals, which live as long as the process. From the first call on SIGHUP asks for
// a reload.
Signals& signals();
// After this call SIGINT and SIGTERM end the run after the records already read; a second one ends the process at once
// and removes the files that were not complete. Before it, while keys are loaded, there is nothing to finish, and they
// end the process as usual.
void finish_on_stop_signals();

}  // namespace assay::cli
