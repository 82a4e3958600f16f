// A run over logs: the stages that batches go through. audit_logs of assay/audit.h calls it.
//
// read (serial, in order) -> load (parallel) -> arrange (serial, in order) -> search (parallel) -> link (serial, in
// order) -> judge (parallel) -> write (serial, in order). The bounded number of batches in flight is the back-pressure
// and the bound on memory. A batch with more verdicts than its buffer holds is judged to its end while it is written.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "assay/audit.h"
#include "assay/stream.h"
#include "audit/audit_state.h"
#include "audit/coverage.h"
#include "audit/judge_stage.h"
#include "audit/line_order.h"
#include "audit/log_batch.h"
#include "audit/survey.h"
#include "audit/token_search.h"
#include "base/stage_clock.h"
#include "base/thread_annotations.h"
#include "input/block_queue.h"
#include "input/source.h"
#include "input/splitter.h"
#include "stream/checkpoint.h"
#include "stream/outputs.h"
#include "stream/run_statistics.h"
#include "stream/stage_runner.h"
#include "stream/write_stage.h"
#include "tally/summary.h"
#include "verify/engine.h"
#include "verify/reloader.h"
#include "writers/writer.h"

namespace assay::audit {

// What is read, and how.
struct Logs {
  Survey survey;
  std::vector<std::string> inputs;  // paths; "-" is standard input
  std::vector<FileSurvey> files;    // one an input
  // Inputs that are not read: why, and those whose content another input has.
  std::vector<InputFault> unreadable;
  std::vector<std::pair<std::string, std::string>> repeated;
};

// One run. run() is called once.
class LogPipeline {
 public:
  // `options` and `logs` outlive the pipeline and were checked by audit_logs. `checkpointer` may be null, and else
  // outlives it, too. `state` is that of its checkpoint, or of a run that begins.
  LogPipeline(verify::Engine& engine, const StreamOptions& options, Logs& logs, stream::Outputs outputs,
              stream::Checkpointer* checkpointer, AuditState state, int threads);
  ~LogPipeline();

  Result<AuditResult> run();

 private:
  // What the thread that searches a block needs.
  struct Search {
    TokenSearch tokens;
    Coverage coverage;
  };
  // The stages. read returns null at the end.
  LogBatch* read() EXCLUDES(mutex_);
  LogBatch* load(LogBatch* batch) EXCLUDES(mutex_);
  LogBatch* arrange(LogBatch* batch) EXCLUDES(mutex_);
  LogBatch* search(LogBatch* batch) EXCLUDES(mutex_);
  LogBatch* link(LogBatch* batch) EXCLUDES(mutex_);
  LogBatch* judge(LogBatch* batch) EXCLUDES(mutex_);
  void write(LogBatch* batch) EXCLUDES(mutex_);

  // Runs all batches through the stages.
  Result<void> run_stages();
  // Puts the next input into an empty batch, if there is any.
  void fill(LogBatch& batch, bool wait);
  std::unique_ptr<LogBatch> take_batch() EXCLUDES(mutex_);
  std::unique_ptr<Search> take_search() EXCLUDES(mutex_);
  bool judge_rest(LogBatch& batch) EXCLUDES(mutex_);
  bool went_on(const Result<bool>& open) EXCLUDES(mutex_);
  // Counts what the batch shows of its input.
  void count(const LogBatch& batch);
  // The first error ends the run.
  void fail(Error error) EXCLUDES(mutex_);
  // Result, output and summary once the last batch was written.
  Result<AuditResult> finish() EXCLUDES(mutex_);
  AuditResult result_of(StreamResult run) const;
  void describe_files(tally::Summary& summary) const;
  Result<void> write_summary(const StreamResult& result);
  Result<void> keep(const input::Place& place, bool finished);
  // A batch goes from thread to thread under this lock, as in stream::Pipeline.
  void hand_over() EXCLUDES(mutex_) { const base::MutexLock lock(mutex_); }

  const StreamOptions& options_;
  Logs& logs_;
  const int threads_;
  stream::StageRunner runner_;
  stream::Checkpointer* const checkpointer_;  // null: no checkpoints are kept
  const stream::RunStatistics statistics_;
  stream::SummaryFiles summary_;
  input::Source source_;
  input::Splitter splitter_;
  input::BlockQueue queue_;
  const std::unique_ptr<writers::VerdictWriter> writer_;  // null: verdicts are only counted
  LineArranger arranger_;
  LineLinker linker_;
  JudgeStage judge_stage_;
  stream::WriteStage write_stage_;
  verify::Reloader reloader_;

  base::Mutex mutex_;
  std::vector<std::unique_ptr<LogBatch>> idle_ GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<Search>> idle_searches_ GUARDED_BY(mutex_);
  std::optional<Error> error_ GUARDED_BY(mutex_);
  StageSeconds seconds_ GUARDED_BY(mutex_){};  // of load and search
  std::atomic<bool> halt_{false};              // read and write no more: something failed, or nobody reads the output

  // Used by the reader, and by run() before and after it.
  base::StageClock reader_clock_;
  bool input_ended_ = false, interrupted_ = false, last_sent_ = false;
  std::uint64_t skipped_bytes_ = 0;

  // Used by the writer, and by run() after it.
  AuditState state_;
  std::optional<input::Place> place_;  // where the run goes on behind the block that was written last
};

}  // namespace assay::audit
