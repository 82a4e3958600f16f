#include "stream/pipeline.h"

#include <oneapi/tbb/parallel_pipeline.h>

#include <algorithm>
#include <string>
#include <utility>

#include "input/range.h"
#include "stream/file_digests.h"
#include "writers/formats.h"

namespace assay::stream {

namespace {

using State = input::ListedInput::State;

std::vector<std::string> ready(const std::vector<input::ListedInput>& inputs) {
  std::vector<std::string> paths;
  for (const input::ListedInput& input : inputs) {
    if (input.state == State::ready) paths.push_back(input.path);
  }
  return paths;
}

std::vector<InputFault> told(const std::vector<input::ListedInput>& inputs, State state) {
  std::vector<InputFault> faults;
  for (const input::ListedInput& input : inputs) {
    if (input.state == state) faults.push_back({input.path, input.message});
  }
  return faults;
}

// Whether a directory was given: its only file is named, so that verdicts do not change their form with its contents.
bool has_found(const std::vector<input::ListedInput>& inputs) {
  return std::any_of(inputs.begin(), inputs.end(), [](const input::ListedInput& input) { return input.is_found; });
}

input::SplitterOptions splitter_options(const StreamOptions& options, const Policy& policy,
                                        const Checkpointer* checkpointer) {
  input::SplitterOptions splitter = input::in_records(options.input, policy.max_token_bytes);
  splitter.skipped = first_place(checkpointer).offset;
  return splitter;
}

void append(std::vector<InputFault>& to, const std::vector<InputFault>& faults) {
  to.insert(to.end(), faults.begin(), faults.end());
}

}  // namespace

Pipeline::Pipeline(verify::Engine& engine, const StreamOptions& options, const std::vector<input::ListedInput>& inputs,
                   base::TimeReader times, Outputs outputs, Checkpointer* checkpointer, int threads)
    : options_(options),
      threads_(threads),
      checkpointer_(checkpointer),
      statistics_(engine, checkpointer == nullptr ? nullptr : checkpointer->from()),
      summary_(std::move(outputs.summary)),
      faults_(told(inputs, State::unreadable)),
      remarks_(told(inputs, State::skipped)),
      source_(ready(inputs), {options.stop, options.wake_fd}, first_place(checkpointer).input, threads - 1),
      splitter_(source_, splitter_options(options, engine.policy(), checkpointer)),
      queue_(first_place(checkpointer)),
      writer_(writers::make_writer(options.format, {.only = options.only,
                                                    .emit_token = options.emit_token,
                                                    .fingerprint = options.fingerprint,
                                                    .judged_at = options.at_record,
                                                    .inputs = source_.inputs(),
                                                    .names_only_input = has_found(inputs),
                                                    .carry = options.carry})),
      verify_stage_(engine, options, std::move(times), writer_.get()),
      write_stage_(options, std::move(outputs.verdicts), writer_.get(), source_.inputs(), statistics_.started(),
                   source_.total_bytes(), checkpointer == nullptr ? nullptr : checkpointer->from()),
      reloader_(engine) {
  reader_clock_.reset(options.measure_stages);
}

void Pipeline::fail(Error error) {
  const base::MutexLock lock(mutex_);
  if (!error_) error_ = std::move(error);
  halt_ = true;
}

std::unique_ptr<Batch> Pipeline::take_batch() {
  const base::MutexLock lock(mutex_);
  if (idle_.empty()) return std::make_unique<Batch>();
  std::unique_ptr<Batch> batch = std::move(idle_.back());
  idle_.pop_back();
  return batch;
}

Batch* Pipeline::read() {
  std::unique_ptr<Batch> batch = take_batch();
  while (!halt_) {
    // Blocks that wait in the queue go before new input, and all of them before a wait for input or the end of the run.
    const bool drained = queue_.is_drained();
    if (!input_ended_ && !queue_.has_spare()) fill(*batch, drained);
    if (halt_) break;
    if (batch->load != Batch::Load::nothing || !drained) {
      queue_.send(*batch);
      hand_over();
      return batch.release();
    }
    if (input_ended_) break;
  }
  hand_over();
  return nullptr;
}

void Pipeline::fill(Batch& batch, bool wait) {
  if (options_.reload != nullptr && options_.reload->exchange(false)) reloader_.request();
  reader_clock_.start();
  Result<input::Splitter::Outcome> outcome = splitter_.next(batch.block, wait);
  reader_clock_.lap(Stage::read);
  if (!outcome) return fail(outcome.error());
  if (*outcome == input::Splitter::Outcome::end || *outcome == input::Splitter::Outcome::stopped) {
    input_ended_ = true;
    interrupted_ = *outcome == input::Splitter::Outcome::stopped;
    skipped_bytes_ = batch.block.bytes;
  }
  if (*outcome != input::Splitter::Outcome::block) return batch.recycle(input::kBlockBytes);
  batch.load = batch.block.range.file != nullptr ? Batch::Load::range : Batch::Load::block;
  batch.block.now = Instant::now();
}

Batch* Pipeline::load(Batch* batch) {
  if (batch->load != Batch::Load::range) return batch;
  hand_over();
  base::StageClock clock;
  clock.reset(options_.measure_stages);
  clock.start();
  input::load(batch->block, batch->overflow);
  clock.lap(Stage::read);
  const base::MutexLock lock(mutex_);
  clock.add_to(load_seconds_);
  return batch;
}

Batch* Pipeline::order(Batch* batch) {
  hand_over();
  queue_.exchange(*batch);
  hand_over();
  return batch;
}

Batch* Pipeline::verify(Batch* batch) {
  hand_over();
  if (Result<void> verified = verify_stage_.verify(*batch); !verified) fail(verified.error());
  hand_over();
  return batch;
}

void Pipeline::write(Batch* owned) {
  hand_over();
  std::unique_ptr<Batch> batch(owned);
  // After a failure the batches in flight are dropped: no verdict may follow one that is missing.
  if (!halt_) {
    const Result<bool> open = write_stage_.write(*batch);
    if (!open) {
      fail(open.error());
    } else if (!*open) {
      halt_ = true;
    } else if (checkpointer_ != nullptr && batch->block.line_count + batch->block.fault.size() != 0) {
      place_ = place_behind(batch->block, batch->block.first_record + batch->block.record_count);
      if (place_ && checkpointer_->is_due()) {
        if (Result<void> kept = keep(*place_, false); !kept) fail(kept.error());
      }
    }
  }
  batch->recycle(input::kBlockBytes);
  const base::MutexLock lock(mutex_);
  idle_.push_back(std::move(batch));
}

Result<void> Pipeline::run_stages() {
  using oneapi::tbb::filter_mode;
  using oneapi::tbb::make_filter;
  const auto serial = filter_mode::serial_in_order;
  const auto parallel = filter_mode::parallel;
  const auto read_or_stop = [this](oneapi::tbb::flow_control& flow) {
    Batch* batch = read();
    if (batch == nullptr) flow.stop();
    return batch;
  };
  const auto stages =
      make_filter<void, Batch*>(serial, runner_.stage(read_or_stop)) &
      make_filter<Batch*, Batch*>(parallel, runner_.stage([this](Batch* batch) { return load(batch); })) &
      make_filter<Batch*, Batch*>(serial, runner_.stage([this](Batch* batch) { return order(batch); })) &
      make_filter<Batch*, Batch*>(parallel, runner_.stage([this](Batch* batch) { return verify(batch); })) &
      make_filter<Batch*, void>(serial, runner_.stage([this](Batch* batch) { write(batch); }));
  return runner_.run(threads_, [&](std::size_t in_flight) { oneapi::tbb::parallel_pipeline(in_flight, stages); });
}

Result<StreamResult> Pipeline::run() {
  const Result<bool> open = write_stage_.begin();
  if (!open) return open.error();
  halt_ = !*open;
  if (Result<void> ran = run_stages(); !ran) return ran.error();
  return finish();
}

Result<StreamResult> Pipeline::finish() {
  {
    const base::MutexLock lock(mutex_);
    if (error_) return *error_;
  }
  if (Result<void> ended = write_stage_.end(skipped_bytes_); !ended) return ended.error();
  StreamResult result = statistics_.result(write_stage_.counts(), write_stage_.diagnosis());
  result.bytes = write_stage_.bytes();
  result.never_carried = write_stage_.diagnosis().never_carried(options_.carry);
  result.faults = faults_;
  append(result.faults, write_stage_.faults());
  result.remarks = remarks_;
  append(result.remarks, write_stage_.remarks());
  result.stopped_by = interrupted_ ? options_.stop->load() : 0;
  result.output_closed = write_stage_.output_closed();
  result.failed_hmac = verify_stage_.failed_hmac();
  reader_clock_.add_to(result.stages);
  verify_stage_.add_times_to(result.stages);
  write_stage_.add_times_to(result.stages);
  {
    const base::MutexLock lock(mutex_);
    for (std::size_t i = 0; i < kStageCount; ++i) result.stages[i] += load_seconds_[i];
  }
  if (result.stopped_by != 0 && checkpointer_ != nullptr) {
    // The run goes on later, and so do its output and its summary.
    if (place_) {
      if (Result<void> kept = keep(*place_, false); !kept) return kept.error();
    }
    result.resumable = checkpointer_->has_any();
    result.output_dropped = !result.resumable && write_stage_.awaits_commit();
    return result;
  }
  if (checkpointer_ != nullptr) {
    const input::Place end{source_.inputs().size(), 0, 1, write_stage_.counts().records() + 1};
    if (Result<void> kept = keep(end, true); !kept) return kept.error();
  }
  // A run that was cut short leaves no file that could be taken for a whole one.
  result.output_dropped = result.stopped_by != 0 && write_stage_.awaits_commit();
  if (result.stopped_by == 0 && !result.output_closed) {
    if (Result<void> done = write_stage_.commit(); !done) return done.error();
  }
  if (Result<void> done = write_summary(result); !done) return done.error();
  if (checkpointer_ != nullptr) checkpointer_->remove();
  return result;
}

Result<void> Pipeline::keep(const input::Place& place, bool finished) {
  Checkpoint checkpoint;
  checkpoint.place = place;
  checkpoint.finished = finished;
  statistics_.save(checkpoint);
  if (Result<void> saved = write_stage_.save(checkpoint); !saved) return saved;
  return checkpointer_->keep(std::move(checkpoint));
}

Result<void> Pipeline::write_summary(const StreamResult& result) {
  if (!summary_.any()) return {};
  tally::Summary summary = write_stage_.take_summary();
  summary.runs.push_back(statistics_.manifest("verify", options_, threads_, result));
  summary.keys = statistics_.keys();
  summary.published_private_keys = result.published_private_keys;
  add_digests(file_digests(source_.inputs(), options_.stop), summary.files);
  tally::tidy(summary);
  return stream::write_summary(summary_, summary);
}

}  // namespace assay::stream
