// The second parallel stage of an audit: verifies the tokens of a batch, each at its moment, and writes their verdicts.
//
// A batch may hold millions of tokens, and their verdicts take far more memory than its text. So the stage stops when
// the verdicts of a batch fill its buffer, and whoever has written them calls it again for the rest.
#pragma once

#include <map>
#include <memory>
#include <span>
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

  // Adds to output, counts, tally and diagnosis of a batch what its hits give, beginning with the first that was not
  // judged yet, and to batch.judged how many they were. It stops early if output or tally are full. Nothing else may
  // change the batch before all its hits are judged, except that output, counts and tally may be taken away. The error
  // says what a cross-check found.
  Result<void> judge(LogBatch& batch) EXCLUDES(mutex_);

  // Returns what StreamResult::failed_hmac holds. Not while a batch is judged.
  std::string failed_hmac() const EXCLUDES(mutex_);
  // Adds the time that all threads have spent in each stage. Not while a batch is judged.
  void add_times_to(StageSeconds& sum) const EXCLUDES(mutex_);

 private:
  struct Worker;
  std::unique_ptr<Worker> take_worker(const LogBatch& batch) EXCLUDES(mutex_);
  void put_back(std::unique_ptr<Worker> worker, const LogBatch& batch) EXCLUDES(mutex_);
  bool is_full(const LogBatch& batch) const noexcept;
  std::span<const Hit> next_hits(Worker& worker, LogBatch& batch) const;
  bool verify(Worker& worker, std::span<const Hit> hits) const;
  bool fingerprint(Worker& worker, std::span<const Hit> hits) const;
  void append_verdicts(Worker& worker, LogBatch& batch, std::span<const Hit> hits) EXCLUDES(mutex_);
  void append(Worker& worker, LogBatch& batch, const jose::TokenVerdict& verdict, const Instant* at,
              const digest::Sha256* hash);
  void write(Worker& worker, LogBatch& batch, const jose::TokenVerdict& verdict, const Instant* at,
             const digest::Sha256* hash, const writers::Occurrence& occurrence);
  void keep_failed_hmac(const jose::TokenVerdict& verdict, std::string_view token) EXCLUDES(mutex_);
  const Instant* moment_of(const HitLine& line) const noexcept;

  verify::Engine& engine_;
  const StreamOptions& options_;
  const writers::VerdictWriter* writer_;

  mutable base::Mutex mutex_;
  std::vector<std::unique_ptr<Worker>> idle_ GUARDED_BY(mutex_);
  // Those in the middle of a batch that is searched once more.
  std::map<const LogBatch*, std::unique_ptr<Worker>> stopped_ GUARDED_BY(mutex_);
  std::string failed_hmac_ GUARDED_BY(mutex_);
};

}  // namespace assay::audit
