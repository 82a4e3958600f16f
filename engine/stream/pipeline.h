// A run over whole inputs: the stages that batches go through. verify_stream of assay/stream.h calls it.
//
// read (serial, in order) -> load (parallel) -> order (serial, in order) -> verify (parallel) -> write (serial, in
// order). A named file is read in load, anything else in read. A bounded number of batches is in flight; that is the
// back-pressure and the bound on memory. A range with more records than a block may hold becomes several blocks, which
// the turns that follow take on (block_queue.h).
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include "assay/stream.h"
#include "base/record_time.h"
#include "base/stage_clock.h"
#include "base/thread_annotations.h"
#include "input/block_queue.h"
#include "input/list.h"
#include "input/source.h"
#include "input/splitter.h"
#include "stream/batch.h"
#include "stream/checkpoint.h"
#include "stream/outputs.h"
#include "stream/run_statistics.h"
#include "stream/stage_runner.h"
#include "stream/verify_stage.h"
#include "stream/write_stage.h"
#include "verify/engine.h"
#include "verify/reloader.h"
#include "writers/writer.h"

namespace assay::stream {

// One run. run() is called once.
class Pipeline {
 public:
  // `options` outlives the pipeline and was checked by verify_stream; `inputs` and `times` were made from them. Only
  // inputs that are ready are read; the others become faults and remarks. `checkpointer` may be null, and else outlives
  // the pipeline.
  Pipeline(verify::Engine& engine, const StreamOptions& options, const std::vector<input::ListedInput>& inputs,
           base::TimeReader times, Outputs outputs, Checkpointer* checkpointer, int threads);

  Result<StreamResult> run();

 private:
  // The stages. read returns null at the end.
  Batch* read() EXCLUDES(mutex_);
  Batch* load(Batch* batch) EXCLUDES(mutex_);
  Batch* order(Batch* batch) EXCLUDES(mutex_);
  Batch* verify(Batch* batch) EXCLUDES(mutex_);
  void write(Batch* batch) EXCLUDES(mutex_);

  // Runs all batches through the stages. The error says that oneTBB cannot start a thread; what a stage throws, such as
  // the exception of a callback, goes on.
  Result<void> run_stages();
  // Puts the next input into an empty batch, if there is any.
  void fill(Batch& batch, bool wait);
  std::unique_ptr<Batch> take_batch() EXCLUDES(mutex_);
  // The first error ends the run.
  void fail(Error error) EXCLUDES(mutex_);
  // Result, output and summary once the last batch was written.
  Result<StreamResult> finish() EXCLUDES(mutex_);
  Result<void> write_summary(const StreamResult& result);
  // Keeps a checkpoint behind the block that was written last.
  Result<void> keep(const input::Place& place, bool finished);

  // A batch goes from thread to thread under this lock, once a stage. oneTBB orders the stages anyway. But a sanitizer
  // cannot see into oneTBB, and an uncontended lock for each batch costs nothing.
  void hand_over() EXCLUDES(mutex_) { const base::MutexLock lock(mutex_); }

  const StreamOptions& options_;
  const int threads_;
  StageRunner runner_;
  Checkpointer* const checkpointer_;  // null: none are kept
  const RunStatistics statistics_;
  SummaryFiles summary_;
  std::vector<InputFault> faults_, remarks_;  // found before the run
  input::Source source_;
  input::Splitter splitter_;
  input::BlockQueue queue_;
  const std::unique_ptr<writers::VerdictWriter> writer_;  // null: verdicts are only counted
  VerifyStage verify_stage_;
  WriteStage write_stage_;
  verify::Reloader reloader_;

  base::Mutex mutex_;
  std::vector<std::unique_ptr<Batch>> idle_ GUARDED_BY(mutex_);
  std::optional<Error> error_ GUARDED_BY(mutex_);
  StageSeconds load_seconds_ GUARDED_BY(mutex_){};
  std::atomic<bool> halt_{false};  // read and write no more: something failed, or nobody reads the output

  // Used by the reader, and by run() before and after it.
  base::StageClock reader_clock_;
  bool input_ended_ = false, interrupted_ = false;
  // Used by the writer, and by run() after it: where the run goes on behind the block that was written last.
  std::optional<input::Place> place_;
  std::uint64_t skipped_bytes_ = 0;
};

}  // namespace assay::stream
