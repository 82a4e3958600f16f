#include "bench/subject.h"

#include <algorithm>
#include <cmath>
#include <thread>
#include <utility>

#include "bench/clock.h"
#include "bench/token_corpus.h"
#include "verify/engine.h"

namespace assay::bench {
namespace {

constexpr std::size_t kLeastRecords = 256;
// A pass shows each key twice, unless that takes longer than this and lanes have nothing to work out for a key.
constexpr double kLongestPass = 0.5;
// How long a row may take to settle, and beyond that the tables of its keys: a key of P-384 begins with 8 tokens that
// OpenSSL judges. In CPU time, so that a busy machine settles as well as an idle one.
constexpr double kWarmSeconds = 10, kWarmSecondsPerKey = 0.1, kMostWarmSeconds = 150;
// Tables are done when no pass builds one; the speed is steady when two passes agree, or as steady as this machine's
// other programs let it be after some more.
constexpr double kSteady = 0.05;
constexpr int kPasses = 3;
// Between two of them the keys are read anew.
constexpr std::size_t kMostFreshPasses = 16;

// Adds what passed since it was made.
class Stopwatch {
 public:
  explicit Stopwatch(CycleCounter* cycles) : cycles_(cycles) {
    if (cycles_ != nullptr) cycles_->start();
    wall_ = wall_seconds();
    cpu_ = process_cpu_seconds();
  }
  void add_to(Sample& sample) const {
    sample.cpu_seconds += process_cpu_seconds() - cpu_;
    sample.wall_seconds += wall_seconds() - wall_;
    if (cycles_ == nullptr) return;
    if (const std::optional<double> counted = cycles_->stop()) sample.cycles = sample.cycles.value_or(0) + *counted;
  }

