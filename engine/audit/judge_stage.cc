#include "audit/judge_stage.h"

#include <algorithm>
#include <span>
#include <utility>

#include "audit/carried_fields.h"
#include "audit/hit_reader.h"
#include "audit/line_order.h"
#include "audit/token_search.h"
#include "base/record_time.h"
#include "jose/shown_time.h"
#include "jose/token_material.h"

namespace assay::audit {
namespace {

// Tokens that are verified in one call: enough for the lanes, and few enough to stay in the cache.
constexpr std::size_t kMostTokens = 1024;
// Bytes of verdicts that a batch holds before they are written. The tokens of one call fit behind them, unless lines
// are carried that are very long.
constexpr std::size_t kFullOutput = 4u << 20, kMostOutput = kFullOutput + (1u << 20);
// Verdicts that a batch tallies before its tally is added to that of the run.
constexpr std::uint64_t kFullTally = 65536;

// Why a token has no moment.
std::string untimed_detail(const LineMoment& moment, std::string_view place, base::Arena& arena) {
  if (place.empty()) return "no times were found in this log";
  if (moment.unreadable.empty())
    return "the line has no time where the others of this log have theirs (" + std::string(place) + ")";
  const std::string shown(jose::shown_time(moment.unreadable, arena));
  const bool lacks_zone = base::TimeReader().read(moment.unreadable).fault == base::TimeFault::no_zone;
  return lacks_zone ? "the time " + shown + " names no zone, unlike others of this log; tell the zone of such times"
                    : "cannot read " + shown + " as a time";
}

// What a request was, without credentials: a token may stand in its path, or in place of its method.
writers::Occurrence without_tokens(writers::Occurrence occurrence, base::Arena& arena) {
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
  // One a hit of the call, if verdicts or the tally show fingerprints; only those that are needed are set.
  std::vector<digest::Sha256> fingerprints;
  std::vector<signature::HashedText> to_hash;
  ParsedLine parsed;
  base::Arena arena;  // of the verdicts of one call

  // Of a batch that does not hold its hits.
  TokenSearch search;
  Hits portion;

  const Hits* hits = nullptr;  // those that are judged: of the batch, or the portion
  std::size_t next = 0;        // of their tokens
  HitReader reader;
};

JudgeStage::JudgeStage(verify::Engine& engine, const StreamOptions& options, const writers::VerdictWriter* writer)
    : engine_(engine), options_(options), writer_(writer) {}
JudgeStage::~JudgeStage() = default;

std::unique_ptr<JudgeStage::Worker> JudgeStage::take_worker(const LogBatch& batch) {
  {
    const base::MutexLock lock(mutex_);
    if (const auto found = stopped_.find(&batch); found != stopped_.end()) {
      std::unique_ptr<Worker> worker = std::move(found->second);
      stopped_.erase(found);
      return worker;
    }
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

void JudgeStage::put_back(std::unique_ptr<Worker> worker, const LogBatch& batch) {
  const base::MutexLock lock(mutex_);
  if (batch.judged < batch.hit_count) {
    stopped_[&batch] = std::move(worker);
  } else {
    idle_.push_back(std::move(worker));
  }
}

bool JudgeStage::is_full(const LogBatch& batch) const noexcept {
  return batch.output.size() >= kFullOutput || (stream::needs_tally(options_) && batch.counts.records() >= kFullTally);
}

Result<void> JudgeStage::judge(LogBatch& batch) {
  if (batch.judged == batch.hit_count) return {};
  std::unique_ptr<Worker> worker = take_worker(batch);
  if (batch.judged == 0) {
    worker->parsed.line = {};  // of a batch whose memory has other lines now
    worker->hits = nullptr;
    worker->reader.begin(batch);
    if (!batch.holds_hits) worker->search.begin(batch);
  }
  while (batch.judged < batch.hit_count && !is_full(batch)) {
    const std::span<const Hit> hits = next_hits(*worker, batch);
    if (!verify(*worker, hits) || !fingerprint(*worker, hits))
      return Error{"not enough memory to verify tokens; give the program more, or use fewer threads"};
    append_verdicts(*worker, batch, hits);
  }
  put_back(std::move(worker), batch);
  if (std::string fault = engine_.backend().fault(); !fault.empty()) return Error{std::move(fault)};
  return {};
}

// Returns the next hits of the batch, as many as are verified in one call.
std::span<const Hit> JudgeStage::next_hits(Worker& worker, LogBatch& batch) const {
  if (worker.hits == nullptr || worker.next == worker.hits->tokens.size()) {
    Hits& hits = batch.holds_hits ? batch.hits : worker.portion;
    if (!batch.holds_hits) {
      if (worker.hits != nullptr && writer_ != nullptr) worker.reader.end_portion();
      worker.search.next(hits, kMostTokens);
    }
    complete(hits.lines, batch);
    worker.reader.begin_portion(hits);
    worker.hits = &hits;
    worker.next = 0;
  }
  const std::span<const Hit> rest = std::span(worker.hits->tokens).subspan(worker.next);
  return rest.first(std::min(rest.size(), kMostTokens));
}

// The moment at which the tokens of a line are judged, or null if it has none.
const Instant* JudgeStage::moment_of(const HitLine& line) const noexcept {
  if (options_.at) return &*options_.at;
  return line.moment.at ? &*line.moment.at : nullptr;
}

bool JudgeStage::verify(Worker& worker, std::span<const Hit> hits) const {
  worker.inputs.clear();
  for (const Hit& hit : hits) {
    if (const Instant* at = moment_of(worker.hits->lines[hit.line])) worker.inputs.push_back({hit.token, *at});
  }
  worker.verdicts.resize(std::max(worker.verdicts.size(), worker.inputs.size()));
  worker.session->clock().start();
  return engine_.verify(worker.inputs, std::span(worker.verdicts).first(worker.inputs.size()), *worker.session);
}

// Hashes the tokens that are counted one by one or whose verdicts show it. Returns false if memory was refused.
bool JudgeStage::fingerprint(Worker& worker, std::span<const Hit> hits) const {
  const bool is_tallied = stream::needs_tally(options_), is_shown = options_.fingerprint && writer_ != nullptr;
  if (!is_tallied && !is_shown) return true;
  worker.fingerprints.resize(std::max(worker.fingerprints.size(), hits.size()));
  worker.to_hash.clear();
  std::size_t verified = 0;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    const bool is_timed = moment_of(worker.hits->lines[hits[i].line]) != nullptr;
    const bool valid = is_timed && worker.verdicts[verified++].reasons.empty();
    if (is_tallied || writer_->wants(valid)) worker.to_hash.push_back({hits[i].token, &worker.fingerprints[i]});
  }
  return engine_.hash(worker.to_hash, *worker.session);
}

void JudgeStage::append_verdicts(Worker& worker, LogBatch& batch, std::span<const Hit> hits) {
  worker.arena.reset();
  std::size_t verified = 0;
  jose::TokenVerdict untimed;
  for (std::size_t i = 0; i < hits.size(); ++i) {
    if (batch.output.size() >= kMostOutput) break;
    const HitLine& line = worker.hits->lines[hits[i].line];
    const Instant* at = moment_of(line);
    const digest::Sha256* hash = worker.to_hash.empty() ? nullptr : &worker.fingerprints[i];
    if (at != nullptr) {
      append(worker, batch, worker.verdicts[verified++], at, hash);
      continue;
    }
    untimed.reasons = Reason::missing_time;
    untimed.detail = worker.arena.copy(untimed_detail(line.moment, batch.time_place, worker.arena));
    append(worker, batch, untimed, nullptr, hash);
  }
  worker.session->clock().lap(Stage::output);
}

// Appends the verdict on the next hit. `hash`: of its token, set if anything needs it.
void JudgeStage::append(Worker& worker, LogBatch& batch, const jose::TokenVerdict& verdict, const Instant* at,
                        const digest::Sha256* hash) {
  const Hit& hit = worker.hits->tokens[worker.next];
  batch.counts.count(verdict);
  if (worker.hits->lines[hit.line].moment.repeated) ++batch.repeated_hours;
  if (verdict.reasons.contains(Reason::signature_invalid)) keep_failed_hmac(verdict, hit.token);
  // Whether a line is read is decided here, once for each token.
  const bool is_written = writer_ != nullptr && writer_->wants(verdict.reasons.empty());
  const bool is_tallied = stream::needs_tally(options_);
  writers::Occurrence occurrence;
  if (is_written || is_tallied) occurrence = without_tokens(worker.reader.read(worker.next), worker.arena);
  if (is_tallied) {
    batch.tally.count({.verdict = &verdict,
                       .at = at,
                       .has_own_time = !options_.at,
                       .token = hit.token,
                       .key = hash,
                       .is_of_log = true,
                       .client = occurrence.client,
                       .status = occurrence.status});
  }
  if (!verdict.reasons.empty()) batch.diagnosis.count(verdict, batch.first_record + batch.judged);
  if (!options_.at && at != nullptr) batch.diagnosis.compare_times(verdict, hit.token, *at);
  if (is_written) write(worker, batch, verdict, at, hash, occurrence);
  ++batch.judged;
  ++worker.next;
}

void JudgeStage::write(Worker& worker, LogBatch& batch, const jose::TokenVerdict& verdict, const Instant* at,
                       const digest::Sha256* hash, const writers::Occurrence& occurrence) {
  const Hit& hit = worker.hits->tokens[worker.next];
  const HitLine& line = worker.hits->lines[hit.line];
  const auto carried = carried_fields(line.text, hit.token, options_.carry, worker.parsed, worker.arena);
  if (!carried.empty()) batch.diagnosis.saw_carried(carried, line.text);
  // A mask is no token: it has no fingerprint.
  const bool is_mask = verdict.reasons.contains(Reason::token_redacted);
  // Memory costs nothing before something is written there, and a buffer that grows takes twice as much.
  batch.output.reserve(kMostOutput);
  writer_->append(batch.output, {.record = batch.first_record + batch.judged,
                                 .line = line.number,
                                 .file = line.file,
                                 .verdict = &verdict,
                                 .has_token = !is_mask,
                                 .token = hit.token,
                                 .fingerprint = hash,
                                 .judged_at = at,
                                 .at = batch.block.now,
                                 .carried = carried,
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
