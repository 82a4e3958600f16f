#include "mint/minter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "assay/policy.h"

namespace assay::mint {
namespace {

using testing::HasSubstr;

KeyPair secret_key() { return std::move(*KeyPair::from_private("0123456789abcdef0123456789abcdef", Algorithm::HS256)); }

MintOptions corpus(std::uint64_t count, std::uint64_t seed, int threads) {
  MintOptions options;
  options.request.issued_at = Instant{1790000000, 0};
  options.count = count;
  options.distinct = true;
  options.seed = seed;
  options.threads = threads;
  for (const char* text :
       {"missing=.05", "too_large=.01", "encrypted=.05", "redacted=.05", "malformed=.05", "header=.05", "crit=.05",
        "algorithm=.05", "kid=.05", "signature=.05", "claims=.05", "type_of_claim=.05", "expired=.05",
        "not_yet_valid=.05", "issuer=.05", "audience=.05", "scope=.05", "typ=.05"}) {
    options.faults.push_back(*parse_fault(text));
  }
  return options;
}

std::string minted(const MintOptions& options, MintResult* result = nullptr) {
  std::string out;
  const KeyPair key = secret_key();
  Result<MintResult> done = mint(key, options, [&](std::string_view lines) {
    out += lines;
    return true;
  });
  EXPECT_TRUE(done) << done.error().message;
  if (result) *result = *done;
  return out;
}

TEST(Mint, GivesTheSameBytesForAnyNumberOfThreads) {
  const std::string one = minted(corpus(1000, 7, 1));
  EXPECT_EQ(one, minted(corpus(1000, 7, 2)));
  EXPECT_EQ(one, minted(corpus(1000, 7, 5)));
  EXPECT_NE(one, minted(corpus(1000, 8, 1)));
}

TEST(Mint, BeginsALongerCorpusWithTheShorterOne) {
  EXPECT_THAT(minted(corpus(700, 7, 2)), testing::StartsWith(minted(corpus(300, 7, 1))));
}

TEST(Mint, SpoilsAboutTheShareAskedForOfEachKind) {
  MintResult result;
  minted(corpus(4000, 1, 2), &result);
  EXPECT_EQ(result.tokens, 4000u);
  EXPECT_EQ(result.faults.size(), 18u);
  for (const auto& [reason, count] : result.faults) {
    const double expected = reason == Reason::token_too_large ? 40 : 200;
    EXPECT_NEAR(static_cast<double>(count), expected, expected * 0.4) << to_string(reason);
  }
}

TEST(Mint, MakesEveryTokenDistinct) {
  MintOptions options = corpus(1000, 7, 2);
  options.faults.clear();
  std::istringstream lines(minted(options));
  std::set<std::string> seen;
  for (std::string line; std::getline(lines, line);) seen.insert(line);
  EXPECT_EQ(seen.size(), 1000u);
}

TEST(Mint, StopsWhenTheSinkHasEnough) {
  int calls = 0;
  Result<MintResult> done = mint(secret_key(), corpus(100000, 7, 2), [&](std::string_view) { return ++calls < 3; });
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->stopped);
  EXPECT_EQ(calls, 3);
}

TEST(Fault, IsReadByReasonOrShortForm) {
  EXPECT_EQ(parse_fault("token_expired=0.05")->reason, Reason::token_expired);
  EXPECT_EQ(parse_fault("expired=1")->reason, Reason::token_expired);
  EXPECT_DOUBLE_EQ(parse_fault("signature=0.25")->share, 0.25);
}

TEST(Fault, IsRefusedWithTheListOfKinds) {
  for (const char* text :
       {"key_ambiguous=0.1", "expired", "expired=", "expired=1.5", "expired=-0.1", "expired=nan", "=1"}) {
    Result<Fault> fault = parse_fault(text);
    ASSERT_FALSE(fault) << text;
    EXPECT_EQ(fault.error().message.find(text), 0u) << "the message names the value";
    EXPECT_EQ(fault.error().field, "faults");
    EXPECT_THAT(fault.error().message, HasSubstr("token_not_yet_valid (not_yet_valid)"));
  }
  const Fault faults[] = {{Reason::token_expired, 0.6}, {Reason::scope_missing, 0.6}};
  EXPECT_THAT(check_faults(faults).error().message, HasSubstr("more than 1"));
  EXPECT_EQ(check_faults(faults).error().field, "faults");
}

TEST(Mint, RefusesANegativeNumberOfThreads) {
  const Result<MintResult> done = mint(secret_key(), corpus(1, 7, -1), [](std::string_view) { return true; });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().field, "threads");
}

TEST(Mint, PadsAnOversizedTokenBeyondTheDefaultLimit) {
  MintOptions options = corpus(1, 7, 1);
  options.faults = {{Reason::token_too_large, 1}};
  EXPECT_GT(minted(options).size(), Policy{}.max_token_bytes + 1);
}

}  // namespace
}  // namespace assay::mint
