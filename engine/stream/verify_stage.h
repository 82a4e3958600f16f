// The parallel stage of a run: verifies the records of a batch and writes their verdicts into its buffer.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "assay/stage.h"
#include "assay/stream.h"
#include "base/arena.h"
#include "base/record_time.h"
#include "base/thread_annotations.h"
#include "stream/batch.h"
#include "stream/extractor.h"
#include "verify/engine.h"
#include "writers/writer.h"

namespace assay::stream {

// Thread safe: each call works with a worker of its own, the memory of one thread, and workers are reused.
class VerifyStage {
 public:
  // The arguments outlive the stage. `writer` is null if no verdicts are written. `times` reads the times of records.
  VerifyStage(verify::Engine& engine, const StreamOptions& options, base::TimeReader times,
              const writers::VerdictWriter* writer);
  ~VerifyStage();
  VerifyStage(const VerifyStage&) = delete;
  VerifyStage& operator=(const VerifyStage&) = delete;

  // Fills the output, counts, tally and diagnosis of a batch from its block. The error says what a cross-check found.
  Result<void> verify(Batch& batch) EXCLUDES(mutex_);

  // Returns what StreamResult::failed_hmac holds. Not while a batch is verified.
  std::string failed_hmac() const EXCLUDES(mutex_);

  // Adds the time that all threads have spent in each stage. Not while a batch is verified.
  void add_times_to(StageSeconds& sum) const EXCLUDES(mutex_);

 private:
  struct Worker;
  std::unique_ptr<Worker> take_worker(std::size_t line_limit) EXCLUDES(mutex_);
  // The steps of verify(): token, time and fields of each record; fingerprints; then a verdict a record.
  void extract(Worker& worker, const Block& block) const;
  bool fingerprint(Worker& worker) const;
  void append_verdicts(Worker& worker, Batch& batch) const EXCLUDES(mutex_);
  void diagnose(const Extracted& extracted, const jose::TokenVerdict& verdict, std::size_t index, Batch& batch) const;
  void redact_carried(const Extracted& extracted, const jose::TokenVerdict& verdict, base::Arena& arena) const;
  void keep_failed_hmac(const jose::TokenVerdict& verdict, std::string_view token) const EXCLUDES(mutex_);

  verify::Engine& engine_;
  const StreamOptions& options_;
  const writers::VerdictWriter* writer_;
  const base::TimeReader times_;

  mutable base::Mutex mutex_;
  std::vector<std::unique_ptr<Worker>> idle_ GUARDED_BY(mutex_);
  mutable std::string failed_hmac_ GUARDED_BY(mutex_);
  mutable std::atomic<bool> wants_failed_hmac_;
};

}  // namespace assay::stream
