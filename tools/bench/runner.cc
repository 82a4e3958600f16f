#include "bench/runner.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <utility>

#include "assay/instant.h"
#include "bench/file_text.h"
#include "bench/subject.h"
#include "bench/token_corpus.h"
#include "bench/unit.h"
#include "kernel/choice.h"
#include "lanes/table_policy.h"
#include "verify/engine.h"

namespace assay::bench {
namespace {

constexpr std::size_t kOwnBytes = std::size_t{64} << 20;
// A larger corpus is made anew each time.
constexpr std::size_t kMostKeptBytes = std::size_t{256} << 20;
// Records of a log of repeated tokens, and how many of them are distinct.
constexpr std::size_t kRepeatedRecords = 131'072, kRepeats = 100;

// Tokens of a user's own log after which its few busy keys have the largest tables (lanes/table_policy.cc).
constexpr double kSettledOwn = 262'144;

// Tokens after which the tables of `keys` keys in rotation grow no more.
double settled_tokens(const JwtVerifier& verifier, const Minted& minted, std::size_t keys) {
  const kernel::Kernels* kernels = kernel::kernels_for(std::string(verifier.engine().backend().isa()).c_str());
  if (kernels == nullptr) return 0;  // OpenSSL's backend
  const AlgorithmInfo& algorithm = info(minted.algorithm);
  const kernel::CurveKernel* curve = nullptr;
  switch (algorithm.key_type == KeyType::OKP ? Curve::Ed25519 : algorithm.curve) {
    case Curve::P256:
      curve = &kernels->p256;
      break;
    case Curve::P384:
      curve = &kernels->p384;
      break;
    case Curve::P521:
      curve = &kernels->p521;
      break;
    case Curve::Ed25519:
      curve = &kernels->ed25519;
      break;
    default:
      break;
  }
  if (algorithm.key_type == KeyType::RSA)
    return kernels->rsa.power == nullptr ? 0 : static_cast<double>(keys * lanes::match_build(false));
  if (curve == nullptr || curve->verify == nullptr) return 0;
  return static_cast<double>(lanes::settled_uses(*curve, JwtVerifierOptions{}.table_memory, keys));
}

// Enough for dozens of blocks, few enough to be signed in seconds.
std::size_t usual_tokens(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::ES256:
    case Algorithm::EdDSA:
    case Algorithm::Ed25519:
      return 65'536;
    case Algorithm::HS256:
    case Algorithm::HS384:
    case Algorithm::HS512:
      return 131'072;
    default:
      return 8'192;
  }
}

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.0f %%", share * 100);
  return text;
}

class Runner {
 public:
  Runner(const Settings& settings, std::optional<OwnInput> own, const Hooks& hooks)
      : settings_(settings), own_(std::move(own)), hooks_(hooks) {
    report_.settings = settings;
    report_.machine = this_machine();
    report_.machine.cores = static_cast<int>(pinning_.cores().size());
    report_.started = to_rfc3339({Instant::now().seconds, 0});
  }

  Result<Report> run() {
    tell_surroundings();
    if (own_) {
      if (Result<void> ok = run_own(); !ok) return ok.error();
    } else {
      for (const std::string& name : settings_.algorithms) {
        if (Result<void> ok = run_algorithm(*minted_from_name(name)); !ok) return ok.error();
        if (stopped()) break;
        ++algorithms_done_;
      }
    }
    tell_busy();
    tell_deciders();
    report_.stopped_by = hooks_.stop != nullptr ? hooks_.stop->load() : 0;
    return std::move(report_);
  }

 private:
  bool stopped() const { return hooks_.stop != nullptr && hooks_.stop->load() != 0; }
  double sample_seconds() const { return settings_.seconds / settings_.repetitions; }
  void note(std::string text) { report_.notes.push_back(std::move(text)); }

  // `share` of the present algorithm.
  void progress(const std::string& text, double share) {
    const double all = own_ ? 1 : static_cast<double>(settings_.algorithms.size());
    if (hooks_.on_progress) hooks_.on_progress(text, (static_cast<double>(algorithms_done_) + share) / all);
  }

