#include "stream/verify_stage.h"

#include <algorithm>
#include <new>
#include <span>
#include <string>
#include <type_traits>
#include <utility>

#include "base/arena.h"
#include "input/range.h"
#include "input/splitter.h"
#include "jose/token_finder.h"
#include "stream/carry.h"
#include "stream/extractor.h"

namespace assay::stream {

namespace {

Error not_enough_memory() {
  return {"not enough memory to verify tokens; give the program more, or use fewer threads"};
}

}  // namespace

// extract() constructs what it extracts over old ones.
static_assert(std::is_trivially_destructible_v<Extracted>);

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
  std::vector<Extracted> extracted_room;  // of the longest batch
  std::span<const Extracted> extracted;   // one a record
  // One a record that was not refused, in the same order.
  std::vector<jose::TokenInput> inputs;
  std::vector<jose::TokenVerdict> verdicts;
  // One a record, if verdicts show fingerprints; only those that are written are set.
  std::vector<digest::Sha256> fingerprints;
  std::vector<signature::HashedText> to_hash;
};

VerifyStage::VerifyStage(verify::Engine& engine, const StreamOptions& options, base::TimeReader times,
                         const writers::VerdictWriter* writer)
    : engine_(engine),
      options_(options),
      writer_(writer),
      times_(std::move(times)),
      wants_failed_hmac_(options.keep_failed_hmac) {}
VerifyStage::~VerifyStage() = default;

std::unique_ptr<VerifyStage::Worker> VerifyStage::take_worker(std::size_t line_limit) {
  {
    const base::MutexLock lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Worker> worker = std::move(idle_.back());
      idle_.pop_back();
      return worker;
    }
  }
  const Extractor::Options options{.format = options_.input,
                                   .token_field = options_.token_field,
                                   .time_field = options_.time_field,
                                   .carry = options_.carry,
                                   .at_record = options_.at_record,
                                   .times = times_,
                                   .line_limit = line_limit};
  auto worker = std::make_unique<Worker>(options, engine_);
  // The session may have served another run.
  worker->session->clock().reset(options_.measure_stages);
  worker->session->wait_until(options_.stop);
  return worker;
}

Result<void> VerifyStage::verify(Batch& batch) {
  if (batch.block.record_count == 0) return {};
  std::unique_ptr<Worker> worker = take_worker(batch.block.line_limit);
  base::StageClock& clock = worker->session->clock();
  clock.start();
  input::cut(batch.block);
  extract(*worker, batch.block);
  clock.lap(Stage::split);
  if (!engine_.verify(worker->inputs, std::span(worker->verdicts).first(worker->inputs.size()), *worker->session)) {
    return not_enough_memory();
  }
  if (options_.fingerprint && writer_ != nullptr && !fingerprint(*worker)) return not_enough_memory();
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
  worker.extracted_room.resize(std::max(worker.extracted_room.size(), block.records.size()));
  worker.extracted = std::span(worker.extracted_room).first(block.records.size());
  worker.inputs.clear();
  const Instant at = options_.at.value_or(block.now);
  Extracted* to = worker.extracted_room.data();
  for (const Record& record : block.records) {
    // Constructed in its place: a copy would wait for what was just stored.
    Extracted& extracted = *new (to++) Extracted(worker.extractor.extract(record, worker.arena));
    if (!options_.at_record) {
      extracted.time = at;
      extracted.has_time = true;
    }
    if (!extracted.refused) worker.inputs.push_back({extracted.token, extracted.time});
  }
  worker.verdicts.resize(std::max(worker.verdicts.size(), worker.inputs.size()));
}

// Hashes the tokens whose verdicts are written. Returns false if memory was refused.
bool VerifyStage::fingerprint(Worker& worker) const {
  worker.fingerprints.resize(worker.extracted.size());
  worker.to_hash.clear();
  std::size_t verified = 0;
  for (std::size_t i = 0; i < worker.extracted.size(); ++i) {
    const Extracted& extracted = worker.extracted[i];
    const bool valid = !extracted.refused && worker.verdicts[verified++].reasons.empty();
    if (extracted.has_token && writer_->wants(valid)) {
      worker.to_hash.push_back({extracted.token, &worker.fingerprints[i]});
    }
  }
  return engine_.hash(worker.to_hash, *worker.session);
}

