#include "input/newlines.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace assay::input {
namespace {

TEST(Newlines, AreCountedAtEveryPlaceAndInEveryLength) {
  for (const std::size_t size : {0, 1, 63, 64, 65, 127, 128, 200}) {
    std::string text(size, 'x');
    EXPECT_EQ(count_newlines(text), 0u);
    for (std::size_t at = 0; at < size; ++at) {
      text[at] = '\n';
      EXPECT_EQ(count_newlines(text), 1u) << size << " " << at;
      text[at] = 'x';
    }
  }
}

// The counters of one byte are emptied before they overflow.
TEST(Newlines, AreCountedInTextsOfNothingElse) {
  for (const std::size_t size : {64 * 255 - 1, 64 * 255, 64 * 255 + 1, 64 * 256, 1 << 20}) {
    EXPECT_EQ(count_newlines(std::string(size, '\n')), size);
  }
}

TEST(Newlines, AgreeWithASlowCount) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 200; ++round) {
    std::string text(random() % 70000, '\0');
    for (char& byte : text) byte = static_cast<char>(random() % 16);
    EXPECT_EQ(count_newlines(text), static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')));
  }
}

}  // namespace
}  // namespace assay::input