  void tell_surroundings() {
    if (!pinning_.pin(pinning_.cores().size())) note("threads are not pinned: the system refuses it");
    if (!cycles_.available()) note(cycles_.why_not());
    const int most = *std::max_element(settings_.threads.begin(), settings_.threads.end());
    if (most > report_.machine.cores)
      note(std::to_string(most) + " threads on " + std::to_string(report_.machine.cores) + " cores take turns");
    if (!own_ && folder_.empty()) note("corpora are not kept: neither XDG_CACHE_HOME nor HOME is set");
  }

  void tell_busy() {
    double worst = 0;
    for (const Row& row : report_.rows) worst = std::max(worst, share_lost(row.samples, row.what.threads));
    if (worst > kBusy) {
      note("other programs took up to " + percent(worst) +
           " of the cores: rows of one thread count CPU time and bear that, rows of more threads are too slow");
    }
  }

  void tell_deciders() {
    bool none = false, some = false;
    for (const Row& row : report_.rows) {
      if (!left_to_openssl(row)) continue;
      (label_of(row) == "lanes:OpenSSL" ? none : some) = true;
    }
    if (none)
      note("lanes:OpenSSL: OpenSSL decided, because the lanes have no kernel or no table for these on this CPU");
    if (some) note("lanes:N%: lanes decided this share of the signatures, and OpenSSL the rest");
  }

  // From the cache, or minted and put there. Nothing when stopped.
  Result<std::optional<TokenCorpus>> corpus_of(const CorpusSpec& spec) {
    const std::string name = name_of({spec.algorithm, spec.rsa_bits});
    const std::filesystem::path file = folder_.empty() ? folder_ : cache_file(folder_, spec);
    progress(name + ": tokens", 0);
    if (!file.empty()) {
      if (std::optional<TokenCorpus> kept = load_corpus(file, spec)) return kept;
    }
    Result<std::optional<TokenCorpus>> minted = mint_corpus(spec, hooks_.stop, [&](double share) {
      progress(name + ": signing " + std::to_string(spec.tokens) + " tokens, " + percent(share), 0);
    });
    const bool kept = minted && *minted && !file.empty() && (*minted)->lines.size() <= kMostKeptBytes;
    if (!kept) return minted;
    if (Result<void> saved = save_corpus(file, **minted); !saved) {
      note("corpora are not kept: " + saved.error().message);
      folder_.clear();
    }
    return minted;
  }

  using Corpora = std::map<std::size_t, TokenCorpus>;  // by number of keys

  // Returns a corpus for each number of keys. Nothing when stopped.
  Result<std::optional<Corpora>> corpora_of(const Minted& minted) {
    Corpora corpora;
    const std::size_t tokens = settings_.tokens != 0 ? settings_.tokens : usual_tokens(minted.algorithm);
    for (const std::size_t keys : settings_.keys) {
      Result<std::optional<TokenCorpus>> made = corpus_of(
          {minted.algorithm, std::max(tokens, 2 * keys * (keys > 1)), settings_.claims_bytes, keys, minted.rsa_bits});
      if (!made) return made.error();
      if (!*made) return std::optional<Corpora>();
      corpora.emplace(keys, std::move(**made));
    }
    return std::optional(std::move(corpora));
  }

  static Result<std::shared_ptr<JwtVerifier>> verifier_of(const TokenCorpus& corpus, const std::string& backend,
                                                          bool tokens_repeat) {
    JwtVerifierOptions options;
    options.keys.push_back({KeySource::Kind::jwks_text, corpus.jwks, "the corpus's keys"});
    options.backend = backend;
    // Distinct tokens are read again and again. If they were remembered, this would measure repeated tokens.
    if (!tokens_repeat) options.memo_memory = 0;
    const bool only_if_named = !AlgorithmSet::unless_named().contains(corpus.spec.algorithm);
    if (only_if_named) options.policy.algorithms = {corpus.spec.algorithm};
    options.policy.issuers = {kIssuer};
    options.policy.audiences = {kAudience};
    Result<JwtVerifier> made = JwtVerifier::create(std::move(options));
    if (!made) return made.error();
    return std::make_shared<JwtVerifier>(std::move(*made));
  }

