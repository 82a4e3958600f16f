#include "stream/pipeline.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_pipeline.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <new>
#include <utility>

#include "codec/json.h"
#include "stream/range.h"

namespace assay::stream {
namespace {

using Clock = std::chrono::steady_clock;

Result<void> check_options(const StreamOptions& options) {
  const auto check_pointer = [](const char* option, const std::string& pointer) -> Result<void> {
    if (codec::is_json_pointer(pointer)) return {};
    return Error{std::string(option) + " " + pointer + ": not a JSON pointer; write it like /name or /outer/inner"};
  };
  if (Result<void> ok = check_pointer("--token-field", options.token_field); !ok) return ok;
  if (Result<void> ok = check_pointer("--time-field", options.time_field); !ok) return ok;
  for (const std::string& pointer : options.carry) {
    if (Result<void> ok = check_pointer("--carry", pointer); !ok) return ok;
  }
  return {};
}

Error lines_have_no_time() { return {"--at record needs a time in each record; lines have none (use --input ndjson)"}; }

}  // namespace

Worker::Worker(const Extractor::Options& options, verify::Engine& the_engine)
    : engine(the_engine), session(the_engine.acquire()), extractor(options) {}
Worker::~Worker() { engine.release(std::move(session)); }

Pipeline::Pipeline(verify::Engine& engine, const StreamOptions& options, std::optional<Output> output, int threads)
    : engine_(engine),
      options_(options),
      output_(std::move(output)),
      threads_(threads),
      source_(options.inputs, {options.stop, options.wake_fd}),
      splitter_(source_, options.input, engine.policy().max_token_bytes),
      total_bytes_(source_.total_bytes()),
      signatures_before_(engine.backend().statistics()),
      memo_before_(engine.memo_statistics()),
      started_at_(Instant::now()),
      started_(Clock::now()),
      last_progress_(started_) {
  reader_clock_.reset(options.measure_stages);
  writer_clock_.reset(options.measure_stages);
  if (output_ && options.format != OutputFormat::none) {
    writer_.emplace(VerdictWriter::Options{.format = options.format,
                                           .only = options.only,
                                           .emit_token = options.emit_token,
                                           .fingerprint = options.fingerprint,
                                           .inputs = source_.inputs(),
                                           .carry = options.carry});
  }
}

void Pipeline::fail(Error error) {
  const std::lock_guard lock(mutex_);
  if (!error_) error_ = std::move(error);
  halt_ = true;
}

std::unique_ptr<Worker> Pipeline::take_worker() {
  {
    const std::lock_guard lock(mutex_);
    if (!workers_.empty()) {
      std::unique_ptr<Worker> worker = std::move(workers_.back());
      workers_.pop_back();
      return worker;
    }
  }
  const Extractor::Options options{.format = splitter_.format(),
                                   .token_field = options_.token_field,
                                   .time_field = options_.time_field,
                                   .carry = options_.carry,
                                   .at_record = options_.at_record,
                                   .line_limit = splitter_.line_limit()};
  auto worker = std::make_unique<Worker>(options, engine_);
  // The session may have served another run.
  worker->session->clock().reset(options_.measure_stages);
  return worker;
}

std::unique_ptr<Batch> Pipeline::take_batch() {
  const std::lock_guard lock(mutex_);
  if (batches_.empty()) return std::make_unique<Batch>();
  std::unique_ptr<Batch> batch = std::move(batches_.back());
  batches_.pop_back();
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

// Puts the next input into an empty batch, if there is any.
void Pipeline::fill(Batch& batch, bool wait) {
  // If the new set does not load, the engine reports it and keeps the old one.
  if (options_.reload != nullptr && options_.reload->exchange(false)) static_cast<void>(engine_.reload());
  reader_clock_.start();
  Result<Splitter::Outcome> outcome = splitter_.next(batch.block, wait);
  reader_clock_.lap(Stage::read);
  if (!outcome) return fail(outcome.error());
  if (*outcome == Splitter::Outcome::end || *outcome == Splitter::Outcome::stopped) {
    input_ended_ = true;
    interrupted_ = *outcome == Splitter::Outcome::stopped;
    skipped_bytes_ = batch.block.bytes;
  }
  if (*outcome != Splitter::Outcome::block) return batch.recycle(kBlockBytes);
  if (options_.at_record && splitter_.format() == InputFormat::lines) return fail(lines_have_no_time());
  batch.load = batch.block.range.file != nullptr ? Batch::Load::range : Batch::Load::block;
  batch.block.now = Instant::now();
}

Batch* Pipeline::load(Batch* batch) {
  if (batch->load != Batch::Load::range) return batch;
  hand_over();
  base::StageClock clock;
  clock.reset(options_.measure_stages);
  clock.start();
  if (Result<void> loaded = stream::load(batch->block, batch->overflow); !loaded) fail(loaded.error());
  clock.lap(Stage::read);
  const std::lock_guard lock(mutex_);
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
  if (batch->block.record_count == 0) return batch;
  std::unique_ptr<Worker> worker = take_worker();
  base::StageClock& clock = worker->session->clock();
  clock.start();
  worker->arena.reset();
  Block& block = batch->block;
  cut(block);
  const std::size_t count = block.records.size();
  const Instant at = options_.at.value_or(block.now);
  worker->extracted.clear();
  worker->extracted.reserve(count);
  worker->inputs.clear();
  for (const Record& record : block.records) {
    Extracted& extracted = worker->extracted.emplace_back(worker->extractor.extract(record, worker->arena));
    if (!options_.at_record) {
      extracted.time = at;
      extracted.has_time = true;
    }
    if (!extracted.refused) worker->inputs.push_back({extracted.token, extracted.time});
  }
  worker->verdicts.resize(std::max(worker->verdicts.size(), worker->inputs.size()));
  clock.lap(Stage::split);
  engine_.verify(worker->inputs, std::span(worker->verdicts).first(worker->inputs.size()), *worker->session);
  if (std::string fault = engine_.backend().fault(); !fault.empty()) fail({std::move(fault)});

  const bool summarise = !options_.summary.empty();
  std::size_t judged = 0;
  jose::TokenVerdict refused;
  for (std::size_t i = 0; i < count; ++i) {
    const Extracted& extracted = worker->extracted[i];
    const jose::TokenVerdict* verdict = &refused;
    if (extracted.refused) {
      refused.reasons = *extracted.refused;
      refused.detail = extracted.detail;
    } else {
      verdict = &worker->verdicts[judged++];
    }
    batch->counts.count(verdict->reasons);
    if (summarise) batch->tally.count(*verdict, extracted.has_time ? &extracted.time : nullptr);
    if (writer_) {
      writer_->append(batch->output, {.record = block.first_record + i,
                                      .line = block.first_line + i,
                                      .file = block.file,
                                      .verdict = verdict,
                                      .has_token = extracted.has_token,
                                      .token = extracted.token,
                                      .carried = extracted.carried});
    }
  }
  clock.lap(Stage::output);
  const std::lock_guard lock(mutex_);
  workers_.push_back(std::move(worker));
  return batch;
}

void Pipeline::write(Batch* owned) {
  hand_over();
  std::unique_ptr<Batch> batch(owned);
  write_verdicts(*batch);
  batch->recycle(kBlockBytes);
  const std::lock_guard lock(mutex_);
  batches_.push_back(std::move(batch));
}

void Pipeline::write_verdicts(const Batch& batch) {
  writer_clock_.start();
  // After a failure the batches in flight are let go: no verdict may follow one that is missing.
  if (!halt_) {
    Output::Outcome outcome = Output::Outcome::written;
    if (batch.output.size() != 0) {
      Result<Output::Outcome> wrote = output_->write(batch.output.view());
      if (!wrote) {
        fail(wrote.error());
      } else {
        outcome = *wrote;
      }
    }
    if (outcome == Output::Outcome::closed) {
      output_closed_ = true;
      halt_ = true;
    }
  }
  if (!halt_) {
    counts_.add(batch.counts);
    if (!options_.summary.empty()) tally_.add(batch.tally);
    bytes_ += batch.block.bytes;
    report_progress(false);
  }
  writer_clock_.lap(Stage::output);
}

void Pipeline::report_progress(bool at_end) {
  if (!options_.on_progress) return;
  const Clock::time_point now = Clock::now();
  if (!at_end && now - last_progress_ < std::chrono::milliseconds(250)) return;
  last_progress_ = now;
  options_.on_progress(
      {counts_.records(), bytes_, total_bytes_, std::chrono::duration<double>(now - started_).count()});
}

// Of this run: the backend may have served others.
signature::BackendStatistics Pipeline::signatures() const {
  signature::BackendStatistics now = engine_.backend().statistics();
  const signature::BackendStatistics& before = signatures_before_;
  now.by_lanes -= before.by_lanes;
  now.by_openssl -= before.by_openssl;
  now.exceptional -= before.exceptional;
  now.cross_checked -= before.cross_checked;
  now.tables_built -= before.tables_built;
  now.tables_evicted -= before.tables_evicted;
  return now;
}

// Of this run, but for what is held now.
memo::MemoStatistics Pipeline::memo() const {
  memo::MemoStatistics now = engine_.memo_statistics();
  now.lookups -= memo_before_.lookups;
  now.hits -= memo_before_.hits;
  return now;
}

Result<void> Pipeline::write_summary(const StreamResult& result) {
  const RunManifest manifest{.started = started_at_,
                             .ended = Instant::now(),
                             .seconds = result.seconds,
                             .inputs = source_.inputs(),
                             .options = options_.manifest,
                             .threads = threads_,
                             .backend = std::string(engine_.backend().name()),
                             .isa = std::string(engine_.backend().isa()),
                             .signatures = signatures(),
                             .memo = memo(),
                             .bytes = bytes_,
                             .complete = result.stopped_by == 0 && !result.output_closed};
  Result<Output> file = Output::open(options_.summary);
  if (!file) return file.error();
  Result<Output::Outcome> wrote = file->write(summary_json(manifest, counts_, tally_));
  if (!wrote) return wrote.error();
  return file->commit();
}

Result<StreamResult> Pipeline::run() {
  using oneapi::tbb::filter_mode;
  if (writer_) {
    Result<Output::Outcome> wrote = output_->write(writer_->head());
    if (!wrote) return wrote.error();
    output_closed_ = *wrote == Output::Outcome::closed;
    halt_ = output_closed_;
  }
  const oneapi::tbb::global_control control(oneapi::tbb::global_control::max_allowed_parallelism,
                                            static_cast<std::size_t>(threads_));
  oneapi::tbb::task_arena arena(threads_);
  const auto stages =
      oneapi::tbb::make_filter<void, Batch*>(filter_mode::serial_in_order,
                                             [this](oneapi::tbb::flow_control& flow) -> Batch* {
                                               Batch* batch = read();
                                               if (batch == nullptr) flow.stop();
                                               return batch;
                                             }) &
      oneapi::tbb::make_filter<Batch*, Batch*>(filter_mode::parallel, [this](Batch* batch) { return load(batch); }) &
      oneapi::tbb::make_filter<Batch*, Batch*>(filter_mode::serial_in_order,
                                               [this](Batch* batch) { return order(batch); }) &
      oneapi::tbb::make_filter<Batch*, Batch*>(filter_mode::parallel, [this](Batch* batch) { return verify(batch); }) &
      oneapi::tbb::make_filter<Batch*, void>(filter_mode::serial_in_order, [this](Batch* batch) { write(batch); });
  // With one thread nothing overlaps, and one batch is enough.
  const std::size_t in_flight = threads_ == 1 ? 1 : 2 * static_cast<std::size_t>(threads_) + 2;
  arena.execute([&] { oneapi::tbb::parallel_pipeline(in_flight, stages); });
  hand_over();
  if (error_) return *error_;

  bytes_ += skipped_bytes_;
  report_progress(true);
  StreamResult result;
  result.records = counts_.records();
  result.accepted = counts_.accepted;
  result.rejected = counts_.rejected;
  result.bytes = bytes_;
  result.exceptional = signatures().exceptional;
  result.recalled = memo().hits;
  for (int i = 0; i < kReasonCount; ++i) {
    const std::uint64_t count = counts_.by_reason[static_cast<std::size_t>(i)];
    if (count != 0) result.by_reason.emplace_back(to_string(static_cast<Reason>(i)), count);
  }
  std::stable_sort(result.by_reason.begin(), result.by_reason.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  result.seconds = std::chrono::duration<double>(Clock::now() - started_).count();
  for (const std::unique_ptr<Worker>& worker : workers_) worker->session->clock().add_to(result.stages);
  for (std::size_t i = 0; i < kStageCount; ++i) result.stages[i] += load_seconds_[i];
  reader_clock_.add_to(result.stages);
  writer_clock_.add_to(result.stages);
  result.stopped_by = interrupted_ ? options_.stop->load() : 0;
  result.output_closed = output_closed_;
  // A run that was cut short leaves no file that could be taken for a whole one.
  if (output_ && result.stopped_by == 0 && !output_closed_) {
    if (Result<void> done = output_->commit(); !done) return done.error();
  }
  if (!options_.summary.empty()) {
    if (Result<void> done = write_summary(result); !done) return done.error();
  }
  return result;
}

}  // namespace assay::stream

namespace assay {

Result<StreamResult> verify_stream(const JwtVerifier& verifier, const StreamOptions& options) try {
  if (Result<void> ok = stream::check_options(options); !ok) return ok.error();
  if (options.at_record && options.input == InputFormat::lines) return stream::lines_have_no_time();
  if (Result<void> ok = stream::Source(options.inputs, {}).check(); !ok) return ok.error();
  std::optional<stream::Output> output;
  if (options.format != OutputFormat::none) {
    Result<stream::Output> opened = stream::Output::open(options.output, options.emit_token);
    if (!opened) return opened.error();
    output.emplace(std::move(*opened));
  }
  const int threads = options.threads > 0 ? options.threads : oneapi::tbb::info::default_concurrency();
  return stream::Pipeline(verifier.engine(), options, std::move(output), threads).run();
} catch (const std::bad_alloc&) {
  return Error{"not enough memory; use fewer --threads"};
}

}  // namespace assay
