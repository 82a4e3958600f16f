// Reloads an engine's keys in the background, for a program that receives a signal to do so.
#pragma once

#include <atomic>

#include "base/job_queue.h"
#include "verify/engine.h"

namespace assay::verify {

// A slow source delays no verdict: the old keys are used until the new ones are there. Thread safe. The engine outlives
// the Reloader.
class Reloader {
 public:
  explicit Reloader(Engine& engine) : engine_(engine) {}
  // Ends a reload that is running: its keys would come too late to be used.
  ~Reloader() { stop_.store(true); }

  // Asks for a reload. If one waits already, it serves this request too. The engine reports the outcome.
  void request();

 private:
  Engine& engine_;
  std::atomic<bool> stop_{false};
  std::atomic<bool> waiting_{false};
  // The last member: its thread uses all others.
  base::JobQueue jobs_{base::JobQueue::AtFork::runs_it_again};
};

}  // namespace assay::verify
