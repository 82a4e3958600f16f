#include "tally/sketch.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/keyed_hash.h"

namespace assay::tally {
namespace {

// Odd numbers from the digits of pi (Blowfish's P-array): each makes an independent index of the same hash.
constexpr std::uint64_t kMultipliers[CountSketch::kRows] = {0x243f6a8885a308d3, 0x13198a2e03707345, 0xa4093822299f31d1,
                                                            0x082efa98ec4e6c89};

std::size_t cell_of(std::uint64_t hash, std::size_t row) noexcept {
  return row * CountSketch::kWidth + ((hash * kMultipliers[row]) >> (64 - std::countr_zero(CountSketch::kWidth)));
}

void add_to(CountSketch::Counts& sum, const CountSketch::Counts& more) noexcept {
  sum.accepted += more.accepted;
  sum.rejected += more.rejected;
  sum.served += more.served;
}

}  // namespace

std::uint64_t hash_of(std::string_view value) noexcept {
  return base::siphash13(0x7461792d73756d6dULL, 0x6172792d6861736bULL, value);
}

void DistinctSketch::add(std::uint64_t hash) noexcept {
  // The lowest set bit of the rest ends the run of zeros; the bit above them bounds it.
  const std::uint64_t rest = (hash << kBits) | (std::uint64_t{1} << (kBits - 1));
  const auto rank = static_cast<std::uint8_t>(std::countl_zero(rest) + 1);
  std::uint8_t& here = registers_[hash >> (64 - kBits)];
  here = std::max(here, rank);
}

void DistinctSketch::add(const DistinctSketch& other) noexcept {
  for (std::size_t i = 0; i < kRegisters; ++i) registers_[i] = std::max(registers_[i], other.registers_[i]);
}

std::uint64_t DistinctSketch::estimate() const noexcept {
  constexpr auto kCount = static_cast<double>(kRegisters);
  double sum = 0;
  std::size_t empty = 0;
  for (const std::uint8_t rank : registers_) {
    sum += std::ldexp(1.0, -rank);
    empty += rank == 0;
  }
  const double raw = 0.7213 / (1 + 1.079 / kCount) * kCount * kCount / sum;
  // Few values are counted better by the registers that are empty.
  const bool is_small = raw <= 2.5 * kCount && empty != 0;
  return static_cast<std::uint64_t>(is_small ? kCount * std::log(kCount / static_cast<double>(empty)) : raw);
}

CountSketch::Counts CountSketch::add(std::uint64_t hash, const Counts& counts) noexcept {
  for (std::size_t row = 0; row < kRows; ++row) add_to(cells_[cell_of(hash, row)], counts);
  return estimate(hash);
}

CountSketch::Counts CountSketch::estimate(std::uint64_t hash) const noexcept {
  Counts least = cells_[cell_of(hash, 0)];
  for (std::size_t row = 1; row < kRows; ++row) {
    const Counts& here = cells_[cell_of(hash, row)];
    least.accepted = std::min(least.accepted, here.accepted);
    least.rejected = std::min(least.rejected, here.rejected);
    least.served = std::min(least.served, here.served);
  }
  return least;
}

void CountSketch::add(const CountSketch& other) noexcept {
  for (std::size_t i = 0; i < kCells; ++i) add_to(cells_[i], other.cells_[i]);
}

}  // namespace assay::tally