  // Appends the rows of one backend. `repeated`: the lines in which tokens repeat, if they are measured.
  Result<void> add_subjects(const Minted& minted, const std::string& backend, const Corpora& corpora,
                            std::string_view repeated, std::vector<Subject>& subjects) {
    const std::size_t first_keys = settings_.keys.front();
    std::map<std::pair<std::size_t, bool>, std::shared_ptr<JwtVerifier>> verifiers;  // keys, whether tokens repeat
    for (const auto& [keys, corpus] : corpora) {
      for (const bool tokens_repeat : {false, true}) {
        if (tokens_repeat && (!settings_.repeated || keys != first_keys)) continue;
        Result<std::shared_ptr<JwtVerifier>> made = verifier_of(corpus, backend, tokens_repeat);
        if (!made) return made.error();
        verifiers[{keys, tokens_repeat}] = std::move(*made);
      }
    }
    const auto add = [&](const Case& what, std::string_view lines) {
      SubjectPlan plan{
          .what = what, .verifier = verifiers.at({what.keys, what.repeated}), .lines = lines, .afresh = what.repeated};
      plan.stream.input = InputFormat::lines;
      plan.stream.at = kJudgedAt;
      plan.sample_seconds = sample_seconds();
      plan.settled = settled_tokens(*plan.verifier, minted, what.keys);
      subjects.emplace_back(std::move(plan), hooks_.stop);
    };

    const std::string name = name_of(minted);
    const std::string& first = corpora.at(first_keys).lines;
    const int threads = settings_.threads.front();
    for (const int n : settings_.threads) add({name, backend, n, first_keys}, first);
    for (const std::size_t keys : settings_.keys) {
      if (keys != first_keys) add({name, backend, threads, keys}, corpora.at(keys).lines);
    }
    for (const std::size_t batch : settings_.batches) add({name, backend, 1, first_keys, batch}, first);
    if (settings_.repeated) add({name, backend, threads, first_keys, 0, true}, repeated);
    return {};
  }

  Result<void> run_algorithm(const Minted& minted) {
    Result<Unit> unit = Unit::make(minted);
    if (!unit) return unit.error();
    report_.units.push_back({name_of(minted), unit->operation(), {}});

    const Result<std::optional<Corpora>> corpora = corpora_of(minted);
    if (!corpora) return corpora.error();
    if (!*corpora) return {};
    std::string repeated;
    if (settings_.repeated) {
      const TokenCorpus& first = (*corpora)->at(settings_.keys.front());
      const std::size_t records = std::min(kRepeatedRecords, first.spec.tokens * kRepeats);
      repeated = zipf_lines(first.lines, std::max<std::size_t>(records / kRepeats, 1), records);
    }
    std::vector<Subject> subjects;
    for (const std::string& backend : settings_.backends) {
      if (Result<void> ok = add_subjects(minted, backend, **corpora, repeated, subjects); !ok) return ok;
    }
    if (Result<void> ok = measure(subjects, &*unit); !ok || stopped()) return ok;
    const Result<double> signing = unit->measure_signing(std::clamp(settings_.seconds / 4, 0.01, 0.25));
    if (!signing) return signing.error();
    report_.units.back().sign_seconds = *signing;
    return {};
  }

