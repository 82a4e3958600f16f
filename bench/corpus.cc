#include "corpus.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "assay/key_pair.h"

namespace assay::bench {
namespace {

// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
std::uint64_t next(std::uint64_t& state) {
  std::uint64_t z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

std::string hexadecimal(std::uint64_t number) {
  char text[17];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(number));
  return text;
}

}  // namespace

std::string claims_text(std::size_t bytes, std::uint64_t seed) {
  std::string text =
      R"({"sub":"user-)" + hexadecimal(next(seed)) +
      R"(","iss":"https://issuer.example","iat":1790000000,"exp":1790003600,"aud":"https://api.example",)" +
      R"("scope":"read write","jti":")" + hexadecimal(next(seed)) + R"(","note":")";
  while (text.size() + 2 < bytes) text += static_cast<char>('a' + next(seed) % 26);
  return text + "\"}";
}

Corpus mint_corpus(Algorithm algorithm, std::size_t count, std::size_t claims_bytes, std::uint64_t seed) {
  const auto pair = KeyPair::generate(algorithm);
  if (!pair) {
    std::fprintf(stderr, "corpus: %s\n", pair.error().c_str());
    std::exit(2);
  }
  const std::string header = R"({"alg":")" + std::string(to_string(algorithm)) + R"(","typ":"JWT","kid":"bench"})";
  Corpus corpus;
  corpus.jwks = pair->jwks("bench");
  corpus.tokens.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    corpus.tokens.push_back(pair->sign(header, claims_text(claims_bytes, next(seed))));
    corpus.bytes += corpus.tokens.back().size();
  }
  return corpus;
}

}  // namespace assay::bench
