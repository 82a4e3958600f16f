#include "corpus.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <string_view>
#include <tuple>
#include <utility>

#include "assay/key_pair.h"

namespace assay::bench {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
std::uint64_t mixed(std::uint64_t seed) noexcept {
  std::uint64_t z = seed + 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

// `count` hexadecimal digits that depend on the seed, the serial number and the use alone.
std::string hex(std::uint64_t serial, std::uint64_t use, std::size_t count) {
  std::string text;
  for (std::uint64_t block = 0; text.size() < count; ++block) {
    std::uint64_t bits = mixed(mixed(mixed(kSeed + serial) + use) + block);
    for (int i = 0; i < 16 && text.size() < count; ++i, bits >>= 4) text += kHexDigits[bits & 15];
  }
  return text;
}

[[noreturn]] void give_up(const std::string& message) {
  std::fprintf(stderr, "bench: %s\n", message.c_str());
  std::exit(2);
}

Corpus mint(Algorithm algorithm, std::size_t count, std::size_t claims_bytes) {
  Result<KeyPair> key = KeyPair::generate(algorithm);
  if (!key) give_up(key.error());
  Corpus made;
  made.algorithm = algorithm;
  made.jwks = key->jwks("bench");
  const std::string header = R"({"typ":"JWT","alg":")" + std::string(to_string(algorithm)) + R"(","kid":"bench"})";
  made.tokens.reserve(count);
  for (std::size_t i = 0; i < count; ++i) made.tokens.push_back(key->sign(header, claims_json(claims_bytes, i)));
  return made;
}

}  // namespace

std::string claims_json(std::size_t bytes, std::uint64_t serial) {
  std::string text = R"({"sub":"user-)" + hex(serial, 0, 12) + R"(","iss":"https://fastmcp.example.com","iat":)" +
                     std::to_string(kIssuedAt) + R"(,"exp":)" + std::to_string(kIssuedAt + 3600) +
                     R"(,"aud":"https://api.example.com","scope":"read write profile","client_id":"app-)" +
                     hex(serial, 1, 8) + R"(","jti":")" + hex(serial, 2, 32) + R"(","sid":")";
  const std::string_view end = R"("})";
  if (text.size() + end.size() > bytes) give_up("claims cannot be as short as " + std::to_string(bytes) + " bytes");
  text += hex(serial, 3, bytes - text.size() - end.size());
  text += end;
  return text;
}

const Corpus& corpus(Algorithm algorithm, std::size_t count, std::size_t claims_bytes) {
  static std::map<std::tuple<Algorithm, std::size_t, std::size_t>, Corpus> made;
  const std::tuple wanted(algorithm, count, claims_bytes);
  auto found = made.find(wanted);
  if (found == made.end()) found = made.emplace(wanted, mint(algorithm, count, claims_bytes)).first;
  return found->second;
}

JwtVerifier verifier_for(const Corpus& corpus, const char* backend) {
  JwtVerifierOptions options;
  options.keys.push_back({KeySource::Kind::jwks_text, corpus.jwks, "bench keys"});
  options.backend = backend;
  Result<JwtVerifier> verifier = JwtVerifier::create(std::move(options));
  if (!verifier) give_up(verifier.error());
  return std::move(*verifier);
}

}  // namespace assay::bench
