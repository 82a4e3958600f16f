// Tokens to measure with: minted in memory through the public face of assay::mint, and kept on disk between runs.
//
// Claims are laid out like an access token's and padded to a size; a seed decides everything in them, so that two runs
// measure the same claims. Keys are made for the corpus and thrown away with it: what is kept is their public half,
// or the secret of HS*, in files that their owner alone can read.
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

namespace assay::bench {

inline constexpr std::uint64_t kSeed = 20261123;
inline constexpr std::int64_t kIssuedAt = 1'790'000'000;
// Every token of a corpus is accepted at this moment, for this issuer and this audience.
inline constexpr Instant kJudgedAt{kIssuedAt + 60, 0};
inline constexpr const char* kIssuer = "https://fastmcp.example.com";
inline constexpr const char* kAudience = "https://api.example.com";
// What the published table measures: claims of 350 bytes.
inline constexpr std::size_t kClaimsBytes = 350;
inline constexpr std::size_t kLeastClaimsBytes = 260;

// A claims set of exactly `bytes` bytes (at least kLeastClaimsBytes), distinct for each serial number and equal in
// every run.
std::string claims_json(std::size_t bytes, std::uint64_t serial);

struct CorpusSpec {
  Algorithm algorithm = Algorithm::RS256;  // RSA: 2048 bits
  std::size_t tokens = 0;
  std::size_t claims_bytes = kClaimsBytes;
  std::size_t keys = 1;  // in rotation from token to token
  friend bool operator==(const CorpusSpec&, const CorpusSpec&) = default;
};

// A plain value. Distinct tokens, each ended by a newline.
struct TokenCorpus {
  CorpusSpec spec;
  std::string jwks;
  std::string lines;
};

// The tokens as views into `lines`.
std::vector<std::string_view> split_lines(std::string_view lines);
// The first `count` lines, or all.
std::string_view first_lines(std::string_view lines, std::size_t count);

// `count` lines drawn from the first `distinct` of `lines`, the k-th with a weight of 1/k (Zipf), in an order that the
// seed decides: a log in which few tokens are shown often.
std::string zipf_lines(std::string_view lines, std::size_t distinct, std::size_t count);

// Signs on every core. `stop` not zero ends it with nothing; `progress` is told the share that is done, about ten times
// a second. The error says why no key could be made.
using MintProgress = std::function<void(double share)>;
Result<std::optional<TokenCorpus>> mint_corpus(const CorpusSpec& spec, const std::atomic<int>* stop = nullptr,
                                               const MintProgress& progress = {});

// assay/bench under $XDG_CACHE_HOME, or under ~/.cache. Empty: neither is set.
std::filesystem::path cache_folder();
// The file of a corpus in a cache: the same spec, seed and layout of claims have the same name.
std::filesystem::path cache_file(const std::filesystem::path& folder, const CorpusSpec& spec);
// The corpus kept in a file, if it is whole: its length and SHA-256 are checked, and that it is of this spec and of
// this user. Anything else is nothing.
std::optional<TokenCorpus> load_corpus(const std::filesystem::path& file, const CorpusSpec& spec);
// Mode 0600, written under a temporary name and renamed. False where the folder cannot be written.
bool save_corpus(const std::filesystem::path& file, const TokenCorpus& corpus);

}  // namespace assay::bench
