// The claims: reading them, and checking them against a policy that sets every check.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "base/arena.h"
#include "codec/flat_object.h"
#include "codec/json_fast.h"
#include "corpus.h"
#include "jose/access.h"
#include "jose/claims.h"
#include "jose/header.h"
#include "jose/policy.h"

namespace assay::bench {
namespace {

std::string padded(const std::string& json) { return json + std::string(codec::kJsonPadding, '\0'); }

void read(benchmark::State& state, Profile profile, const std::string& json) {
  const std::string buffer = padded(json);
  const std::string_view payload(buffer.data(), json.size());
  codec::FastObjectReader reader;
  base::Arena arena;
  jose::ClaimsFault fault;
  const jose::Claims* claims = jose::read_claims(payload, profile, reader, arena, fault);
  if (claims == nullptr || claims->sub.type != jose::ClaimType::string || !claims->sub.text.starts_with("user-") ||
      jose::expires_at_of(*claims, profile, arena) != std::to_string(kIssuedAt + 3600)) {
    return state.SkipWithError("wrong answer");
  }
  for (auto _ : state) {
    arena.reset();
    benchmark::DoNotOptimize(jose::read_claims(payload, profile, reader, arena, fault));
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(json.size()));
}

// Only the members of flat claims, read by one kernel.
void scan(benchmark::State& state, codec::FlatKernel kernel, const std::string& json) {
  const std::string buffer = padded(json);
  const std::string_view payload(buffer.data(), json.size());
  codec::FlatObjectReader reader(kernel);
  base::Arena arena;
  std::size_t members = 0, values = 0;  // bytes of all values
  const auto count = [&](const codec::FastMember& member) {
    ++members;
    values += member.text.size();
  };
  if (!reader.read(payload, arena, count) || members != 9 || values == 0) return state.SkipWithError("wrong answer");
  for (auto _ : state) {
    arena.reset();
    benchmark::DoNotOptimize(reader.read(payload, arena, count));
    benchmark::DoNotOptimize(values);
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(json.size()));
}

// Claims as Python's json.dumps writes them, with a space after each colon and comma.
std::string with_spaces(const std::string& json) {
  std::string spaced;
  bool inside = false;
  for (const char c : json) {
    spaced += c;
    inside ^= c == '"';
    if (!inside && (c == ':' || c == ',')) spaced += ' ';
  }
  return spaced;
}

Policy full_policy(Profile profile) {
  Policy policy;
  policy.profile = profile;
  policy.issuers = {"https://other.example.com", "https://fastmcp.example.com"};
  policy.audiences = {"https://api.example.com"};
  policy.required_scopes = {"read", "write"};
  return policy;
}

// All that follows a valid signature: claims, scopes, client_id, policy.
void read_and_judge(benchmark::State& state, Profile profile, std::size_t bytes) {
  const std::string json = claims_json(bytes, 1);
  const std::string buffer = padded(json);
  const std::string_view payload(buffer.data(), json.size());
  const Result<Policy> policy = jose::checked_policy(full_policy(profile));
  if (!policy) return state.SkipWithError(policy.error().message.c_str());
  const jose::Header header;
  codec::FastObjectReader reader;
  base::Arena arena;
  jose::ClaimsFault fault;
  const auto judge_at = [&](Instant at) {
    arena.reset();
    const jose::Claims* claims = jose::read_claims(payload, profile, reader, arena, fault);
    if (claims == nullptr) return ReasonSet(Reason::malformed_claims);
    benchmark::DoNotOptimize(jose::client_id_of(*claims, arena));
    const auto scopes = jose::scopes_of(*claims, profile, arena);
    return jose::apply_policy(*policy, header, *claims, scopes, at, arena).reasons;
  };
  const ReasonSet later = judge_at({kIssuedAt + 7200, 0});
  if (!judge_at(kJudgedAt).empty() || later.empty() || later.first() != Reason::token_expired)
    return state.SkipWithError("wrong answer");
  for (auto _ : state) benchmark::DoNotOptimize(judge_at(kJudgedAt));
  state.SetItemsProcessed(state.iterations());
}

// The same claims, with a fraction in one of the times.
std::string with_fraction(std::size_t bytes) {
  std::string json = claims_json(bytes - 2, 1);
  const std::string exp = std::to_string(kIssuedAt + 3600);
  return json.replace(json.find(exp), exp.size(), exp + ".5");
}

// Claims of the same size with an object inside, as Keycloak writes roles.
std::string with_roles(std::size_t bytes) {
  const std::string roles = R"("realm_access":{"roles":["offline_access","uma_authorization"]},)";
  std::string json = claims_json(std::max(bytes - roles.size(), std::size_t{260}), 1);
  return json.insert(1, roles);
}

// Claims of the same size with a member of its own in front.
std::string with_member(std::string_view member, std::size_t bytes) {
  std::string json = claims_json(std::max(bytes - member.size(), std::size_t{260}), 1);
  return json.insert(1, member);
}

// Names of people as they are, and as Python's json.dumps writes them.
constexpr std::string_view kAccents = R"("name":"Zoë Müller-Peña","family_name":"Müller-Peña",)";
constexpr std::string_view kCyrillic = R"("name":"Анна Ковальчук","family_name":"Ковальчук",)";
constexpr std::string_view kArabic = R"("name":"ليلى حداد","family_name":"حداد",)";
constexpr std::string_view kPythonEscapes = R"("name":"Zo\u00eb M\u00fcller-Pe\u00f1a","family_name":"M\u00fcller",)";
constexpr std::string_view kEscapedQuotes = R"("name":"Zoe \"Zo\" Miller","family_name":"Miller",)";

// The same claims with an escaped slash, as PHP's json_encode writes it.
std::string with_escape(std::size_t bytes) {
  std::string json = claims_json(bytes - 1, 1);
  return json.insert(json.find("//"), 1, '\\');
}

const bool registered = [] {
  codec::FlatKernel kernels[3];
  const int kernel_count = codec::flat_kernels(kernels);
  for (int k = 0; k < kernel_count; ++k) {
    const std::string isa = std::string(kernels[k].name) + "/";
    for (const std::size_t bytes : {std::size_t{260}, kClaimsBytes, std::size_t{1024}, std::size_t{16384}}) {
      const std::string json = claims_json(bytes, 1), size = std::to_string(bytes);
      benchmark::RegisterBenchmark(("claims/scan/" + isa + size).c_str(), scan, kernels[k], json);
      benchmark::RegisterBenchmark(("claims/scan_spaced/" + isa + size).c_str(), scan, kernels[k], with_spaces(json));
    }
  }
  const struct {
    Profile profile;
    const char* name;
  } profiles[] = {{Profile::strict, "strict"}, {Profile::fastmcp, "fastmcp"}};
  for (const auto& [profile, name] : profiles) {
    for (const std::size_t bytes : {std::size_t{260}, kClaimsBytes, std::size_t{1024}, std::size_t{16384}}) {
      const std::string end = "/" + std::string(name) + "/" + std::to_string(bytes);
      benchmark::RegisterBenchmark(("claims/read" + end).c_str(), read, profile, claims_json(bytes, 1));
      benchmark::RegisterBenchmark(("claims/read_spaced" + end).c_str(), read, profile,
                                   with_spaces(claims_json(bytes, 1)));
      benchmark::RegisterBenchmark(("claims/read_fraction" + end).c_str(), read, profile, with_fraction(bytes + 2));
      benchmark::RegisterBenchmark(("claims/read_roles" + end).c_str(), read, profile, with_roles(bytes));
      benchmark::RegisterBenchmark(("claims/read_escape" + end).c_str(), read, profile, with_escape(bytes + 1));
      const struct {
        const char* name;
        std::string_view member;
      } members[] = {{"accents", kAccents},
                     {"cyrillic", kCyrillic},
                     {"arabic", kArabic},
                     {"python_escapes", kPythonEscapes},
                     {"escaped_quotes", kEscapedQuotes}};
      for (const auto& [kind, member] : members) {
        benchmark::RegisterBenchmark(("claims/read_" + std::string(kind) + end).c_str(), read, profile,
                                     with_member(member, bytes));
      }
      benchmark::RegisterBenchmark(("claims/read_and_judge" + end).c_str(), read_and_judge, profile, bytes);
    }
  }
  return true;
}();

}  // namespace
}  // namespace assay::bench
