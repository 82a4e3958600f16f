// The sums and differences that carry over several words, against 128-bit integers one word at a time.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>

#include "kernel/portable/carries.h"
#include "support/random.h"

namespace assay::test {
namespace {

using kernel::UInt128;
using kernel::portable::add_word;
using kernel::portable::add_words;
using kernel::portable::sub_word;
using kernel::portable::sub_words;

template <int N>
void fill(std::uint64_t (&words)[N], StructuredRandom& random) {
  const std::string bytes = random.bytes(sizeof words);
  std::memcpy(words, bytes.data(), sizeof words);
}

template <int N>
void expect_sums_and_differences(StructuredRandom& random) {
  for (int round = 0; round < 20'000; ++round) {
    std::uint64_t a[N], b[N], sum[N], difference[N], result[N];
    fill(a, random);
    fill(b, random);
    UInt128 carry = 0;
    bool borrow = false;
    for (int i = 0; i < N; ++i) {
      carry += UInt128{a[i]} + b[i];
      sum[i] = static_cast<std::uint64_t>(carry);
      carry >>= 64;
      difference[i] = a[i] - b[i] - borrow;
      borrow = borrow ? a[i] <= b[i] : a[i] < b[i];
    }
    ASSERT_EQ(add_words(result, a, b), static_cast<std::uint64_t>(carry));
    ASSERT_EQ(std::memcmp(result, sum, sizeof sum), 0);
    ASSERT_EQ(sub_words(result, a, b), std::uint64_t{borrow});
    ASSERT_EQ(std::memcmp(result, difference, sizeof difference), 0);
    // In place, on either side.
    std::memcpy(result, a, sizeof a);
    add_words(result, result, b);
    ASSERT_EQ(std::memcmp(result, sum, sizeof sum), 0);
    std::memcpy(result, b, sizeof b);
    sub_words(result, a, result);
    ASSERT_EQ(std::memcmp(result, difference, sizeof difference), 0);
  }
}

TEST(Carries, RunThroughWordsOfEveryNumber) {
  StructuredRandom random = StructuredRandom::announced("RunThroughWordsOfEveryNumber");
  expect_sums_and_differences<1>(random);
  expect_sums_and_differences<4>(random);
  expect_sums_and_differences<6>(random);
  expect_sums_and_differences<9>(random);
}

TEST(Carries, OfOneWordComeInAndGoOut) {
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  const std::uint64_t edges[] = {0, 1, 2, kAll >> 1, (kAll >> 1) + 1, kAll - 1, kAll};
  for (const std::uint64_t a : edges) {
    for (const std::uint64_t b : edges) {
      for (const unsigned char in : {0, 1}) {
        unsigned char carry = in, borrow = in;
        const UInt128 sum = UInt128{a} + b + in;
        EXPECT_EQ(add_word(carry, a, b), static_cast<std::uint64_t>(sum));
        EXPECT_EQ(carry, static_cast<unsigned char>(sum >> 64));
        EXPECT_EQ(sub_word(borrow, a, b), a - b - in);
        EXPECT_EQ(borrow, UInt128{a} < UInt128{b} + in ? 1 : 0);
      }
    }
  }
}

// What is computed when compiling takes another way through the same functions.
constexpr bool sums_when_compiling() {
  std::uint64_t a[4] = {~std::uint64_t{0}, ~std::uint64_t{0}, 7, 0}, b[4] = {1, 0, 0, 0}, result[4] = {};
  const bool no_carry = add_words(result, a, b) == 0;
  return no_carry && result[0] == 0 && result[1] == 0 && result[2] == 8 && sub_words(result, b, a) == 1;
}
static_assert(sums_when_compiling());

}  // namespace
}  // namespace assay::test