  Result<void> run_own() {
    Result<std::string> lines = read_own();
    if (!lines) return lines.error();
    own_->stream.inputs.clear();
    std::vector<Subject> subjects;
    std::optional<Unit> unit;
    std::uint64_t rejected = 0;
    for (const std::string& backend : settings_.backends) {
      JwtVerifierOptions options = own_->verifier;
      options.backend = backend;
      // What is to be said of the keys is said once, and not at each of many reloads.
      const auto silent = std::make_shared<std::atomic<bool>>(!subjects.empty());
      options.on_note = [told = own_->verifier.on_note, silent](std::string_view message) {
        if (told && !*silent) told(message);
      };
      Result<JwtVerifier> made = JwtVerifier::create(std::move(options));
      if (!made) return made.error();
      *silent = true;
      const auto verifier = std::make_shared<JwtVerifier>(std::move(*made));
      if (subjects.empty()) {
        Result<std::string> algorithm = look_through(*verifier, *lines, rejected);
        if (!algorithm) return algorithm.error();
        if (!algorithm->empty()) {
          Result<Unit> chosen = Unit::make({*algorithm_from_string(*algorithm)});
          if (!chosen) return chosen.error();
          report_.units.push_back({*algorithm, chosen->operation(), {}});
          unit.emplace(std::move(*chosen));
        }
      }
      for (const int threads : settings_.threads) {
        SubjectPlan plan{.what = {std::filesystem::path(settings_.input).filename().string(), backend, threads},
                         .verifier = verifier,
                         .lines = *lines,
                         .stream = own_->stream,
                         .afresh = true,
                         .settled = backend == "lanes" ? kSettledOwn : 0,
                         .all_accepted = false};
        plan.sample_seconds = sample_seconds();
        subjects.emplace_back(std::move(plan), hooks_.stop);
      }
    }
    const std::size_t before = report_.rows.size();
    Result<void> ok = measure(subjects, unit ? &*unit : nullptr);
    for (std::size_t i = before; i < report_.rows.size(); ++i) report_.rows[i].rejected = rejected;
    return ok;
  }

  // The file, or as much of it as is measured, cut at a line's end.
  Result<std::string> read_own() {
    const std::string& path = settings_.input;
    Result<std::string> read = read_file(path, kOwnBytes + 1);
    if (!read) return Error{"--input " + path + ": " + read.error().message};
    std::string lines = std::move(*read);
    if (lines.empty()) return Error{"--input " + path + ": is empty; give a file of tokens"};
    if (lines.size() > kOwnBytes) {
      const std::size_t end = lines.rfind('\n', kOwnBytes - 1);
      if (end == std::string::npos) return Error{"--input " + path + ": one line of more than 64 MiB"};
      lines.resize(end + 1);
      note("the first 64 MiB of " + path + " were measured");
    }
    lines.shrink_to_fit();
    return lines;
  }

  // Measuring only rejections would say nothing about the tokens that the user has in mind.
  Error none_accepted(const StreamResult& result) const {
    const std::string why = result.by_reason.empty() ? "no record" : result.by_reason.front().first;
    const bool late = why == to_string(Reason::token_expired);
    return {"--input " + settings_.input + ": no token of its " + std::to_string(result.records) +
            " records is accepted; the most frequent reason is " + why +
            (late ? "; judge them at their time: --at record, or --at TIME"
                  : "; give the keys, the policy and the --token-field under which they are accepted")};
  }

  // One pass over the whole log: counts what is rejected, and tells the algorithm that all its tokens have, if they do.
  Result<std::string> look_through(const JwtVerifier& verifier, const std::string& lines, std::uint64_t& rejected) {
    Result<MemoryFile> file = MemoryFile::make(lines);
    if (!file) return file.error();
    StreamOptions options = own_->stream;
    options.inputs = {file->path()};
    options.format = OutputFormat::none;
    options.count_algorithms = true;
    options.threads = report_.machine.cores;
    options.stop = hooks_.stop;
    progress("reading " + settings_.input, 0);
    const Result<StreamResult> result = verify_stream(verifier, options);
    if (!result) return result.error();
    rejected = result->rejected;
    if (result->accepted == 0 && !stopped()) return none_accepted(*result);
    if (rejected > 0) {
      note(std::to_string(rejected) + " of " + std::to_string(result->records) + " records are rejected, most for " +
           result->by_reason.front().first);
    }
    if (result->by_algorithm.size() != 1) {
      note("the tokens have several algorithms: no ratio to plain OpenSSL");
      return std::string();
    }
    return result->by_algorithm.front().first;
  }

