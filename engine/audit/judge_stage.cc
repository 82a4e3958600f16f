#include "audit/judge_stage.h"

#include <algorithm>
#include <span>
#include <utility>

#include "audit/carried_fields.h"
#include "jose/shown_time.h"
#include "jose/token_material.h"

namespace assay::audit {
namespace {

// Tokens that are verified in one call: enough for the lanes, and little memory if a line holds millions.
constexpr std::size_t kMostTokens = 4096;

// Why a token has no moment.
std::string untimed_detail(const Hit& hit, std::string_view place, base::Arena& arena) {
  if (place.empty()) return "no times were found in this log";
  if (hit.moment.unreadable.empty())
    return "the line has no time where the others of this log have theirs (" + std::string(place) + ")";
  return "cannot read " + jose::shown_time(hit.moment.unreadable, arena) + " as a time";
}

// What a request was, without credentials: a token may stand in its path, or in place of its method.
stream::Occurrence without_tokens(stream::Occurrence occurrence, base::Arena& arena) {
  for (std::string_view* text : {&occurrence.client, &occurrence.method, &occurrence.path}) {
    if (jose::may_hold_token_material(*text)) *text = arena.copy(jose::without_token_material(*text));
  }
  return occurrence;
}

}  // namespace

struct JudgeStage::Worker {
  explicit Worker(verify::Engine& the_engine) : engine(the_engine), session(the_engine.acquire()) {}
  ~Worker() {
    session->wait_until(nullptr);
    engine.release(std::move(session));
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  verify::Engine& engine;
  std::unique_ptr<verify::Session> session;
  // One a token that has a moment, in the same order.
  std::vector<jose::TokenInput> inputs;
  std::vector<jose::TokenVerdict> verdicts;
  ParsedLine parsed;
};

JudgeStage::JudgeStage(verify::Engine& engine, const StreamOptions& options, const stream::VerdictWriter* writer)
    : engine_(engine), options_(options), writer_(writer) {}
JudgeStage::~JudgeStage() = default;

std::unique_ptr<JudgeStage::Worker> JudgeStage::take_worker() {
  {
    const base::MutexLock lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Worker> worker = std::move(idle_.back());
      idle_.pop_back();
      return worker;
    }
  }
  auto worker = std::make_unique<Worker>(engine_);
  // The session may have served another run.
  worker->session->clock().reset(options_.measure_stages);
  worker->session->wait_until(options_.stop);
  return worker;
}

Result<void> JudgeStage::judge(LogBatch& batch) {
  if (batch.hits.empty()) return {};
  std::unique_ptr<Worker> worker = take_worker();
  worker->parsed.line = {};  // of a batch whose memory has other lines now
  for (std::size_t from = 0; from < batch.hits.size(); from += kMostTokens) {
    const std::size_t to = std::min(from + kMostTokens, batch.hits.size());
    if (!verify(*worker, batch, from, to))
      return Error{"not enough memory to verify tokens; give the program more, or use fewer threads"};
    append_verdicts(*worker, batch, from, to);
  }
  {
    const base::MutexLock lock(mutex_);
    idle_.push_back(std::move(worker));
  }
  if (std::string fault = engine_.backend().fault(); !fault.empty()) return Error{std::move(fault)};
  return {};
}

// The moment at which a token is judged, or null if it has none.
const Instant* JudgeStage::moment_of(const Hit& hit) const noexcept {
  if (options_.at) return &*options_.at;
  return hit.moment.at ? &*hit.moment.at : nullptr;
}

bool JudgeStage::verify(Worker& worker, LogBatch& batch, std::size_t from, std::size_t to) {
  worker.inputs.clear();
  for (std::size_t i = from; i < to; ++i) {
    if (const Instant* at = moment_of(batch.hits[i])) worker.inputs.push_back({batch.hits[i].token, *at});
  }
  worker.verdicts.resize(std::max(worker.verdicts.size(), worker.inputs.size()));
  worker.session->clock().start();
  return engine_.verify(worker.inputs, std::span(worker.verdicts).first(worker.inputs.size()), *worker.session);
}

void JudgeStage::append_verdicts(Worker& worker, LogBatch& batch, std::size_t from, std::size_t to) {
  std::size_t verified = 0;
  jose::TokenVerdict untimed;
  for (std::size_t i = from; i < to; ++i) {
    const Hit& hit = batch.hits[i];
    const Instant* at = moment_of(hit);
    if (at != nullptr) {
      append(worker, batch, i, worker.verdicts[verified++], at);
      continue;
    }
    untimed.reasons = Reason::missing_time;
    untimed.detail = batch.arena.copy(untimed_detail(hit, batch.time_place, batch.arena));
    append(worker, batch, i, untimed, nullptr);
  }
  worker.session->clock().lap(Stage::output);
}

void JudgeStage::append(Worker& worker, LogBatch& batch, std::size_t index, const jose::TokenVerdict& verdict,
                        const Instant* at) {
  const Hit& hit = batch.hits[index];
  const std::uint64_t record = batch.first_record + index;
  batch.counts.count(verdict);
  if (verdict.reasons.contains(Reason::signature_invalid)) keep_failed_hmac(verdict, hit.token);
  if (stream::needs_tally(options_)) {
    // An attacker may put a token where a log has the address.
    std::string_view client = hit.occurrence.client;
    if (jose::may_hold_token_material(client)) client = batch.arena.copy(jose::without_token_material(client));
    batch.tally.count({.verdict = &verdict,
                       .at = at,
                       .has_own_time = !options_.at,
                       .token = hit.token,
                       .is_of_log = true,
                       .client = client,
                       .status = hit.occurrence.status});
  }
  if (!verdict.reasons.empty()) {
    batch.diagnosis.count(verdict, record);
    if (!options_.at && verdict.reasons.first() == Reason::token_expired) batch.diagnosis.count_expired(verdict, *at);
  }
  if (writer_ == nullptr || !writer_->wants(verdict.reasons.empty())) return;
  const stream::Occurrence occurrence = without_tokens(hit.occurrence, batch.arena);
  // A mask is no token: it has no fingerprint.
  const bool is_mask = verdict.reasons.contains(Reason::token_redacted);
  writer_->append(batch.output,
                  {.record = record,
                   .line = hit.line,
                   .file = hit.file,
                   .verdict = &verdict,
                   .has_token = !is_mask,
                   .token = hit.token,
                   .judged_at = at,
                   .carried = carried_fields(hit.line_text, hit.token, options_.carry, worker.parsed, batch.arena),
                   .occurrence = &occurrence});
}

void JudgeStage::keep_failed_hmac(const jose::TokenVerdict& verdict, std::string_view token) {
  if (!options_.keep_failed_hmac || !verdict.alg.starts_with("HS")) return;
  const base::MutexLock lock(mutex_);
  if (failed_hmac_.empty()) failed_hmac_ = token;
}

std::string JudgeStage::failed_hmac() const {
  const base::MutexLock lock(mutex_);
  return failed_hmac_;
}

void JudgeStage::add_times_to(StageSeconds& sum) const {
  const base::MutexLock lock(mutex_);
  for (const std::unique_ptr<Worker>& worker : idle_) worker->session->clock().add_to(sum);
}

}  // namespace assay::audit
