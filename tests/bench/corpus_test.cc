#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "assay/verifier.h"
#include "base/arena.h"
#include "bench/rsa_keys.h"
#include "bench/token_corpus.h"
#include "jose/compact.h"
#include "support/temp_dir.h"

namespace assay::bench {
namespace {

namespace fs = std::filesystem;

TokenCorpus minted(const CorpusSpec& spec) {
  Result<std::optional<TokenCorpus>> made = mint_corpus(spec);
  return made && *made ? **made : TokenCorpus{};
}

TEST(Corpus, HoldsDistinctTokensThatAreAccepted) {
  for (const Algorithm algorithm : {Algorithm::HS256, Algorithm::ES256, Algorithm::EdDSA}) {
    const TokenCorpus corpus = minted({algorithm, 300, 350, 3});
    const std::vector<std::string_view> tokens = split_lines(corpus.lines);
    ASSERT_EQ(tokens.size(), 300u);
    EXPECT_EQ(std::set<std::string_view>(tokens.begin(), tokens.end()).size(), 300u);
    JwtVerifierOptions options;
    options.keys.push_back({KeySource::Kind::jwks_text, corpus.jwks, "keys"});
    options.policy.issuers = {kIssuer};
    options.policy.audiences = {kAudience};
    const Result<JwtVerifier> verifier = JwtVerifier::create(std::move(options));
    ASSERT_TRUE(verifier) << verifier.error().message;
    std::set<std::string> kids;
    for (const std::string_view token : tokens) {
      const Verdict verdict = verifier->verify(token, kJudgedAt);
      EXPECT_TRUE(verdict.valid());
      kids.insert(verdict.kid.value_or(""));
      base::Arena arena;
      EXPECT_EQ(jose::take_apart(token, arena).payload_bytes.size(), 350u);
    }
    EXPECT_EQ(kids.size(), 3u);
  }
}

TEST(RsaKeys, AreAsManyAsTheirPrimesHavePairs) {
  EXPECT_EQ(RsaKeys(1, 2048).primes(), 2u);
  EXPECT_EQ(RsaKeys(3, 2048).primes(), 3u);
  EXPECT_EQ(RsaKeys(4, 2048).primes(), 4u);
  EXPECT_EQ(RsaKeys(10'000, 2048).primes(), 142u);
}

TEST(RsaKeys, AreDistinctAndSignWhatTheirOwnPublicKeyVerifies) {
  constexpr std::size_t kKeys = 6;
  RsaKeys keys(kKeys, 2048);
  for (std::size_t i = 0; i < keys.primes(); ++i) keys.find_prime(i);
  std::vector<KeyPair> pairs;
  std::set<std::string> sets;
  for (std::size_t i = 0; i < kKeys; ++i) {
    pairs.push_back(keys.key(i, Algorithm::RS256));
    sets.insert(pairs.back().jwks());
  }
  EXPECT_EQ(sets.size(), kKeys);
  TokenRequest request;
  request.issued_at = Instant{kIssuedAt, 0};
  for (std::size_t i = 0; i < kKeys; ++i) {
    const std::string token = pairs[i].create_token(request);
    for (std::size_t k = 0; k < kKeys; ++k) {
      JwtVerifierOptions options;
      options.keys.push_back({KeySource::Kind::jwks_text, pairs[k].jwks(), "key"});
      const Result<JwtVerifier> verifier = JwtVerifier::create(std::move(options));
      ASSERT_TRUE(verifier) << verifier.error().message;
      const Verdict verdict = verifier->verify(token, kJudgedAt);
      EXPECT_EQ(verdict.valid(), i == k) << i << " by " << k;
    }
  }
}

TEST(Corpus, OfManyRsaKeysIsAcceptedWithEachOfThem) {
  const TokenCorpus corpus = minted({Algorithm::PS256, 40, 350, 20});
  JwtVerifierOptions options;
  options.keys.push_back({KeySource::Kind::jwks_text, corpus.jwks, "keys"});
  const Result<JwtVerifier> verifier = JwtVerifier::create(std::move(options));
  ASSERT_TRUE(verifier) << verifier.error().message;
  std::set<std::string> kids;
  for (const std::string_view token : split_lines(corpus.lines)) {
    const Verdict verdict = verifier->verify(token, kJudgedAt);
    EXPECT_TRUE(verdict.valid()) << to_string(verdict.reason());
    kids.insert(verdict.kid.value_or(""));
  }
  EXPECT_EQ(kids.size(), 20u);
}

TEST(Corpus, ClaimsDependOnTheSerialNumberAlone) {
  EXPECT_EQ(claims_json(350, 7), claims_json(350, 7));
  EXPECT_NE(claims_json(350, 7), claims_json(350, 8));
  EXPECT_EQ(claims_json(kLeastClaimsBytes, 1).size(), kLeastClaimsBytes);
}

TEST(Corpus, IsFoundAgainOnDiskAndNowhereElse) {
  const test::TempDir folder;
  const TokenCorpus corpus = minted({Algorithm::HS256, 20});
  const fs::path file = cache_file(folder.path("assay/bench"), corpus.spec);
  EXPECT_FALSE(load_corpus(file, corpus.spec));
  ASSERT_TRUE(save_corpus(file, corpus));
  const std::optional<TokenCorpus> found = load_corpus(file, corpus.spec);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->lines, corpus.lines);
  EXPECT_EQ(found->jwks, corpus.jwks);
  EXPECT_FALSE(load_corpus(file, {Algorithm::HS256, 21}));
  EXPECT_FALSE(load_corpus(file, {Algorithm::HS384, 20}));
  struct stat st {};
  ASSERT_EQ(::stat(file.c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
}

TEST(Corpus, IsNotTakenFromADamagedFile) {
  const test::TempDir folder;
  const TokenCorpus corpus = minted({Algorithm::HS256, 20});
  const fs::path file = folder.path("corpus");
  ASSERT_TRUE(save_corpus(file, corpus));
  std::ifstream read(file, std::ios::binary);
  const std::string whole(std::istreambuf_iterator<char>(read), {});
  const auto taken = [&](const std::string& bytes) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
    return load_corpus(file, corpus.spec).has_value();
  };
  EXPECT_TRUE(taken(whole));
  for (const std::size_t at : {std::size_t{0}, whole.find('\n') - 1, whole.find('\n'), whole.find('\n') + 1,
                               whole.size() / 2, whole.size() - 1}) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(taken(changed)) << at;
    EXPECT_FALSE(taken(whole.substr(0, at))) << at;
  }
  EXPECT_FALSE(taken(whole + "x"));
  // The boundary between key set and tokens is no part of the hash.
  std::string moved = whole;
  const std::size_t digit = moved.rfind(' ', moved.rfind(' ', moved.find('\n')) - 1) + 1;
  moved[digit] = moved[digit] == '1' ? '9' : '1';
  EXPECT_FALSE(taken(moved) && load_corpus(file, corpus.spec)->jwks == corpus.jwks);
  fs::remove(file);
  fs::create_symlink("/dev/zero", file);
  EXPECT_FALSE(load_corpus(file, corpus.spec));
}

TEST(Corpus, IsNotKeptWhereTheFolderCannotBeMade) {
  const test::TempDir folder;
  folder.write("file", "in the way");
  EXPECT_FALSE(save_corpus(folder.path("file/bench/x"), minted({Algorithm::HS256, 1})));
}

TEST(Corpus, StopsWhenAskedTo) {
  const std::atomic<int> stop{2};
  const Result<std::optional<TokenCorpus>> made = mint_corpus({Algorithm::RS256, 100'000}, &stop);
  ASSERT_TRUE(made);
  EXPECT_FALSE(*made);
}

TEST(Corpus, OfRepeatedTokensShowsFewOften) {
  std::string lines;
  for (int i = 0; i < 1000; ++i) lines += "token" + std::to_string(i) + "\n";
  const std::string log = zipf_lines(lines, 100, 10'000);
  const std::vector<std::string_view> drawn = split_lines(log);
  EXPECT_EQ(drawn.size(), 10'000u);
  EXPECT_LE(std::set<std::string_view>(drawn.begin(), drawn.end()).size(), 100u);
  const auto count = [&](std::string_view token) { return std::count(drawn.begin(), drawn.end(), token); };
  // 1/H(100) = 0.193 of all, a tenth of that for the tenth.
  EXPECT_NEAR(static_cast<double>(count("token0")), 1928, 150);
  EXPECT_NEAR(static_cast<double>(count("token9")), 193, 60);
  EXPECT_EQ(log, zipf_lines(lines, 100, 10'000));
}

TEST(Corpus, LinesAreCutWhole) {
  EXPECT_EQ(first_lines("a\nb\nc", 2), "a\nb\n");
  EXPECT_EQ(first_lines("a\nb\nc", 3), "a\nb\nc");
  EXPECT_EQ(first_lines("a\nb\nc", 9), "a\nb\nc");
  EXPECT_EQ(first_lines("", 1), "");
  EXPECT_EQ(split_lines("a\n\nb").size(), 3u);
}

}  // namespace
}  // namespace assay::bench
