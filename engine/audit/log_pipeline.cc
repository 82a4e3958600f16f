#include "audit/log_pipeline.h"

#include <oneapi/tbb/parallel_pipeline.h>

#include <algorithm>
#include <utility>

#include "input/range.h"
#include "stream/file_digests.h"
#include "writers/formats.h"

namespace assay::audit {

namespace {

input::SplitterOptions splitter_options(const stream::Checkpointer* checkpointer) {
  input::SplitterOptions options = input::in_pieces();
  options.skipped = first_place(checkpointer).offset;
  return options;
}

LineLinker linker_at(const stream::Checkpointer* checkpointer, const AuditState& state) {
  if (checkpointer == nullptr || checkpointer->from() == nullptr) return {};
  return {checkpointer->from()->place, state.known};
}

}  // namespace

LogPipeline::LogPipeline(verify::Engine& engine, const StreamOptions& options, Logs& logs, stream::Outputs outputs,
                         stream::Checkpointer* checkpointer, AuditState state, int threads)
    : options_(options),
      logs_(logs),
      threads_(threads),
      checkpointer_(checkpointer),
      statistics_(engine, checkpointer == nullptr ? nullptr : checkpointer->from()),
      summary_(std::move(outputs.summary)),
      source_(logs.inputs, {options.stop, options.wake_fd}, first_place(checkpointer).input, threads - 1),
      splitter_(source_, splitter_options(checkpointer)),
      queue_(first_place(checkpointer)),
      writer_(writers::make_writer(options.format, {.only = options.only,
                                                    .emit_token = options.emit_token,
                                                    .fingerprint = options.fingerprint,
                                                    .judged_at = true,
                                                    .inputs = logs.inputs,
                                                    .names_only_input = true,
                                                    .carry = options.carry,
                                                    .occurrences = true})),
      arranger_(logs.survey, logs.files, logs.inputs, !options.at),
      linker_(linker_at(checkpointer, state)),
      judge_stage_(engine, options, writer_.get()),
      write_stage_(options, std::move(outputs.verdicts), writer_.get(), logs.inputs, statistics_.started(),
                   source_.total_bytes(), checkpointer == nullptr ? nullptr : checkpointer->from()),
      reloader_(engine),
      state_(std::move(state)) {
  arranger_.go_on(state_.directive);
  state_.tokens.resize(logs.inputs.size());
  state_.was_read.resize(logs.inputs.size());
  reader_clock_.reset(options.measure_stages);
}

LogPipeline::~LogPipeline() = default;

void LogPipeline::fail(Error error) {
  const base::MutexLock lock(mutex_);
  if (!error_) error_ = std::move(error);
  halt_ = true;
}

std::unique_ptr<LogBatch> LogPipeline::take_batch() {
  const base::MutexLock lock(mutex_);
  if (idle_.empty()) return std::make_unique<LogBatch>();
  std::unique_ptr<LogBatch> batch = std::move(idle_.back());
  idle_.pop_back();
  return batch;
}

std::unique_ptr<LogPipeline::Search> LogPipeline::take_search() {
  const base::MutexLock lock(mutex_);
  if (idle_searches_.empty()) return std::make_unique<Search>();
  std::unique_ptr<Search> search = std::move(idle_searches_.back());
  idle_searches_.pop_back();
  return search;
}

LogBatch* LogPipeline::read() {
  std::unique_ptr<LogBatch> batch = take_batch();
  while (!halt_) {
    // Blocks that wait in the queue go before new input, and all of them before a wait for input or the end of the run.
    const bool drained = queue_.is_drained();
    if (!input_ended_ && !queue_.has_spare()) fill(*batch, drained);
    if (halt_) break;
    const bool is_last = input_ended_ && drained && batch->load == LogBatch::Load::nothing;
    if (is_last && std::exchange(last_sent_, true)) break;
    batch->is_last = is_last;
    if (is_last || batch->load != LogBatch::Load::nothing || !drained) {
      queue_.send(*batch);
      hand_over();
      return batch.release();
    }
  }
  hand_over();
  return nullptr;
}

void LogPipeline::fill(LogBatch& batch, bool wait) {
  using Outcome = input::Splitter::Outcome;
  if (options_.reload != nullptr && options_.reload->exchange(false)) reloader_.request();
  reader_clock_.start();
  Result<Outcome> outcome = splitter_.next(batch.block, wait);
  reader_clock_.lap(Stage::read);
  if (!outcome) return fail(outcome.error());
  if (*outcome == Outcome::end || *outcome == Outcome::stopped) {
    input_ended_ = true;
    interrupted_ = *outcome == Outcome::stopped;
    skipped_bytes_ = batch.block.bytes;
  }
  if (*outcome != Outcome::block) return batch.recycle(input::kPieceBlockBytes);
  batch.load = batch.block.range.file != nullptr ? LogBatch::Load::range : LogBatch::Load::block;
  batch.block.now = Instant::now();
}

LogBatch* LogPipeline::load(LogBatch* batch) {
  if (batch->load != LogBatch::Load::range) return batch;
  hand_over();
  base::StageClock clock;
  clock.reset(options_.measure_stages);
  clock.start();
  input::load(batch->block, batch->overflow);
  clock.lap(Stage::read);
  const base::MutexLock lock(mutex_);
  clock.add_to(seconds_);
  return batch;
}

LogBatch* LogPipeline::arrange(LogBatch* batch) {
  hand_over();
  queue_.exchange(*batch);
  if (!halt_) {
    if (Result<void> arranged = arranger_.arrange(*batch); !arranged) fail(arranged.error());
  }
  hand_over();
  return batch;
}

LogBatch* LogPipeline::search(LogBatch* batch) {
  if (halt_) return batch;
  hand_over();
  std::unique_ptr<Search> search = take_search();
  base::StageClock clock;
  clock.reset(options_.measure_stages);
  clock.start();
  search->tokens.search(*batch);
  if (stream::needs_tally(options_)) search->coverage.read(*batch);
  clock.lap(Stage::split);
  const base::MutexLock lock(mutex_);
  clock.add_to(seconds_);
  idle_searches_.push_back(std::move(search));
  return batch;
}

LogBatch* LogPipeline::link(LogBatch* batch) {
  hand_over();
  linker_.link(*batch);
  hand_over();
  return batch;
}

LogBatch* LogPipeline::judge(LogBatch* batch) {
  if (halt_) return batch;
  hand_over();
  if (Result<void> judged = judge_stage_.judge(*batch); !judged) fail(judged.error());
  hand_over();
  return batch;
}

void LogPipeline::write(LogBatch* owned) {
  hand_over();
  std::unique_ptr<LogBatch> batch(owned);
  // After a failure the batches in flight are dropped: no verdict may follow one that is missing.
  if (!halt_ && judge_rest(*batch)) {
    if (went_on(write_stage_.write(*batch))) {
      count(*batch);
      if (checkpointer_ != nullptr && place_ && checkpointer_->is_due()) {
        if (Result<void> kept = keep(*place_, false); !kept) fail(kept.error());
      }
    }
  }
  batch->recycle(input::kPieceBlockBytes);
  const base::MutexLock lock(mutex_);
  idle_.push_back(std::move(batch));
}

// Writes the verdicts of a batch that has too many to hold them, and judges the rest of it in the meantime. Returns
// false if the run ends here.
bool LogPipeline::judge_rest(LogBatch& batch) {
  while (batch.judged < batch.hit_count) {
    if (!went_on(write_stage_.write_part(batch))) return false;
    if (Result<void> judged = judge_stage_.judge(batch); !judged) {
      fail(judged.error());
      return false;
    }
  }
  return true;
}

// Whether the output took what was written. If not, the run ends.
bool LogPipeline::went_on(const Result<bool>& open) {
  if (!open) {
    fail(open.error());
  } else if (!*open) {
    halt_ = true;
  }
  return open && *open;
}

void LogPipeline::count(const LogBatch& batch) {
  const input::Block& block = batch.block;
  state_.lines += block.line_count + (block.ends_mid_line && !block.fault.empty() ? 1 : 0);
  state_.other_credentials += batch.other_credentials;
  state_.repeated_hours += batch.repeated_hours;
  for (const FileHits& hits : batch.hits_by_file) state_.tokens[hits.file] += hits.count;
  if (block.text.empty() && block.fault.empty()) return;
  if (!block.text.empty()) state_.was_read[block.file] = true;
  place_ = batch.is_between_lines ? stream::place_behind(block, batch.first_record + batch.hit_count) : std::nullopt;
  const bool goes_on = place_ && place_->input == block.file;
  state_.directive = goes_on ? batch.directive : std::string();
  state_.known = goes_on ? batch.known : std::nullopt;
}

Result<void> LogPipeline::run_stages() {
  using oneapi::tbb::filter_mode;
  using oneapi::tbb::make_filter;
  const auto serial = filter_mode::serial_in_order;
  const auto parallel = filter_mode::parallel;
  const auto read_or_stop = [this](oneapi::tbb::flow_control& flow) {
    LogBatch* batch = read();
    if (batch == nullptr) flow.stop();
    return batch;
  };
  // A stage that passes batches on.
  const auto middle = [this](filter_mode mode, LogBatch* (LogPipeline::*step)(LogBatch*)) {
    return make_filter<LogBatch*, LogBatch*>(
        mode, runner_.stage([this, step](LogBatch* batch) { return (this->*step)(batch); }));
  };
  const auto stages = make_filter<void, LogBatch*>(serial, runner_.stage(read_or_stop)) &
                      middle(parallel, &LogPipeline::load) & middle(serial, &LogPipeline::arrange) &
                      middle(parallel, &LogPipeline::search) & middle(serial, &LogPipeline::link) &
                      middle(parallel, &LogPipeline::judge) &
                      make_filter<LogBatch*, void>(serial, runner_.stage([this](LogBatch* batch) { write(batch); }));
  return runner_.run(threads_, [&](std::size_t in_flight) { oneapi::tbb::parallel_pipeline(in_flight, stages); });
}

Result<AuditResult> LogPipeline::run() {
  const Result<bool> open = write_stage_.begin();
  if (!open) return open.error();
  halt_ = !*open;
  if (Result<void> ran = run_stages(); !ran) return ran.error();
  return finish();
}

Result<AuditResult> LogPipeline::finish() {
  {
    const base::MutexLock lock(mutex_);
    if (error_) return *error_;
  }
  if (Result<void> ended = write_stage_.end(skipped_bytes_); !ended) return ended.error();
  StreamResult run = statistics_.result(write_stage_.counts(), write_stage_.diagnosis());
  run.faults = write_stage_.faults();
  run.remarks = write_stage_.remarks();
  run.bytes = write_stage_.bytes();
  run.never_carried = write_stage_.diagnosis().never_carried(options_.carry);
  run.stopped_by = interrupted_ ? options_.stop->load() : 0;
  run.output_closed = write_stage_.output_closed();
  run.failed_hmac = judge_stage_.failed_hmac();
  reader_clock_.add_to(run.stages);
  judge_stage_.add_times_to(run.stages);
  write_stage_.add_times_to(run.stages);
  {
    const base::MutexLock lock(mutex_);
    for (std::size_t i = 0; i < kStageCount; ++i) run.stages[i] += seconds_[i];
  }
  if (run.stopped_by != 0 && checkpointer_ != nullptr) {
    // The run goes on later, and so do its output and its summary.
    if (place_) {
      if (Result<void> kept = keep(*place_, false); !kept) return kept.error();
    }
    run.resumable = checkpointer_->has_any();
    run.output_dropped = !run.resumable && write_stage_.awaits_commit();
    return result_of(std::move(run));
  }
  if (checkpointer_ != nullptr) {
    const input::Place end{logs_.inputs.size(), 0, 1, write_stage_.counts().records() + 1};
    if (Result<void> kept = keep(end, true); !kept) return kept.error();
  }
  // A run that was cut short leaves no file that could be taken for a whole one.
  run.output_dropped = run.stopped_by != 0 && write_stage_.awaits_commit();
  if (run.stopped_by == 0 && !run.output_closed) {
    if (Result<void> done = write_stage_.commit(); !done) return done.error();
  }
  if (Result<void> done = write_summary(run); !done) return done.error();
  if (checkpointer_ != nullptr) checkpointer_->remove();
  return result_of(std::move(run));
}

AuditResult LogPipeline::result_of(StreamResult run) const {
  AuditResult result;
  result.lines = state_.lines;
  result.other_credentials = state_.other_credentials;
  result.repeated_hours = state_.repeated_hours;
  for (std::size_t i = 0; i < logs_.inputs.size(); ++i) {
    if (!state_.was_read[i]) continue;
    ++result.files;
    if (state_.tokens[i] == 0) result.without_tokens.push_back(logs_.inputs[i]);
    if (!logs_.files[i].has_times()) result.without_times.push_back(logs_.inputs[i]);
  }
  result.run = std::move(run);
  return result;
}

Result<void> LogPipeline::keep(const input::Place& place, bool finished) {
  stream::Checkpoint checkpoint;
  checkpoint.place = place;
  checkpoint.finished = finished;
  checkpoint.own = to_json(state_);
  statistics_.save(checkpoint);
  if (Result<void> saved = write_stage_.save(checkpoint); !saved) return saved;
  return checkpointer_->keep(std::move(checkpoint));
}

// Adds what is known of the inputs, and the inputs that were not read.
void LogPipeline::describe_files(tally::Summary& summary) const {
  stream::add_digests(stream::file_digests(logs_.inputs, options_.stop), summary.files);
  for (std::size_t i = 0; i < logs_.inputs.size(); ++i) {
    const log::Learnt& learnt = logs_.files[i].learnt;
    tally::FileCoverage& file = summary.files[i];
    file.tokens = state_.tokens[i];
    file.format = learnt.format_name;
    file.zone = learnt.zone;
    if (learnt.year_source != log::YearSource::none) file.year = to_string(learnt.year_source);
  }
  for (const InputFault& fault : logs_.unreadable) {
    tally::FileCoverage& file = summary.files.emplace_back();
    file.path = fault.input;
    file.fault = fault.message;
  }
  for (const auto& [skipped, same] : logs_.repeated) {
    tally::FileCoverage& file = summary.files.emplace_back();
    file.path = skipped;
    file.repeats = same;
  }
}

Result<void> LogPipeline::write_summary(const StreamResult& result) {
  if (!summary_.any()) return {};
  tally::Summary summary = write_stage_.take_summary();
  summary.runs.push_back(statistics_.manifest("audit", options_, threads_, result));
  summary.keys = statistics_.keys();
  summary.published_private_keys = result.published_private_keys;
  summary.other_credentials = state_.other_credentials;
  summary.repeated_hours = state_.repeated_hours;
  describe_files(summary);
  tally::tidy(summary);
  return stream::write_summary(summary_, summary);
}

}  // namespace assay::audit
