// The header: splitting tokens, reading headers, and the memo that reads each distinct header once.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/arena.h"
#include "codec/base64url.h"
#include "corpus.h"
#include "jose/compact.h"
#include "jose/header.h"
#include "memo/header_memo.h"
#include "verify/engine.h"

namespace assay::bench {
namespace {

constexpr std::size_t kTokens = 1024;

void take_apart(benchmark::State& state) {
  const Corpus& tokens = corpus(Algorithm::HS256, kTokens);
  base::Arena arena;
  for (const std::string& token : tokens.tokens) {
    const jose::Compact compact = jose::take_apart(token, arena);
    if (compact.shape != jose::Shape::signed_token || compact.signature_bytes.size() != 32 ||
        compact.signing_input().size() + 1 + compact.signature.size() != token.size()) {
      return state.SkipWithError("wrong answer");
    }
  }
  std::size_t next = 0;
  for (auto _ : state) {
    if (next % kBatch == 0) arena.reset();
    const jose::Compact compact = jose::take_apart(tokens.tokens[next++ % kTokens], arena);
    benchmark::DoNotOptimize(compact.shape);
  }
  state.SetItemsProcessed(state.iterations());
}

// A header segment of about `bytes` bytes of JSON.
std::string header_segment(std::size_t bytes, std::uint64_t serial) {
  std::string json = R"({"typ":"JWT","alg":"HS256","kid":"bench","serial":)" + std::to_string(serial) + R"(,"note":")";
  while (json.size() + 2 < bytes) json += 'n';
  return codec::base64url_encode(json + R"("})");
}

void read(benchmark::State& state, Profile profile, std::size_t bytes) {
  const std::string segment = header_segment(bytes, 1);
  const std::optional<jose::Header> header = jose::read_header(segment, profile);
  if (!header || header->fault || header->algorithm != Algorithm::HS256 || header->kid != "bench")
    return state.SkipWithError("wrong answer");
  for (auto _ : state) benchmark::DoNotOptimize(jose::read_header(segment, profile));
  state.SetItemsProcessed(state.iterations());
}

// Looks up plans for tokens with `distinct` different headers in turn. One header is the log of one issuer. Many are
// the slow case: beyond the memo's limit every token costs a parse.
void look_up(benchmark::State& state, std::size_t distinct) {
  const JwtVerifier verifier = verifier_for(corpus(Algorithm::HS256, kTokens), "openssl");
  const std::shared_ptr<const keys::Snapshot> snapshot = verifier.engine().snapshot();
  const Policy& policy = verifier.engine().policy();
  std::vector<std::string> segments;
  for (std::size_t i = 0; i < distinct; ++i) segments.push_back(header_segment(80, i));
  memo::HeaderMemo memo;
  for (std::size_t i = 0; i < distinct; ++i) {
    if (i % kBatch == 0) memo.begin_batch(snapshot);
    const memo::HeaderPlan& plan = memo.look_up(segments[i], policy);
    if (!plan.decodable || plan.keys.fault || plan.keys.candidates.size() != 1)
      return state.SkipWithError("wrong answer");
  }
  std::size_t next = 0;
  for (auto _ : state) {
    if (next % kBatch == 0) memo.begin_batch(snapshot);
    benchmark::DoNotOptimize(&memo.look_up(segments[next % distinct], policy));
    ++next;
  }
  state.SetItemsProcessed(state.iterations());
}

const bool registered = [] {
  const std::string kernel(codec::base64url_kernel());
  benchmark::RegisterBenchmark(("header/take_apart/" + kernel + "/350").c_str(), take_apart);
  for (const std::size_t bytes : {std::size_t{80}, std::size_t{350}}) {
    const std::string size = std::to_string(bytes);
    benchmark::RegisterBenchmark(("header/read/strict/" + size).c_str(), read, Profile::strict, bytes);
    benchmark::RegisterBenchmark(("header/read/fastmcp/" + size).c_str(), read, Profile::fastmcp, bytes);
  }
  for (const std::size_t distinct : {1, 2, 64, 100'000})
    benchmark::RegisterBenchmark(("header/look_up/memo/" + std::to_string(distinct)).c_str(), look_up, distinct);
  return true;
}();

}  // namespace
}  // namespace assay::bench
