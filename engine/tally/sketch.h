// What is kept of a property that has too many values to keep them all: how many there are, and for any value about how
// many records it has. The size is constant. Sketches add up: whatever the order, the sum of the sketches of parts is
// the sketch of the whole.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace assay::tally {

// SipHash-1-3 under a key that is the same everywhere, since sketches of several machines are added up. Whoever knows
// the key can make values that spoil the estimates of one another. Tables mix in a key of the process.
std::uint64_t hash_of(std::string_view value) noexcept;

// Distinct values: HyperLogLog (Flajolet et al., 2007) with 4096 registers; the standard error is 1.6 %.
class DistinctSketch {
 public:
  static constexpr int kBits = 12;
  static constexpr std::size_t kRegisters = std::size_t{1} << kBits;

  void add(std::uint64_t hash) noexcept;
  void add(const DistinctSketch& other) noexcept;
  std::uint64_t estimate() const noexcept;
  std::array<std::uint8_t, kRegisters>& registers() noexcept { return registers_; }
  const std::array<std::uint8_t, kRegisters>& registers() const noexcept { return registers_; }

 private:
  std::array<std::uint8_t, kRegisters> registers_{};
};

// Records by value: a count-min sketch (Cormode and Muthukrishnan, 2005). An estimate is never too low. It is too high
// by more than 1.7 records in 10,000 for one value in 50.
class CountSketch {
 public:
  struct Counts {
    std::uint64_t accepted = 0, rejected = 0, served = 0;
  };
  static constexpr std::size_t kRows = 4;
  static constexpr std::size_t kWidth = std::size_t{1} << 14;
  static constexpr std::size_t kCells = kRows * kWidth;

  CountSketch() : cells_(kCells) {}
  // Returns the estimate of the value with what was added.
  Counts add(std::uint64_t hash, const Counts& counts) noexcept;
  Counts estimate(std::uint64_t hash) const noexcept;
  void add(const CountSketch& other) noexcept;
  std::vector<Counts>& cells() noexcept { return cells_; }
  const std::vector<Counts>& cells() const noexcept { return cells_; }

 private:
  std::vector<Counts> cells_;
};

}  // namespace assay::tally
