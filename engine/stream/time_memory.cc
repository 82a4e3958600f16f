#include "stream/time_memory.h"

#include <algorithm>
#include <cstring>

namespace assay::stream {
namespace {

constexpr std::size_t kSecondsEnd = 19;  // of "2026-11-29T12:34:56"

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// The end of the fraction that may stand at kSecondsEnd. Nothing finer than a nanosecond counts.
std::size_t read_fraction(std::string_view text, std::uint32_t& nanoseconds) noexcept {
  nanoseconds = 0;
  if (text.size() < kSecondsEnd + 2 || text[kSecondsEnd] != '.' || !is_digit(text[kSecondsEnd + 1])) return kSecondsEnd;
  std::uint32_t unit = 100'000'000;
  std::size_t at = kSecondsEnd + 1;
  for (; at < text.size() && is_digit(text[at]); ++at, unit /= 10) {
    nanoseconds += static_cast<std::uint32_t>(text[at] - '0') * unit;
  }
  return at;
}

std::int64_t seconds_of(std::string_view text) noexcept { return (text[17] - '0') * 10 + (text[18] - '0'); }

}  // namespace

base::TimeReading TimeMemory::read(std::string_view text) noexcept {
  Instant at;
  if (read_in_minute(text, at)) return {at, {}};
  // RFC 3339 is what times_ tries first, too.
  if (!times_.has_format()) {
    if (const std::optional<Instant> read = parse_rfc3339(text)) {
      keep(text, *read);
      return {read, {}};
    }
  }
  return times_.read(text);
}

bool TimeMemory::read_in_minute(std::string_view text, Instant& at) const noexcept {
  if (zone_size_ == 0 || text.size() < kSecondsEnd || std::memcmp(text.data(), minute_.data(), kMinute) != 0) {
    return false;
  }
  if (text[17] < '0' || text[17] > '5' || !is_digit(text[18])) return false;  // no leap second
  const std::size_t end = read_fraction(text, at.nanoseconds);
  at.seconds = begin_ + seconds_of(text);
  return text.substr(end) == std::string_view(zone_.data(), zone_size_);
}

// Keeps the minute of a time that parse_rfc3339 has read.
void TimeMemory::keep(std::string_view text, const Instant& at) noexcept {
  std::uint32_t nanoseconds;
  const std::string_view zone = text.substr(read_fraction(text, nanoseconds));
  zone_size_ = zone.copy(zone_.data(), kMostZone);
  std::copy_n(text.begin(), kMinute, minute_.begin());
  begin_ = at.seconds - seconds_of(text);
}

}  // namespace assay::stream
