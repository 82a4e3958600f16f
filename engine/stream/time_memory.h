// Reads the times of records, most of which lie in the minute of the one before.
//
// A time of RFC 3339 is kept with its minute and with what stands behind its seconds, Z or an offset. If the next time
// differs only in seconds and their fraction, nothing else of it is looked at.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/record_time.h"

namespace assay::stream {

// Not thread safe: one for each thread. Allocates nothing.
class TimeMemory {
 public:
  // `times` outlives the memory.
  explicit TimeMemory(const base::TimeReader& times) noexcept : times_(times) {}

  // Returns what TimeReader::read returns.
  base::TimeReading read(std::string_view text) noexcept;

 private:
  static constexpr std::size_t kMinute = 17;   // bytes of "2026-11-29T12:34:"
  static constexpr std::size_t kMostZone = 6;  // of "+01:00"

  bool read_in_minute(std::string_view text, Instant& at) const noexcept;
  void keep(std::string_view text, const Instant& at) noexcept;

  const base::TimeReader& times_;
  std::array<char, kMinute> minute_{};
  std::array<char, kMostZone> zone_{};
  std::size_t zone_size_ = 0;  // 0: no minute is kept
  std::int64_t begin_ = 0;     // of the minute, in Unix time
};

}  // namespace assay::stream
