// Tokens to measure with: minted in memory with the public API of assay::mint, and kept on disk between runs.
//
// Claims look like an access token's and are padded to a size. A seed decides everything in them, so that two runs
// measure the same claims. Private keys are made for the corpus and thrown away. The file keeps the public keys, or the
// secret of HS*, and only its owner can read it.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/algorithm.h"
#include "assay/instant.h"
#include "assay/result.h"
#include "bench/minted.h"

namespace assay::bench {

inline constexpr std::uint64_t kSeed = 20261123;
inline constexpr std::int64_t kIssuedAt = 1'790'000'000;
// Every token of a corpus is accepted at this moment, for this issuer and this audience.
inline constexpr Instant kJudgedAt{kIssuedAt + 60, 0};
inline constexpr const char* kIssuer = "https://fastmcp.example.com";
inline constexpr const char* kAudience = "https://api.example.com";
// The size of the claims in the published table.
inline constexpr std::size_t kClaimsBytes = 350;
inline constexpr std::size_t kLeastClaimsBytes = 260;

// A claims set of exactly `bytes` bytes (at least kLeastClaimsBytes), distinct for each serial number and equal in
// every run.
std::string claims_json(std::size_t bytes, std::uint64_t serial);

struct CorpusSpec {
  Algorithm algorithm = Algorithm::RS256;
  std::size_t tokens = 0;
  std::size_t claims_bytes = kClaimsBytes;
  std::size_t keys = 1;          // token i is signed with key i % keys
  int rsa_bits = kUsualRsaBits;  // of RS* and PS*
  friend bool operator==(const CorpusSpec&, const CorpusSpec&) = default;
};

// Distinct tokens, each ended by a newline, and the keys that verify them. A plain value.
struct TokenCorpus {
  CorpusSpec spec;
  std::string jwks;
  std::string lines;
};

// The tokens as views into `lines`.
std::vector<std::string_view> split_lines(std::string_view lines);
// The first `count` lines, or all.
std::string_view first_lines(std::string_view lines, std::size_t count);

// A log in which few tokens appear often: `count` lines drawn from the first `distinct` of `lines`, the k-th with a
// weight of 1/k (Zipf). The seed decides the order.
std::string zipf_lines(std::string_view lines, std::size_t distinct, std::size_t count);

// Signs the tokens on every core. Returns nothing as soon as `stop` is not zero. Calls `progress` about ten times a
// second with the share that is done. The error says why no key could be made.
using MintProgress = std::function<void(double share)>;
Result<std::optional<TokenCorpus>> mint_corpus(const CorpusSpec& spec, const std::atomic<int>* stop = nullptr,
                                               const MintProgress& progress = {});

// assay/bench under $XDG_CACHE_HOME, or under ~/.cache. Empty if neither XDG_CACHE_HOME nor HOME is set.
std::filesystem::path cache_folder();
// The file of a corpus in a cache. Its name depends on the spec, the seed and the layout of the claims.
std::filesystem::path cache_file(const std::filesystem::path& folder, const CorpusSpec& spec);
// Reads a corpus from its file. Returns nothing unless the file belongs to this user and to this spec, and has the
// length and the SHA-256 that its first line states.
std::optional<TokenCorpus> load_corpus(const std::filesystem::path& file, const CorpusSpec& spec);
// Writes a temporary file of mode 0600 and renames it. The error names the file.
Result<void> save_corpus(const std::filesystem::path& file, const TokenCorpus& corpus);

}  // namespace assay::bench
