// The library called from C++ over tokens in memory, for bench/python.py: the measure of what Python may cost.
//
//   library_calls JWKS TOKENS batch|single REPETITIONS
//
// Prints the microseconds of CPU time a token of each repetition. Every token must be accepted.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <span>
#include <string>
#include <vector>

#include "assay/verifier.h"

namespace {

constexpr std::size_t kSpan = 65536;

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::size_t judge_spans(const assay::JwtVerifier& verifier, std::span<const std::string_view> tokens) {
  std::vector<assay::Verdict> verdicts(kSpan);
  std::size_t accepted = 0;
  const assay::Instant at = assay::Instant::now();
  for (std::size_t begin = 0; begin < tokens.size(); begin += kSpan) {
    const auto some = tokens.subspan(begin, std::min(kSpan, tokens.size() - begin));
    verifier.verify_batch(some, std::span(verdicts).first(some.size()), at);
    for (std::size_t i = 0; i < some.size(); ++i) accepted += verdicts[i].valid() ? 1 : 0;
  }
  return accepted;
}

std::size_t judge_singly(const assay::JwtVerifier& verifier, std::span<const std::string_view> tokens) {
  std::size_t accepted = 0;
  for (const std::string_view token : tokens) accepted += verifier.verify(token).valid() ? 1 : 0;
  return accepted;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "library_calls JWKS TOKENS batch|single REPETITIONS\n");
    return 2;
  }
  assay::JwtVerifierOptions options;
  options.keys = {{assay::KeySource::Kind::jwks_file, argv[1], ""}};
  options.memo_memory = 0;  // every repetition verifies each token
  const auto verifier = assay::JwtVerifier::create(options);
  if (!verifier) {
    std::fprintf(stderr, "%s\n", verifier.error().message.c_str());
    return 2;
  }
  std::vector<std::string> lines;
  std::ifstream file(argv[2]);
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  const std::vector<std::string_view> tokens(lines.begin(), lines.end());
  const bool is_single = std::string_view(argv[3]) == "single";
  for (int i = 0; i < std::atoi(argv[4]); ++i) {
    const double begin = cpu_seconds();
    const std::size_t accepted = is_single ? judge_singly(*verifier, tokens) : judge_spans(*verifier, tokens);
    const double seconds = cpu_seconds() - begin;
    if (accepted != tokens.size()) {
      std::fprintf(stderr, "%zu of %zu tokens accepted\n", accepted, tokens.size());
      return 1;
    }
    std::printf("%.4f\n", 1e6 * seconds / static_cast<double>(tokens.size()));
    std::fflush(stdout);
  }
  return 0;
}
