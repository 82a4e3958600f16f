#include "base/page_memory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <new>
#include <numeric>
#include <vector>

namespace assay::base {
namespace {

TEST(PageMemory, IsZeroFilledAndGivenBackThroughAdopt) {
  for (const std::size_t bytes : {std::size_t{100}, std::size_t{20'000}, std::size_t{9} << 20}) {
    PageMemory memory(bytes);
    ASSERT_TRUE(memory);
    auto* const data = static_cast<unsigned char*>(memory.release());
    EXPECT_FALSE(memory);
    EXPECT_EQ(data[0] + data[bytes - 1], 0);
    data[bytes - 1] = 7;
    const PageMemory again = PageMemory::adopt(data, bytes);
    EXPECT_EQ(again.data(), data);
  }
}

TEST(PageAllocator, KeepsWhatAVectorHoldsAsItGrowsAcrossTheLimit) {
  using Numbers = std::vector<std::uint64_t, PageAllocator<std::uint64_t>>;
  constexpr std::size_t kCount = 3 * kLargeArray / sizeof(std::uint64_t);
  Numbers numbers;
  for (std::uint64_t i = 0; i < kCount; ++i) numbers.push_back(i);
  EXPECT_EQ(std::accumulate(numbers.begin(), numbers.end(), std::uint64_t{0}), kCount * (kCount - 1) / 2);
  Numbers moved = std::move(numbers);
  moved.resize(10);
  moved.shrink_to_fit();  // back to the heap
  EXPECT_EQ(moved, (Numbers{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));
}

TEST(PageAllocator, RefusesWhatNoMemoryHolds) {
  PageAllocator<std::uint64_t> allocator;
  EXPECT_THROW(static_cast<void>(allocator.allocate(~std::size_t{0} / 8)), std::bad_array_new_length);
  EXPECT_THROW(static_cast<void>(allocator.allocate(std::size_t{1} << 58)), std::bad_alloc);
}

}  // namespace
}  // namespace assay::base
