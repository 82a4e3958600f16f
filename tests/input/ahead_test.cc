#include "input/ahead.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>

namespace assay::input {
namespace {

// Gives `size` bytes, each the number of the input.
class FakeReader : public ArchiveReader {
 public:
  FakeReader(std::size_t input, std::size_t size, std::atomic<std::size_t>& given)
      : input_(input), left_(size), given_(given) {}
  Read read(char* to, std::size_t room) override {
    const std::size_t size = std::min({room, left_, std::size_t{100'000}});
    if (size != 0) std::memset(to, static_cast<int>(input_), size);
    left_ -= size;
    given_ += size;
    return {size, size / 10, left_ == 0};
  }

 private:
  const std::size_t input_;
  std::size_t left_;
  std::atomic<std::size_t>& given_;
};

void wait_for(const std::function<bool()>& is_so) {
  while (!is_so()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST(Ahead, GivesEachArchiveInItsTurnAndHoldsNoMoreThanItMay) {
  constexpr std::size_t kLarge = 2 * Ahead::kMostBytes;
  std::atomic<std::size_t> given{0};
  // Every third is no archive.
  Ahead ahead(7, 2, [&](std::size_t input) -> std::unique_ptr<ArchiveReader> {
    if (input % 3 == 0) return nullptr;
    return std::make_unique<FakeReader>(input, input == 1 ? kLarge : 1000, given);
  });
  EXPECT_EQ(ahead.take(0), nullptr);
  ahead.start(0);
  // The first thread fills its share with the large one; the other goes through the small ones.
  wait_for([&] { return given >= Ahead::kMostBytes / 2 + 3 * 1000; });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_LE(given, Ahead::kMostBytes / 2 + (1u << 20));
  std::string block(1 << 20, '\0');
  for (std::size_t input = 1; input < 7; ++input) {
    const bool is_archive = ahead.take(input) != nullptr;
    EXPECT_EQ(is_archive, input % 3 != 0) << input;
    if (!is_archive) continue;
    std::size_t bytes = 0;
    std::uint64_t stored = 0;
    for (;;) {
      const ArchiveReader::Read read = ahead.read(block.data(), block.size());
      stored += read.stored;
      if (read.bytes == 0) break;
      EXPECT_EQ(block.find_first_not_of(static_cast<char>(input)),
                read.bytes == block.size() ? block.npos : read.bytes);
      std::fill(block.begin(), block.end(), '\0');
      bytes += read.bytes;
    }
    EXPECT_EQ(bytes, input == 1 ? kLarge : 1000) << input;
    EXPECT_EQ(stored > 0, true);
  }
}

TEST(Ahead, EndsThoughNobodyReadsWhatIsThere) {
  std::atomic<std::size_t> given{0};
  {
    Ahead ahead(3, 2, [&](std::size_t input) { return std::make_unique<FakeReader>(input, SIZE_MAX / 2, given); });
    ahead.start(0);
    wait_for([&] { return given >= Ahead::kMostBytes; });
    EXPECT_NE(ahead.take(1), nullptr);
    EXPECT_NE(ahead.take(2), nullptr);
  }
  const std::size_t at_the_end = given;
  EXPECT_LE(at_the_end, Ahead::kMostBytes + (4u << 20));
}

TEST(Ahead, WithoutThreadsTheCallerReadsEverything) {
  Ahead ahead(3, 0, [](std::size_t) -> std::unique_ptr<ArchiveReader> { return nullptr; });
  ahead.start(0);
  for (std::size_t input = 0; input < 3; ++input) EXPECT_EQ(ahead.take(input), nullptr);
}

}  // namespace
}  // namespace assay::input