 private:
  CycleCounter* cycles_;
  double wall_ = 0, cpu_ = 0;
};

}  // namespace

Subject::Subject(SubjectPlan plan, const std::atomic<int>* stop)
    : plan_(std::move(plan)), stop_(stop), lines_(split_lines(plan_.lines)) {
  plan_.stream.output = "/dev/null";
  plan_.stream.format = OutputFormat::ndjson;
  plan_.stream.threads = plan_.what.threads;
  plan_.stream.stop = stop_;
}

double Subject::mean_bytes() const noexcept {
  return static_cast<double>(plan_.lines.size()) / static_cast<double>(std::max<std::size_t>(lines_.size(), 1));
}

Result<void> Subject::set_size(std::size_t count, std::size_t passes) {
  passes_ = std::clamp<std::size_t>(passes, 1, plan_.afresh ? kMostFreshPasses : passes + 1);
  if (count != count_ && plan_.what.batch == 0) {
    Result<MemoryFile> file = MemoryFile::make(first_lines(plan_.lines, count));
    if (!file) return file.error();
    file_ = std::move(*file);
  }
  count_ = count;
  return {};
}

Result<bool> Subject::warm_up() {
  // A part of a log repeats less than the whole does.
  const std::size_t all_keys =
      plan_.afresh ? lines_.size() : std::min(lines_.size(), std::max(kLeastRecords, 2 * plan_.what.keys));
  const bool may_be_less = !plan_.afresh && plan_.settled == 0;
  std::size_t least = may_be_less ? std::min(all_keys, kLeastRecords) : all_keys;
  if (Result<void> ok = set_size(least, 1); !ok) return ok.error();
  const double started = process_cpu_seconds();
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const int busy = std::min(plan_.what.threads, cores);
  double last_rate = 0;
  int quiet = 0;  // long passes in a row that built nothing
  const auto keys = static_cast<double>(plan_.what.keys);
  double left = plan_.settled;
  std::uint64_t last_tables = 0;
  for (;;) {
    Result<Ran> ran = run(false, nullptr);
    if (!ran) return ran.error();
    if (stop_ != nullptr && stop_->load() != 0) return true;
    const Sample& sample = ran->sample;
    const double seconds = plan_.what.threads == 1 ? sample.cpu_seconds : sample.wall_seconds;
    const double rate = static_cast<double>(sample.tokens) / std::max(seconds, 1e-9);
    const std::uint64_t tables = plan_.verifier->engine().backend().statistics().tables_built;
    const bool full = seconds > plan_.sample_seconds / 2 || (plan_.afresh && passes_ == kMostFreshPasses);
    quiet = tables == last_tables && full ? quiet + 1 : 0;
    const bool steady = quiet >= kPasses || (quiet > 0 && std::abs(rate - last_rate) < kSteady * rate);
    if (may_be_less) least = std::clamp(static_cast<std::size_t>(rate * kLongestPass), least, all_keys);
    const double wanted = rate * plan_.sample_seconds;
    const auto count = static_cast<std::size_t>(wanted);
    if (Result<void> ok = set_size(std::clamp(count, least, lines_.size()), count / lines_.size()); !ok)
      return ok.error();
    left -= static_cast<double>(sample.tokens);
    const double spent = (process_cpu_seconds() - started) / busy;
    const double for_keys = std::min(kWarmSecondsPerKey * keys, kMostWarmSeconds);
    const bool warm = left <= 0 || spent > 5 * plan_.sample_seconds + for_keys;
    if (steady && warm) return true;
    if (spent > kWarmSeconds + for_keys) return false;
    last_rate = rate;
    last_tables = tables;
  }
}

Result<Sample> Subject::measure(CycleCounter* cycles) {
  Result<Ran> ran = run(false, cycles);
  if (!ran) return ran.error();
  return ran->sample;
}

Result<std::array<double, kStageCount>> Subject::measure_stages() {
  Result<Ran> ran = run(true, nullptr);
  if (!ran) return ran.error();
  std::array<double, kStageCount> stages = ran->stages;
  // The stages go by the clock; what other programs took of one thread's core falls on them in proportion.
  const Sample& sample = ran->sample;
  const double own = plan_.what.threads == 1 ? std::min(1.0, sample.cpu_seconds / sample.wall_seconds) : 1;
  for (double& seconds : stages) seconds *= own / static_cast<double>(std::max<std::uint64_t>(sample.tokens, 1));
  return stages;
}

Result<Subject::Ran> Subject::run(bool stages, CycleCounter* cycles) {
  Result<Ran> ran = plan_.what.batch == 0 ? run_stream(stages, cycles) : run_calls(cycles);
  if (!ran) return Error{describe(plan_.what) + ": " + ran.error().message};
  return ran;
}

Result<Subject::Ran> Subject::run_stream(bool stages, CycleCounter* cycles) {
  plan_.stream.measure_stages = stages;
  plan_.stream.inputs.assign(plan_.afresh ? 1 : passes_, file_.path());
  const std::uint64_t expected = count_ * plan_.stream.inputs.size();
  Ran ran;
  for (std::size_t call = 0; call < passes_ / plan_.stream.inputs.size(); ++call) {
    // A reload forgets tokens and keeps what was worked out for keys.
    if (plan_.afresh) {
      if (Result<void> ok = plan_.verifier->reload(); !ok) return ok.error();
    }
    const Stopwatch watch(cycles);
    const Result<StreamResult> result = verify_stream(*plan_.verifier, plan_.stream);
    watch.add_to(ran.sample);
    if (!result) return result.error();
    ran.sample.tokens += result->records;
    for (std::size_t i = 0; i < kStageCount; ++i) ran.stages[i] += result->stages[i];
    if (result->stopped_by != 0) return ran;
    if (result->records != expected) {
      return Error{"read " + std::to_string(result->records) + " of " + std::to_string(expected) +
                   " records; nothing measured here can be trusted"};
    }
    if (plan_.all_accepted && result->accepted != expected) {
      return Error{"rejected " + std::to_string(result->rejected) + " of " + std::to_string(expected) +
                   " good tokens, first of all for " + result->by_reason.front().first};
    }
  }
  return ran;
}

Result<Subject::Ran> Subject::run_calls(CycleCounter* cycles) {
  std::vector<Verdict> verdicts(plan_.what.batch);
  const Instant at = plan_.stream.at.value_or(Instant::now());
  const std::size_t tokens = count_ * passes_;
  Ran ran;
  const Stopwatch watch(cycles);
  std::size_t next = 0;
  while (ran.sample.tokens < tokens) {
    if (stop_ != nullptr && stop_->load(std::memory_order_relaxed) != 0) break;
    // Always as many in a call, so that every call is of the size that the row tells.
    if (next + verdicts.size() > lines_.size()) next = 0;
    const std::size_t size = std::min(verdicts.size(), lines_.size());
    plan_.verifier->verify_batch(std::span(lines_).subspan(next, size), std::span(verdicts).first(size), at);
    for (std::size_t i = 0; i < size; ++i) {
      if (!verdicts[i].valid())
        return Error{"rejected a good token for " + std::string(to_string(verdicts[i].reason()))};
    }
    next += size;
    ran.sample.tokens += size;
  }
  watch.add_to(ran.sample);
  return ran;
}

}  // namespace assay::bench
