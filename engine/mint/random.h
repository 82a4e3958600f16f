// Numbers that depend only on a seed and a token's index, so that a corpus is the same for any number of threads.
//
// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014). For tests, not for secrets.
#pragma once

#include <cstdint>

namespace assay::mint {

// A bijection of 64 bits that scatters them.
constexpr std::uint64_t scatter(std::uint64_t z) noexcept {
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

// Two indices under one seed never have the same k-th number, since every step is a bijection of the index.
class Random {
 public:
  constexpr Random(std::uint64_t seed, std::uint64_t index) noexcept
      : state_(scatter(seed + 0x9E3779B97F4A7C15u) + index * 0xD1342543DE82EF95u) {}

  constexpr std::uint64_t next() noexcept { return scatter(state_ += 0x9E3779B97F4A7C15u); }
  // In [0, 1).
  constexpr double next_double() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }
  // In [0, n), for n from 1 to 2^32.
  constexpr std::uint64_t below(std::uint64_t n) noexcept { return ((next() >> 32) * n) >> 32; }

 private:
  std::uint64_t state_;
};

}  // namespace assay::mint
