// What the rivals in C and C++ share: arguments, the tokens in memory, the timed loop, the line printed.
//
// A rival calls run() from main with what makes its verifier. The face of the program, PROGRAM ALG KEYS TOKENS SECONDS
// ISS AUD, its output and its exit status are those of all rivals: ../README.md.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace rival {

struct Setting {
  std::string algorithm;
  std::string keys;  // folder with public.pem and jwks.json, or with secret
  std::string issuer;
  std::string audience;
};

[[noreturn]] inline void die(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::exit(2);
}

// The library does not know the algorithm.
[[noreturn]] inline void cannot() { std::exit(3); }

inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) die(path + ": cannot be read");
  return {std::istreambuf_iterator<char>(file), {}};
}

inline double seconds_of(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// make_verifier(const Setting&) returns a callable that takes a `const std::string&` and says whether it accepts it.
template <typename MakeVerifier>
int run(int argc, char** argv, MakeVerifier make_verifier) {
  if (argc != 7) die("usage: rival ALG KEYS TOKENS SECONDS ISS AUD");
  const double seconds = std::atof(argv[4]);
  auto accepts = make_verifier(Setting{argv[1], argv[2], argv[5], argv[6]});

  std::vector<std::string> tokens;
  std::ifstream file(argv[3]);
  for (std::string line; std::getline(file, line);) tokens.push_back(line);
  if (tokens.empty()) die(std::string(argv[3]) + ": no tokens");

  size_t next = 0;
  // From where the last call stopped.
  auto verify = [&](size_t count) {
    size_t verified = 0;
    for (size_t i = 0; i < count; ++i) {
      verified += accepts(tokens[next]) ? 1 : 0;
      next = next + 1 == tokens.size() ? 0 : next + 1;
    }
    return verified;
  };
  constexpr size_t kStride = 32;  // tokens between two looks at the clock
  if (seconds > 0) {
    const double end = seconds_of(CLOCK_MONOTONIC) + seconds / 3;
    while (seconds_of(CLOCK_MONOTONIC) < end) verify(kStride);
  }
  size_t verified = 0, all = 0;
  const double start = seconds_of(CLOCK_MONOTONIC), cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
  if (seconds > 0) {
    for (; seconds_of(CLOCK_MONOTONIC) < start + seconds; all += kStride) verified += verify(kStride);
  } else {
    all = tokens.size();
    verified = verify(all);
  }
  const double cpu_spent = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu, spent = seconds_of(CLOCK_MONOTONIC) - start;
  std::printf("{\"verified\":%zu,\"rejected\":%zu,\"cpu_seconds\":%.6f,\"wall_seconds\":%.6f}\n", verified,
              all - verified, cpu_spent, spent);
  return 0;
}

}  // namespace rival
