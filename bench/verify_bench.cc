// verify: whole tokens through the library, one thread, by algorithm and batch.
#include <benchmark/benchmark.h>

#include "assay/verifier.h"
#include "corpus.h"

namespace assay::bench {
namespace {

// The last argument is the number of tokens a call judges.
void verify(benchmark::State& state, Algorithm algorithm) {
  const auto batch = static_cast<std::size_t>(state.range(0));
  const Corpus corpus = mint_corpus(algorithm, 256);
  JwtVerifierOptions options;
  options.keys.push_back({KeySource::Kind::jwks_text, corpus.jwks, "corpus"});
  options.backend = "openssl";
  const auto verifier = JwtVerifier::create(std::move(options));
  if (!verifier) return state.SkipWithError(verifier.error().c_str());
  const std::vector<std::string_view> tokens(corpus.tokens.begin(), corpus.tokens.end());
  std::vector<Verdict> verdicts(tokens.size());
  verifier->verify_batch(tokens, verdicts, kJudgedAt);
  for (const Verdict& verdict : verdicts) {
    if (!verdict.valid()) return state.SkipWithError("wrong answer");
  }
  std::size_t at = 0;
  for (auto _ : state) {
    verifier->verify_batch(std::span(tokens).subspan(at, batch), std::span(verdicts).subspan(at, batch), kJudgedAt);
    at = (at + batch) % tokens.size();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(batch));
}

const bool kRegistered = [] {
  for (int i = 0; i < kAlgorithmCount; ++i) {
    const auto algorithm = static_cast<Algorithm>(i);
    const std::string name = "verify/" + std::string(to_string(algorithm)) + "/openssl";
    benchmark::RegisterBenchmark(name.c_str(), verify, algorithm)->Arg(1)->Arg(16)->Arg(256);
  }
  return true;
}();

}  // namespace
}  // namespace assay::bench
