// jose: a token split, its header read. The engine reads a header once and remembers it by its raw bytes.
#include <benchmark/benchmark.h>

#include "codec/base64url.h"
#include "corpus.h"
#include "jose/compact.h"
#include "jose/header.h"

namespace assay::bench {
namespace {

void split(benchmark::State& state) {
  const Corpus corpus = mint_corpus(Algorithm::HS256, 64, static_cast<std::size_t>(state.range(0)));
  for (const std::string& token : corpus.tokens) {
    if (jose::classify(jose::split_compact(token)) != jose::Shape::signed_token) {
      return state.SkipWithError("wrong answer");
    }
  }
  std::size_t i = 0;
  for (auto _ : state) {
    const jose::Compact compact = jose::split_compact(corpus.tokens[i++ % corpus.tokens.size()]);
    benchmark::DoNotOptimize(jose::classify(compact));
  }
  state.SetItemsProcessed(state.iterations());
}

void read(benchmark::State& state, Profile profile) {
  const std::string segment = codec::base64url_encode(R"({"alg":"RS256","typ":"JWT","kid":"key-2026-11"})");
  const auto header = jose::read_header(segment, profile);
  if (!header || header->fault || header->kid != "key-2026-11") return state.SkipWithError("wrong answer");
  for (auto _ : state) benchmark::DoNotOptimize(jose::read_header(segment, profile));
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK(split)->Name("jose/split_compact/portable")->Arg(350)->Arg(4096);
BENCHMARK_CAPTURE(read, strict, Profile::strict)->Name("jose/read_header/strict/47");
BENCHMARK_CAPTURE(read, fastmcp, Profile::fastmcp)->Name("jose/read_header/fastmcp/47");

}  // namespace
}  // namespace assay::bench
