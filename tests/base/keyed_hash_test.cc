#include "base/keyed_hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace assay::base {
namespace {

// CPython 3.11 hashes bytes by SipHash-1-3; with PYTHONHASHSEED=0 its key is zero.
TEST(SipHash, GivesTheNumbersOfCpython) {
  EXPECT_EQ(siphash13(0, 0, "a"), 0x407448d2b89b1813u);
  EXPECT_EQ(siphash13(0, 0, "abc"), 0xc03bc3a0042630f2u);
  EXPECT_EQ(siphash13(0, 0, "1234567"), 0xa33d651594fdae81u);
  EXPECT_EQ(siphash13(0, 0, "12345678"), 0x3489982430560a87u);
  EXPECT_EQ(siphash13(0, 0, "123456789"), 0x0fbc0f0007965fcfu);
  EXPECT_EQ(siphash13(0, 0, "eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0"), 0xa3bf9cfd51a7592fu);
}

TEST(SipHash, DependsOnBothHalvesOfTheKey) {
  EXPECT_NE(siphash13(0, 0, "kid"), siphash13(1, 0, "kid"));
  EXPECT_NE(siphash13(0, 0, "kid"), siphash13(0, 1, "kid"));
}

TEST(KeyedHash, IsTheSameForEqualTextsInOneProcess) {
  const std::string text(100, 'x'), copy = text;
  EXPECT_EQ(KeyedHash()(text), KeyedHash()(copy));
  EXPECT_NE(KeyedHash()(text), siphash13(0, 0, text)) << "the key was never drawn";
}

template <class Map>
std::size_t largest_bucket(const Map& map) {
  std::size_t largest = 0;
  for (std::size_t i = 0; i < map.bucket_count(); ++i) largest = std::max(largest, map.bucket_size(i));
  return largest;
}

// The attack: a sender looks for headers that std::hash puts into one bucket. It works against a plain map, and no
// longer against a keyed one.
TEST(KeyedMap, SpreadsTextsThatStdHashPutsIntoOneBucket) {
  constexpr std::size_t kTexts = 512;
  std::unordered_map<std::string, int> plain;
  plain.reserve(kTexts);
  const std::size_t buckets = plain.bucket_count();
  std::vector<std::string> chosen;
  for (std::uint64_t i = 0; chosen.size() < kTexts; ++i) {
    std::string text = "eyJhbGciOiJSUzI1NiIsImtpZCI6I" + std::to_string(i);
    if (std::hash<std::string>()(text) % buckets == 0) chosen.push_back(std::move(text));
  }
  KeyedMap<std::string, int> keyed;
  keyed.reserve(kTexts);
  ASSERT_EQ(keyed.bucket_count(), buckets);
  for (const std::string& text : chosen) {
    plain.emplace(text, 0);
    keyed.emplace(text, 0);
  }
  EXPECT_EQ(largest_bucket(plain), kTexts);
  // Random texts fill a bucket with at most 6 or 7; 16 has a chance of less than 10^-12.
  EXPECT_LT(largest_bucket(keyed), 16u);
}

}  // namespace
}  // namespace assay::base
