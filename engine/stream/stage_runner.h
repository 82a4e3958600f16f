// Runs the stages of a pipeline on oneTBB.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <utility>

#include "assay/result.h"

namespace assay::stream {

// One run. oneTBB reports a thread that it cannot start as an exception, and an exception of a stage looks the same. So
// each stage is wrapped: what a stage throws goes on to the caller, and what oneTBB throws is an error.
class StageRunner {
 public:
  template <class Run>
  auto stage(Run run) {
    return [this, run](auto&&... arguments) {
      try {
        return run(std::forward<decltype(arguments)>(arguments)...);
      } catch (...) {
        threw_ = true;
        throw;
      }
    };
  }
  // Calls `pipeline` with the number of batches in flight, in an arena of `threads` threads. The error has the field
  // "threads".
  Result<void> run(int threads, const std::function<void(std::size_t in_flight)>& pipeline);

 private:
  std::atomic<bool> threw_{false};
};

}  // namespace assay::stream
