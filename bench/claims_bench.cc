// jose: claims read and judged, as for each token with a valid signature.
#include <benchmark/benchmark.h>

#include "base/arena.h"
#include "codec/json_fast.h"
#include "corpus.h"
#include "jose/claims.h"
#include "jose/policy.h"

namespace assay::bench {
namespace {

void judge(benchmark::State& state, Profile profile) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  const std::string padded = claims_text(bytes, 1) + std::string(codec::kJsonPadding, '\0');
  const std::string_view payload = std::string_view(padded).substr(0, bytes);
  Policy policy;
  policy.profile = profile;
  policy.issuers = {"https://issuer.example"};
  policy.audiences = {"https://api.example"};
  policy.required_scopes = {"read"};
  const jose::Header header;
  codec::FastObjectReader reader;
  base::Arena arena;
  const auto judge_once = [&] {
    arena.reset();
    jose::ClaimsFault fault;
    const jose::Claims* claims = jose::read_claims(payload, profile, reader, arena, fault);
    if (claims == nullptr) return ReasonSet(Reason::malformed_claims);
    return jose::judge(policy, header, *claims, jose::scopes_of(*claims, profile, arena), kJudgedAt, arena).reasons;
  };
  if (!judge_once().empty()) return state.SkipWithError("wrong answer");
  for (auto _ : state) benchmark::DoNotOptimize(judge_once());
  state.SetItemsProcessed(state.iterations());
}

BENCHMARK_CAPTURE(judge, strict, Profile::strict)->Name("jose/claims_and_policy/strict")->Arg(350)->Arg(4096);
BENCHMARK_CAPTURE(judge, fastmcp, Profile::fastmcp)->Name("jose/claims_and_policy/fastmcp")->Arg(350)->Arg(4096);

}  // namespace
}  // namespace assay::bench
