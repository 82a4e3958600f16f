#include "base/arena.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace assay::base {
namespace {

TEST(Arena, KeepsEveryAllocationApartAndAligned) {
  Arena arena(256);
  const std::string text(100, 'a');
  std::vector<std::string_view> copies;
  for (int i = 0; i < 50; ++i) {
    copies.push_back(arena.copy(text));
    const auto numbers = arena.array<std::uint64_t>(3);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(numbers.data()) % alignof(std::uint64_t), 0u);
    EXPECT_EQ(numbers[2], 0u);
    numbers[2] = ~std::uint64_t{0};
  }
  for (const std::string_view copy : copies) EXPECT_EQ(copy, text);
}

TEST(Arena, TakesTextsLargerThanABlockAndFreesThemAtReset) {
  Arena arena(256);
  const std::string text(10000, 'b');
  EXPECT_EQ(arena.copy(text), text);
  EXPECT_GE(arena.bytes_held(), text.size());
  arena.reset();
  EXPECT_LT(arena.bytes_held(), text.size());
}

TEST(Arena, HoldsNoMoreMemoryAfterManyRounds) {
  Arena arena(256);
  const auto round = [&] {
    for (int i = 0; i < 100; ++i) arena.allocate(50);
    arena.reset();
  };
  round();
  const std::size_t held = arena.bytes_held();
  for (int i = 0; i < 20; ++i) round();
  EXPECT_EQ(arena.bytes_held(), held);
}

TEST(Arena, GivesBackTheTailOfTheLatestAllocation) {
  Arena arena(256);
  char* first = arena.allocate(100);
  arena.shrink_last(100, 10);
  EXPECT_EQ(arena.allocate(1), first + 10);
}

TEST(Arena, GivesAnEmptyViewForNothing) {
  Arena arena;
  EXPECT_TRUE(arena.copy("").empty());
  EXPECT_TRUE(arena.array<int>(0).empty());
}

}  // namespace
}  // namespace assay::base