void VerifyStage::append_verdicts(Worker& worker, Batch& batch) const {
  const Block& block = batch.block;
  const bool tally = needs_tally(options_);
  std::size_t verified = 0;
  jose::TokenVerdict refused;
  for (std::size_t i = 0; i < worker.extracted.size(); ++i) {
    const Extracted& extracted = worker.extracted[i];
    const jose::TokenVerdict* verdict = &refused;
    if (extracted.refused) {
      refused.reasons = *extracted.refused;
      refused.detail = extracted.detail.empty() ? explain(*extracted.refused) : extracted.detail;
    } else {
      verdict = &worker.verdicts[verified++];
    }
    batch.counts.count(*verdict);
    if (verdict->reasons.contains(Reason::signature_invalid)) keep_failed_hmac(*verdict, extracted.token);
    if (options_.count_algorithms) batch.counts.count_algorithm(*verdict);
    if (tally) {
      batch.tally.count({.verdict = verdict,
                         .at = extracted.has_time ? &extracted.time : nullptr,
                         .has_own_time = options_.at_record,
                         .token = extracted.token,
                         .is_of_log = false,
                         .client = {},
                         .status = 0});
    }
    if (options_.at_record) batch.diagnosis.compare_times(*verdict, extracted.token, extracted.time);
    if (!verdict->reasons.empty() || block.first_line + i <= kSearchedRecords) {
      diagnose(extracted, *verdict, i, batch);
    }
    if (!extracted.carried.empty()) batch.diagnosis.saw_carried(extracted.carried, block.records[i].text);
    if (writer_ == nullptr || !writer_->wants(verdict->reasons.empty())) continue;
    if (!extracted.carried.empty()) redact_carried(extracted, *verdict, worker.arena);
    writer_->append(batch.output, {.record = block.first_record + i,
                                   .line = block.first_line + i,
                                   .file = block.file,
                                   .verdict = verdict,
                                   .has_token = extracted.has_token,
                                   .token = extracted.token,
                                   .fingerprint = options_.fingerprint ? &worker.fingerprints[i] : nullptr,
                                   .judged_at = options_.at_record && extracted.has_time ? &extracted.time : nullptr,
                                   .at = options_.at.value_or(block.now),
                                   .carried = extracted.carried});
  }
}

void VerifyStage::keep_failed_hmac(const jose::TokenVerdict& verdict, std::string_view token) const {
  // Loaded first: many threads may come here for every token, and only one exchange is of use.
  if (!wants_failed_hmac_.load(std::memory_order_relaxed) || !verdict.alg.starts_with("HS")) return;
  if (!wants_failed_hmac_.exchange(false)) return;
  const base::MutexLock lock(mutex_);
  failed_hmac_ = token;
}

std::string VerifyStage::failed_hmac() const {
  const base::MutexLock lock(mutex_);
  return failed_hmac_;
}

void VerifyStage::diagnose(const Extracted& extracted, const jose::TokenVerdict& verdict, std::size_t index,
                           Batch& batch) const {
  const std::uint64_t number = batch.block.first_line + index;
  batch.diagnosis.count(verdict, number);
  if (verdict.reasons.empty()) return;
  if (number > kSearchedRecords) return;
  if (extracted.form) batch.diagnosis.saw(*extracted.form, extracted.place);
  if (batch.diagnosis.seen(InputNote::Kind::in_text)) return;
  // One token, though written wrongly: padded, or in the alphabet of standard base64.
  constexpr std::string_view kOneToken = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/";
  if (extracted.token.find_first_not_of(kOneToken) == std::string_view::npos) return;
  const std::optional<jose::FoundToken> found = jose::find_token(extracted.token);
  if (!found || found->size == extracted.token.size()) return;
  const bool is_json = options_.input != InputFormat::lines && input::begins_object(batch.block.records[index].text);
  batch.diagnosis.saw(InputNote::Kind::in_text, is_json ? std::string_view(options_.token_field) : std::string_view());
}

void VerifyStage::redact_carried(const Extracted& extracted, const jose::TokenVerdict& verdict,
                                 base::Arena& arena) const {
  // A mask that stands in the token's place is no credential and may be shown.
  const bool has_token =
      extracted.has_token && (verdict.reasons.empty() || (verdict.reasons.first() > Reason::missing_token &&
                                                          verdict.reasons.first() != Reason::token_redacted));
  const std::string_view own = has_token ? extracted.token : std::string_view();
  TokenHider hider(own, arena);
  for (std::string_view& value : extracted.carried) value = hider.without_tokens(value);
}

void VerifyStage::add_times_to(StageSeconds& sum) const {
  const base::MutexLock lock(mutex_);
  for (const std::unique_ptr<Worker>& worker : idle_) worker->session->clock().add_to(sum);
}

}  // namespace assay::stream
