// Reads the times of records, most of which lie in the minute of the one before.
//
// A time of RFC 3339 is kept with its minute and with what stands behind its seconds, Z or an offset. If the next time
// differs only in seconds and their fraction, nothing else of it is looked at. Of a Unix time of ten digits, the first
// eight are kept in the same way.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/record_time.h"

namespace assay::stream {

// Reads a JSON number as Unix time in s, ms, µs or ns, by its magnitude.
std::optional<Instant> parse_number_time(std::string_view number) noexcept;

// Not thread safe: one for each thread. Allocates nothing.
class TimeMemory {
 public:
  // `times` outlives the memory.
  explicit TimeMemory(const base::TimeReader& times) noexcept : times_(times) {}

  // Returns what TimeReader::read returns.
  base::TimeReading read(std::string_view text) noexcept;
  // Returns what parse_number_time returns.
  std::optional<Instant> read_number(std::string_view number) noexcept;

  // The same for times that are near the one before: set `at` and return true, or return false and leave `at` as it is.
  bool read_again(std::string_view text, Instant& at) const noexcept;
  bool read_number_again(std::string_view number, Instant& at) const noexcept;

 private:
  static constexpr std::size_t kMinute = 17;   // bytes of "2026-11-29T12:34:"
  static constexpr std::size_t kMostZone = 6;  // of "+01:00"

  void keep(std::string_view text, const Instant& at) noexcept;

  const base::TimeReader& times_;
  std::array<char, kMinute> minute_{};
  std::array<char, kMostZone> zone_{};
  std::size_t zone_size_ = 0;  // 0: no minute is kept
  std::int64_t begin_ = 0;     // of the minute, in Unix time

  std::array<char, 8> digits_{};       // zeros: none are kept
  std::int64_t begin_of_hundred_ = 0;  // seconds: the digits and "00"
};

}  // namespace assay::stream
