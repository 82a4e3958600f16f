#include "input/newlines.h"

#include <algorithm>
#include <cstddef>

namespace assay::input {
namespace {

// Counters of one byte, so that compilers make vector code of the loop without being told an instruction set.
constexpr std::size_t kLanes = 64;
// A counter overflows after so many additions of one.
constexpr std::size_t kMostRounds = 255;

// Counts in the whole groups of kLanes bytes, at most kMostRounds of them.
std::uint64_t count_groups(const char* at, std::size_t rounds) noexcept {
  unsigned char counters[kLanes] = {};
  for (std::size_t round = 0; round < rounds; ++round, at += kLanes) {
    for (std::size_t i = 0; i < kLanes; ++i) counters[i] = static_cast<unsigned char>(counters[i] + (at[i] == '\n'));
  }
  std::uint64_t sum = 0;
  for (const unsigned char counter : counters) sum += counter;
  return sum;
}

}  // namespace

std::uint64_t count_newlines(std::string_view text) noexcept {
  std::uint64_t count = 0;
  while (text.size() >= kLanes) {
    const std::size_t rounds = std::min(text.size() / kLanes, kMostRounds);
    count += count_groups(text.data(), rounds);
    text.remove_prefix(rounds * kLanes);
  }
  return count + static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace assay::input