  Result<void> measure(std::vector<Subject>& subjects, Unit* unit) {
    const double steps = static_cast<double>(subjects.size()) * (settings_.repetitions + 1);
    double done = 0;
    for (Subject& subject : subjects) {
      progress(describe(subject.what()) + ": warming up", done / steps);
      pinning_.pin(pinning_.cores().size());
      const Result<bool> steady = subject.warm_up();
      if (!steady) return steady.error();
      if (stopped()) return {};
      if (!*steady) note(describe(subject.what()) + ": the speed had not settled when it was measured");
      ++done;
    }
    std::vector<Row> rows;
    for (const Subject& subject : subjects) rows.push_back(row_of(subject));
    std::vector<std::vector<std::array<double, kStageCount>>> stages(subjects.size());
    for (int repetition = 0; repetition < settings_.repetitions; ++repetition) {
      for (std::size_t i = 0; i < subjects.size(); ++i, ++done) {
        progress(describe(subjects[i].what()), done / steps);
        std::optional<double> unit_seconds;
        if (unit != nullptr) {
          pinning_.pin(1);
          const Result<double> measured = unit->measure(std::max(sample_seconds() / 4, 0.01));
          if (!measured) return measured.error();
          unit_seconds = *measured;
          report_.units.back().seconds.push_back(*measured);
        }
        pin_for(subjects[i]);
        const auto threads = static_cast<std::size_t>(subjects[i].what().threads);
        const double busy = pinning_.busy_seconds(threads);
        const signature::Backend& backend = subjects[i].verifier().engine().backend();
        const signature::BackendStatistics before = backend.statistics();
        Result<Sample> sample = subjects[i].measure(cycles_.available() ? &cycles_ : nullptr);
        if (!sample) return sample.error();
        rows[i].by_lanes += backend.statistics().by_lanes - before.by_lanes;
        rows[i].by_openssl += backend.statistics().by_openssl - before.by_openssl;
        if (stopped()) return {};
        sample->other_seconds = std::max(0.0, pinning_.busy_seconds(threads) - busy - sample->cpu_seconds);
        sample->unit_seconds = unit_seconds;
        rows[i].samples.push_back(*sample);
        if (wants_stages(subjects[i].what())) {
          const auto measured = subjects[i].measure_stages();
          if (!measured) return measured.error();
          if (stopped()) return {};
          stages[i].push_back(*measured);
        }
      }
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i].figures = figures_of(rows[i].samples, rows[i].what.threads);
      if (!stages[i].empty()) rows[i].stages = middle_of_stages(stages[i]);
      report_.rows.push_back(std::move(rows[i]));
    }
    pinning_.pin(pinning_.cores().size());
    return {};
  }

  void pin_for(const Subject& subject) { pinning_.pin(static_cast<std::size_t>(subject.what().threads)); }

  // Of the plain rows with the first number of threads.
  bool wants_stages(const Case& what) const {
    return what.batch == 0 && !what.repeated && what.threads == settings_.threads.front() &&
           (own_ || what.keys == settings_.keys.front());
  }

  static std::array<double, kStageCount> middle_of_stages(
      const std::vector<std::array<double, kStageCount>>& repetitions) {
    std::array<double, kStageCount> middle{};
    for (std::size_t stage = 0; stage < kStageCount; ++stage) {
      std::vector<double> values;
      for (const auto& repetition : repetitions) values.push_back(repetition[stage]);
      middle[stage] = middle_of(std::move(values)).value;
    }
    return middle;
  }

  static Row row_of(const Subject& subject) {
    Row row;
    row.what = subject.what();
    row.isa = subject.verifier().engine().backend().isa();
    row.corpus = subject.corpus();
    row.token_bytes = subject.mean_bytes();
    return row;
  }

  const Settings& settings_;
  std::optional<OwnInput> own_;
  const Hooks& hooks_;
  Pinning pinning_;
  CycleCounter cycles_;
  std::filesystem::path folder_ = cache_folder();
  std::size_t algorithms_done_ = 0;
  Report report_;
};

}  // namespace

std::vector<int> usual_threads(int cores) {
  std::vector<int> counts;
  for (int count = 1; count < cores; count *= 2) counts.push_back(count);
  counts.push_back(cores);
  return counts;
}

Result<Report> run(const Settings& settings, std::optional<OwnInput> own, const Hooks& hooks) {
  return Runner(settings, std::move(own), hooks).run();
}

}  // namespace assay::bench
