#include "stream/verify_stage.h"

#include <algorithm>
#include <span>
#include <string>
#include <utility>

#include "base/arena.h"
#include "stream/extractor.h"
#include "stream/range.h"

namespace assay::stream {

namespace {

Error not_enough_memory() {
  return {"not enough memory to verify tokens; give the program more, or use fewer threads"};
}

}  // namespace

struct VerifyStage::Worker {
  Worker(const Extractor::Options& options, verify::Engine& the_engine)
      : engine(the_engine), session(the_engine.acquire()), extractor(options) {}
  ~Worker() {
    session->wait_until(nullptr);
    engine.release(std::move(session));
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  verify::Engine& engine;
  std::unique_ptr<verify::Session> session;
  Extractor extractor;
  base::Arena arena;
  std::vector<Extracted> extracted;  // one a record
  // One a record that was not refused, in the same order.
  std::vector<jose::TokenInput> inputs;
  std::vector<jose::TokenVerdict> verdicts;
};

VerifyStage::VerifyStage(verify::Engine& engine, const StreamOptions& options, const VerdictWriter* writer)
    : engine_(engine), options_(options), writer_(writer) {}
VerifyStage::~VerifyStage() = default;

std::unique_ptr<VerifyStage::Worker> VerifyStage::take_worker(InputFormat format, std::size_t line_limit) {
  {
    const base::MutexLock lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Worker> worker = std::move(idle_.back());
      idle_.pop_back();
      return worker;
    }
  }
  const Extractor::Options options{.format = format,
                                   .token_field = options_.token_field,
                                   .time_field = options_.time_field,
                                   .carry = options_.carry,
                                   .at_record = options_.at_record,
                                   .line_limit = line_limit};
  auto worker = std::make_unique<Worker>(options, engine_);
  // The session may have served another run.
  worker->session->clock().reset(options_.measure_stages);
  worker->session->wait_until(options_.stop);
  return worker;
}

Result<void> VerifyStage::verify(Batch& batch, InputFormat format) {
  if (batch.block.record_count == 0) return {};
  std::unique_ptr<Worker> worker = take_worker(format, batch.block.line_limit);
  base::StageClock& clock = worker->session->clock();
  clock.start();
  cut(batch.block);
  extract(*worker, batch.block);
  clock.lap(Stage::split);
  if (!engine_.verify(worker->inputs, std::span(worker->verdicts).first(worker->inputs.size()), *worker->session)) {
    return not_enough_memory();
  }
  append_verdicts(*worker, batch);
  clock.lap(Stage::output);
  {
    const base::MutexLock lock(mutex_);
    idle_.push_back(std::move(worker));
  }
  if (std::string fault = engine_.backend().fault(); !fault.empty()) return Error{std::move(fault)};
  return {};
}

void VerifyStage::extract(Worker& worker, const Block& block) const {
  worker.arena.reset();
  worker.extracted.clear();
  worker.extracted.reserve(block.records.size());
  worker.inputs.clear();
  const Instant at = options_.at.value_or(block.now);
  for (const Record& record : block.records) {
    Extracted& extracted = worker.extracted.emplace_back(worker.extractor.extract(record, worker.arena));
    if (!options_.at_record) {
      extracted.time = at;
      extracted.has_time = true;
    }
    if (!extracted.refused) worker.inputs.push_back({extracted.token, extracted.time});
  }
  worker.verdicts.resize(std::max(worker.verdicts.size(), worker.inputs.size()));
}

void VerifyStage::append_verdicts(const Worker& worker, Batch& batch) const {
  const Block& block = batch.block;
  const bool tally = needs_tally(options_);
  std::size_t verified = 0;
  jose::TokenVerdict refused;
  for (std::size_t i = 0; i < worker.extracted.size(); ++i) {
    const Extracted& extracted = worker.extracted[i];
    const jose::TokenVerdict* verdict = &refused;
    if (extracted.refused) {
      refused.reasons = *extracted.refused;
      refused.detail = extracted.detail;
    } else {
      verdict = &worker.verdicts[verified++];
    }
    batch.counts.count(verdict->reasons);
    if (tally) batch.tally.count(*verdict, extracted.has_time ? &extracted.time : nullptr);
    if (writer_ == nullptr) continue;
    writer_->append(batch.output, {.record = block.first_record + i,
                                   .line = block.first_line + i,
                                   .file = block.file,
                                   .verdict = verdict,
                                   .has_token = extracted.has_token,
                                   .token = extracted.token,
                                   .carried = extracted.carried});
  }
}

void VerifyStage::add_times_to(StageSeconds& sum) const {
  const base::MutexLock lock(mutex_);
  for (const std::unique_ptr<Worker>& worker : idle_) worker->session->clock().add_to(sum);
}

}  // namespace assay::stream
