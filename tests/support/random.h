// Random numbers for tests: reproducible from a printed seed, and fond of the edges.
//
// Uniform bytes almost never hold a carry that runs through a whole number, or a length that is exactly a block. So
// bytes() mixes uniform bytes with long runs of 0 and 1 bits (after libsecp256k1's testrand), and size() prefers
// small numbers and both sides of powers of two. Not thread safe: one for each test.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

namespace assay::test {

class StructuredRandom {
 public:
  explicit StructuredRandom(std::uint64_t seed) : state_(seed) {}

  // For a test: the seed of ASSAY_TEST_SEED, else a fixed one; printed, so that a failure can be run again.
  static StructuredRandom announced(std::string_view test) {
    const char* given = std::getenv("ASSAY_TEST_SEED");
    const std::uint64_t seed = given != nullptr ? std::strtoull(given, nullptr, 0) : kDefaultSeed;
    std::cout << "[   SEED   ] " << test << ": ASSAY_TEST_SEED=" << seed << '\n';
    return StructuredRandom(seed);
  }

  // Uniform 64 bits: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
  std::uint64_t next() noexcept {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }
  // Uniform in [0, bound), up to a bias below bound / 2^64. `bound` is not 0.
  std::uint64_t below(std::uint64_t bound) noexcept { return next() % bound; }
  bool one_in(std::uint64_t n) noexcept { return below(n) == 0; }

  // In [0, limit]: small, beside a power of two, at the limit, or uniform.
  std::size_t size(std::size_t limit) noexcept {
    switch (below(4)) {
      case 0:
        return below(std::min<std::uint64_t>(limit, 8) + 1);
      case 1: {
        const std::uint64_t near = (std::uint64_t{1} << below(20)) - 1 + below(3);
        return static_cast<std::size_t>(std::min<std::uint64_t>(near, limit));
      }
      case 2:
        return limit - static_cast<std::size_t>(below(std::min<std::uint64_t>(limit, 4) + 1));
      default:
        return static_cast<std::size_t>(below(std::uint64_t{limit} + 1));
    }
  }

  // `count` bytes: uniform, or runs of equal bits of random length.
  std::string bytes(std::size_t count) {
    std::string result(count, '\0');
    if (one_in(2)) {
      for (char& c : result) c = static_cast<char>(next());
      return result;
    }
    bool bit = one_in(2);
    for (std::size_t at = 0; at < 8 * count; bit = !bit) {
      const std::size_t end = std::min(8 * count, at + 1 + static_cast<std::size_t>(below(one_in(2) ? 8 : 128)));
      for (; at < end; ++at) {
        if (bit) result[at / 8] = static_cast<char>(static_cast<unsigned char>(result[at / 8]) | 1u << (at % 8));
      }
    }
    return result;
  }

  // `count` characters of `alphabet`, which is not empty.
  std::string text(std::size_t count, std::string_view alphabet) {
    std::string result(count, '\0');
    for (char& c : result) c = alphabet[below(alphabet.size())];
    return result;
  }

  // `text` with one fault: a bit flipped, a piece cut, repeated or overwritten.
  std::string corrupted(std::string_view text) {
    std::string result(text);
    if (result.empty()) return bytes(1);
    const std::size_t at = below(result.size());
    const std::size_t length = 1 + below(std::min<std::size_t>(result.size() - at, 16));
    switch (below(4)) {
      case 0:
        result[at] = static_cast<char>(static_cast<unsigned char>(result[at]) ^ 1u << below(8));
        break;
      case 1:
        result.erase(at, length);
        break;
      case 2:
        result.insert(at, std::string(text.substr(at, length)));
        break;
      default:
        result.replace(at, length, bytes(length));
    }
    return result;
  }

 private:
  static constexpr std::uint64_t kDefaultSeed = 20261123;
  std::uint64_t state_;
};

}  // namespace assay::test
