// Verification by algorithm: only the signatures through a backend's session, and whole tokens through the engine.
//
// verify/judge_ALG compared with `openssl speed` shows what the backend adds to the bare operation. verify/token_ALG
// compared with verify/judge_ALG shows what the rest of a token costs. Size is the number of tokens in a batch; 1 is
// the cost for a caller with a single token.
#include <benchmark/benchmark.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "corpus.h"
#include "jose/compact.h"
#include "signature/backend.h"
#include "verify/backend_choice.h"
#include "verify/engine.h"

namespace assay::bench {
namespace {

constexpr std::size_t kTokens = 4 * kBatch;

std::size_t count_valid(std::span<const signature::Job> jobs) {
  std::size_t valid = 0;
  for (const signature::Job& job : jobs) valid += job.valid ? 1 : 0;
  return valid;
}

void judge(benchmark::State& state, Algorithm algorithm, const char* backend_name, std::size_t batch) {
  const Corpus& tokens = corpus(algorithm, kTokens);
  const JwtVerifier verifier = verifier_for(tokens, backend_name);
  const std::shared_ptr<const keys::KeyRing> ring = verifier.engine().snapshot()->ring;
  signature::BackendOptions options;
  options.name = backend_name;
  const auto backend = verify::make_backend(options);
  if (!backend || ring->keys().size() != 1) return state.SkipWithError("no backend or no key");
  const std::unique_ptr<signature::BackendSession> session = (*backend)->new_session();

  base::Arena arena;
  std::vector<std::string_view> signatures;
  std::vector<signature::Job> jobs(kTokens);
  for (std::size_t i = 0; i < kTokens; ++i) {
    const jose::Compact compact = jose::take_apart(tokens.tokens[i], arena);
    signatures.push_back(compact.signature_bytes);
    jobs[i] = {&ring->keys()[0], algorithm, compact.signing_input(), compact.signature_bytes, false};
  }

  session->verify(jobs, ring->generation());
  if (count_valid(jobs) != kTokens) return state.SkipWithError("a good signature was refused");
  // The check of wrong answers: each signature with the text of the next token.
  std::vector<signature::Job> crossed = jobs;
  for (std::size_t i = 0; i < kTokens; ++i) crossed[i].signature = signatures[(i + 1) % kTokens];
  session->verify(crossed, ring->generation());
  if (count_valid(crossed) != 0) return state.SkipWithError("a signature of another text was taken");

  std::size_t next = 0;
  for (auto _ : state) {
    session->verify(std::span(jobs).subspan(next, batch), ring->generation());
    next = (next + batch) % kTokens;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch));
}

void verify_tokens(benchmark::State& state, Algorithm algorithm, const char* backend_name, std::size_t batch) {
  const Corpus& tokens = corpus(algorithm, kTokens);
  const JwtVerifier verifier = verifier_for(tokens, backend_name);
  verify::Engine& engine = verifier.engine();
  std::unique_ptr<verify::Session> session = engine.acquire();
  std::vector<jose::TokenInput> inputs;
  for (const std::string& token : tokens.tokens) inputs.push_back({token, kJudgedAt});
  std::vector<jose::TokenVerdict> verdicts(kTokens);

  if (!engine.verify(inputs, verdicts, *session)) return state.SkipWithError("memory was refused");
  for (const jose::TokenVerdict& verdict : verdicts) {
    if (!verdict.reasons.empty() || verdict.claims.size() != kClaimsBytes)
      return state.SkipWithError("a good token was rejected");
  }
  std::size_t next = 0;
  for (auto _ : state) {
    const bool judged =
        engine.verify(std::span(inputs).subspan(next, batch), std::span(verdicts).first(batch), *session);
    benchmark::DoNotOptimize(judged);
    next = (next + batch) % kTokens;
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch));
  engine.release(std::move(session));
}

const bool registered = [] {
  for (int a = 0; a < kAlgorithmCount; ++a) {
    const Algorithm algorithm = static_cast<Algorithm>(a);
    const std::string name(to_string(algorithm));
    for (const std::size_t batch : {std::size_t{1}, kBatch}) {
      const std::string end = name + "/openssl/" + std::to_string(batch);
      benchmark::RegisterBenchmark(("verify/judge_" + end).c_str(), judge, algorithm, "openssl", batch);
      benchmark::RegisterBenchmark(("verify/token_" + end).c_str(), verify_tokens, algorithm, "openssl", batch);
    }
  }
  return true;
}();

}  // namespace
}  // namespace assay::bench
