#include "corpus.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <string_view>
#include <tuple>
#include <utility>

namespace assay::bench {
namespace {

[[noreturn]] void give_up(const std::string& message) {
  std::fprintf(stderr, "bench: %s\n", message.c_str());
  std::exit(2);
}

Corpus mint(Algorithm algorithm, std::size_t count, std::size_t claims_bytes) {
  Result<std::optional<TokenCorpus>> minted = mint_corpus({algorithm, count, claims_bytes});
  if (!minted) give_up(minted.error().message);
  Corpus made{algorithm, std::move((*minted)->jwks), {}};
  for (const std::string_view token : split_lines((*minted)->lines)) made.tokens.emplace_back(token);
  return made;
}

}  // namespace

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
  if (!verifier) give_up(verifier.error().message);
  return std::move(*verifier);
}

}  // namespace assay::bench
