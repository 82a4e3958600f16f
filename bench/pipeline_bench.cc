// stream: a file of tokens in, verdicts to /dev/null out, by algorithm and threads.
#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "assay/stream.h"
#include "assay/verifier.h"
#include "corpus.h"

namespace assay::bench {
namespace {

// A file that is removed with it.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::vector<std::string>& lines) {
    const int descriptor = mkstemp(path_);
    std::FILE* file = descriptor < 0 ? nullptr : fdopen(descriptor, "w");
    if (file == nullptr) {
      std::perror(path_);
      std::exit(2);
    }
    for (const std::string& line : lines) std::fprintf(file, "%s\n", line.c_str());
    std::fclose(file);
  }
  ~TemporaryFile() { unlink(path_); }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  const char* path() const { return path_; }

 private:
  char path_[32] = "/tmp/assay-bench-XXXXXX";
};

void stream(benchmark::State& state, Algorithm algorithm, std::size_t count) {
  const Corpus corpus = mint_corpus(algorithm, count);
  const TemporaryFile file(corpus.tokens);
  JwtVerifierOptions keys;
  keys.keys.push_back({KeySource::Kind::jwks_text, corpus.jwks, "corpus"});
  keys.backend = "openssl";
  const auto verifier = JwtVerifier::create(std::move(keys));
  if (!verifier) return state.SkipWithError(verifier.error().c_str());
  StreamOptions options;
  options.inputs = {file.path()};
  options.at = kJudgedAt;
  options.output = "/dev/null";
  options.threads = static_cast<int>(state.range(0));
  for (auto _ : state) {
    const auto result = verify_stream(*verifier, options);
    if (!result || result->accepted != count) return state.SkipWithError("wrong answer");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(corpus.bytes + count));
}

#define ASSAY_STREAM_BENCHMARK(algorithm, count)                    \
  BENCHMARK_CAPTURE(stream, algorithm, Algorithm::algorithm, count) \
      ->Name("stream/" #algorithm "/openssl")                       \
      ->ArgName("threads")                                          \
      ->Arg(1)                                                      \
      ->Arg(2)                                                      \
      ->UseRealTime()                                               \
      ->Unit(benchmark::kMillisecond)
ASSAY_STREAM_BENCHMARK(RS256, 4000);
ASSAY_STREAM_BENCHMARK(ES256, 4000);
ASSAY_STREAM_BENCHMARK(EdDSA, 4000);
ASSAY_STREAM_BENCHMARK(HS256, 50000);
#undef ASSAY_STREAM_BENCHMARK

}  // namespace
}  // namespace assay::bench
