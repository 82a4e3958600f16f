// The whole program without its start: a file of tokens through verify_stream, with NDJSON verdicts to /dev/null.
//
// Time is the clock's, because the pipeline's threads do the work. Size is the number of threads.
#include <benchmark/benchmark.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "assay/stream.h"
#include "corpus.h"

namespace assay::bench {
namespace {

// A file with one token of the corpus on each line, removed at the end.
class TokenFile {
 public:
  explicit TokenFile(const Corpus& tokens) {
    std::string name = (std::filesystem::temp_directory_path() / "assay-bench-XXXXXX").string();
    const int fd = ::mkstemp(name.data());
    if (fd < 0) return;
    ::close(fd);
    path_ = name;
    std::ofstream file(path_, std::ios::binary);
    for (const std::string& token : tokens.tokens) file << token << '\n';
    file.close();
    written_ = file.good();
  }
  ~TokenFile() {
    if (!path_.empty()) std::remove(path_.c_str());
  }
  TokenFile(const TokenFile&) = delete;
  TokenFile& operator=(const TokenFile&) = delete;

  bool written() const noexcept { return written_; }
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
  bool written_ = false;
};

void stream(benchmark::State& state, Algorithm algorithm, const char* backend, std::size_t count, int threads) {
  const Corpus& tokens = corpus(algorithm, count);
  const TokenFile file(tokens);
  if (!file.written()) return state.SkipWithError("no temporary file");
  const JwtVerifier verifier = verifier_for(tokens, backend);
  StreamOptions options;
  options.inputs = {file.path()};
  options.input = InputFormat::lines;
  options.at = kJudgedAt;
  options.output = "/dev/null";
  options.format = OutputFormat::ndjson;
  options.threads = threads;

  const auto accepts_all = [&] {
    const Result<StreamResult> result = verify_stream(verifier, options);
    return result && result->records == count && result->accepted == count;
  };
  if (!accepts_all()) return state.SkipWithError("a good token was rejected");
  for (auto _ : state) {
    if (!accepts_all()) return state.SkipWithError("a good token was rejected");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(std::filesystem::file_size(file.path())));
}

const bool registered = [] {
  // Enough tokens for a few dozen blocks, and few enough to sign in seconds.
  const struct {
    Algorithm algorithm;
    std::size_t tokens;
  } corpora[] = {{Algorithm::RS256, 4096},
                 {Algorithm::PS256, 4096},
                 {Algorithm::ES256, 16384},
                 {Algorithm::EdDSA, 16384},
                 {Algorithm::HS256, 65536}};
  const int cores = static_cast<int>(std::thread::hardware_concurrency());
  for (const auto& [algorithm, tokens] : corpora) {
    for (int threads = 1; threads <= cores; threads *= 2) {
      const std::string name = "pipeline/stream_" + std::string(to_string(algorithm)) + "/openssl/";
      benchmark::RegisterBenchmark((name + std::to_string(threads)).c_str(), stream, algorithm, "openssl", tokens,
                                   threads)
          ->UseRealTime()
          ->Unit(benchmark::kMillisecond);
    }
  }
  return true;
}();

}  // namespace
}  // namespace assay::bench
