// The second parallel stage of an audit: verifies the tokens of a batch, each at its moment, and writes their verdicts.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "assay/stage.h"
#include "assay/stream.h"
#include "audit/log_batch.h"
#include "base/thread_annotations.h"
#include "verify/engine.h"
#include "writers/writer.h"

namespace assay::audit {

// Thread safe: each call works with a worker of its own, the memory of one thread, and workers are reused.
class JudgeStage {
 public:
  // The arguments outlive the stage. `writer` is null if no verdicts are written.
  JudgeStage(verify::Engine& engine, const StreamOptions& options, const writers::VerdictWriter* writer);
  ~JudgeStage();
  JudgeStage(const JudgeStage&) = delete;
  JudgeStage& operator=(const JudgeStage&) = delete;

  // Fills output, counts, tally and diagnosis of a batch from its hits. The error says what a cross-check found.
  Result<void> judge(LogBatch& batch) EXCLUDES(mutex_);

  // Returns what StreamResult::failed_hmac holds. Not while a batch is judged.
  std::string failed_hmac() const EXCLUDES(mutex_);
  // Adds the time that all threads have spent in each stage. Not while a batch is judged.
  void add_times_to(StageSeconds& sum) const EXCLUDES(mutex_);

 private:
  struct Worker;
  std::unique_ptr<Worker> take_worker() EXCLUDES(mutex_);
  bool verify(Worker& worker, LogBatch& batch, std::size_t from, std::size_t to);
  void append_verdicts(Worker& worker, LogBatch& batch, std::size_t from, std::size_t to) EXCLUDES(mutex_);
  void append(Worker& worker, LogBatch& batch, std::size_t index, const jose::TokenVerdict& verdict, const Instant* at);
  void keep_failed_hmac(const jose::TokenVerdict& verdict, std::string_view token) EXCLUDES(mutex_);
  const Instant* moment_of(const Hit& hit) const noexcept;

  verify::Engine& engine_;
  const StreamOptions& options_;
  const writers::VerdictWriter* writer_;

  mutable base::Mutex mutex_;
  std::vector<std::unique_ptr<Worker>> idle_ GUARDED_BY(mutex_);
  std::string failed_hmac_ GUARDED_BY(mutex_);
};

}  // namespace assay::audit
