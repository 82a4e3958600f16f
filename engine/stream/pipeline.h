// A run over whole inputs: the stages that batches go through. verify_stream of assay/stream.h calls it.
//
// read (serial, in order) -> load (parallel) -> order (serial, in order) -> verify (parallel) -> write (serial, in
// order). A named file is read in load, anything else in read. A bounded number of batches is in flight; that is the
// back-pressure and the bound on memory. A range with more records than a block may hold becomes several blocks, which
// the turns that follow take on (block_queue.h).
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "assay/stream.h"
#include "base/arena.h"
#include "base/stage_clock.h"
#include "stream/batch.h"
#include "stream/block_queue.h"
#include "stream/extractor.h"
#include "stream/output.h"
#include "stream/source.h"
#include "stream/splitter.h"
#include "stream/summary.h"
#include "stream/writer.h"
#include "verify/engine.h"

namespace assay::stream {

// What a thread needs to judge a batch. Used by one thread at a time.
struct Worker {
  Worker(const Extractor::Options& options, verify::Engine& engine);
  ~Worker();

  verify::Engine& engine;
  std::unique_ptr<verify::Session> session;
  Extractor extractor;
  base::Arena arena;
  std::vector<Extracted> extracted;
  std::vector<jose::TokenInput> inputs;
  std::vector<jose::TokenVerdict> verdicts;
};

// One run. run() is called once.
class Pipeline {
 public:
  // `options` outlives the pipeline and is checked by verify_stream. No output: verdicts are counted only.
  Pipeline(verify::Engine& engine, const StreamOptions& options, std::optional<Output> output, int threads);

  Result<StreamResult> run();

 private:
  // The stages. read returns null at the end.
  Batch* read();
  Batch* load(Batch* batch);
  Batch* order(Batch* batch);
  Batch* verify(Batch* batch);
  void write(Batch* batch);

  void fill(Batch& batch, bool wait);
  void write_verdicts(const Batch& batch);
  void fail(Error error);
  void report_progress(bool at_end);
  signature::BackendStatistics signatures() const;
  memo::MemoStatistics memo() const;
  Result<void> write_summary(const StreamResult& result);
  std::unique_ptr<Worker> take_worker();
  std::unique_ptr<Batch> take_batch();

  verify::Engine& engine_;
  const StreamOptions& options_;
  std::optional<Output> output_;
  const int threads_;
  Source source_;
  Splitter splitter_;
  std::optional<VerdictWriter> writer_;
  std::uint64_t total_bytes_ = 0;
  const signature::BackendStatistics signatures_before_;
  const memo::MemoStatistics memo_before_;
  const Instant started_at_;
  const std::chrono::steady_clock::time_point started_;

  // A batch goes from thread to thread under this lock, once a stage. oneTBB orders the stages anyway; but a sanitizer
  // that does not see into it can check only what it sees ordered, and an uncontended lock a batch costs nothing.
  void hand_over() { const std::lock_guard lock(mutex_); }

  std::mutex mutex_;  // guards the next four
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::unique_ptr<Batch>> batches_;
  std::optional<Error> error_;
  StageSeconds load_seconds_{};
  std::atomic<bool> halt_{false};  // read no more: something failed, or nobody reads the output

  // Of the reader.
  base::StageClock reader_clock_;
  bool input_ended_ = false, interrupted_ = false;
  std::uint64_t skipped_bytes_ = 0;

  BlockQueue queue_;

  // Of the writer.
  base::StageClock writer_clock_;
  Counts counts_;
  Tally tally_;
  std::uint64_t bytes_ = 0;
  bool output_closed_ = false;
  std::chrono::steady_clock::time_point last_progress_;
};

}  // namespace assay::stream
