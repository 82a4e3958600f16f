// codec: base64url by kernel, the exact and the fast JSON reader.
#include <benchmark/benchmark.h>

#include "base/arena.h"
#include "codec/base64url.h"
#include "codec/json.h"
#include "codec/json_fast.h"
#include "corpus.h"

namespace assay::bench {
namespace {

void decode(benchmark::State& state, codec::Base64Kernel kernel) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  const std::string claims = claims_text(bytes, 1);
  const std::string text = codec::base64url_encode(claims);
  std::string decoded(bytes + codec::kBase64Slack, '\0');
  if (!kernel.decode(text.data(), text.size(), decoded.data()) || decoded.compare(0, bytes, claims) != 0) {
    return state.SkipWithError("wrong answer");
  }
  for (auto _ : state) benchmark::DoNotOptimize(kernel.decode(text.data(), text.size(), decoded.data()));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void encode(benchmark::State& state) {
  const std::string claims = claims_text(static_cast<std::size_t>(state.range(0)), 1);
  std::string text(codec::base64url_encoded_size(claims.size()), '\0');
  codec::base64url_encode(claims, text.data());
  if (codec::base64url_decode(text) != claims) return state.SkipWithError("wrong answer");
  for (auto _ : state) {
    codec::base64url_encode(claims, text.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(claims.size()));
}

void parse_exact(benchmark::State& state) {
  const std::string claims = claims_text(static_cast<std::size_t>(state.range(0)), 1);
  base::Arena arena;
  const codec::JsonNode* root = codec::parse_json(claims, codec::JsonDialect::rfc8259, arena);
  if (root == nullptr || root->members.size() != 8) return state.SkipWithError("wrong answer");
  for (auto _ : state) {
    arena.reset();
    benchmark::DoNotOptimize(codec::parse_json(claims, codec::JsonDialect::rfc8259, arena));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(claims.size()));
}

void read_fast(benchmark::State& state) {
  const std::string claims = claims_text(static_cast<std::size_t>(state.range(0)), 1);
  const std::string padded = claims + std::string(codec::kJsonPadding, '\0');
  const std::string_view text = std::string_view(padded).substr(0, claims.size());
  codec::FastObjectReader reader;
  base::Arena arena;
  std::span<const codec::FastMember> members;
  if (reader.read(text, arena, members) != codec::FastObjectReader::Outcome::object || members.size() != 8) {
    return state.SkipWithError("wrong answer");
  }
  for (auto _ : state) {
    arena.reset();
    benchmark::DoNotOptimize(reader.read(text, arena, members));
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(claims.size()));
}

BENCHMARK(encode)->Name("codec/base64url_encode/default")->Arg(350)->Arg(4096);
BENCHMARK(parse_exact)->Name("codec/json/exact")->Arg(350)->Arg(4096);
BENCHMARK(read_fast)->Name("codec/json/fast")->Arg(350)->Arg(4096);

const bool kRegistered = [] {
  codec::Base64Kernel kernels[3];
  for (int i = 0, count = codec::base64url_kernels(kernels); i < count; ++i) {
    const std::string name = "codec/base64url_decode/" + std::string(kernels[i].name);
    benchmark::RegisterBenchmark(name.c_str(), decode, kernels[i])->Arg(32)->Arg(350)->Arg(4096);
  }
  return true;
}();

}  // namespace
}  // namespace assay::bench
