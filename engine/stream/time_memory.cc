#include "stream/time_memory.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "jose/numeric_date.h"

namespace assay::stream {
namespace {

constexpr std::size_t kSecondsEnd = 19;  // of "2026-11-29T12:34:56"
constexpr std::size_t kUnixEnd = 10;     // of "1790000000"

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// The end of the fraction that may stand at `at`. Nothing finer than a nanosecond counts.
inline std::size_t read_fraction(std::string_view text, std::size_t at, std::uint32_t& nanoseconds) noexcept {
  nanoseconds = 0;
  if (text.size() < at + 2 || text[at] != '.' || !is_digit(text[at + 1])) return at;
  std::uint32_t unit = 100'000'000;
  for (++at; at < text.size() && is_digit(text[at]); ++at, unit /= 10) {
    nanoseconds += static_cast<std::uint32_t>(text[at] - '0') * unit;
  }
  return at;
}

// The two digits at `at`.
std::int64_t two_digits(std::string_view text, std::size_t at) noexcept {
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

// Compares a few bytes without a call.
template <std::size_t kSize>
bool begins_with(std::string_view text, const std::array<char, kSize>& bytes) noexcept {
  return std::memcmp(text.data(), bytes.data(), kSize) == 0;
}

}  // namespace

std::optional<Instant> parse_number_time(std::string_view number) noexcept {
  if (const std::optional<Instant> time = parse_unix_by_magnitude(number)) return time;
  if (number.find_first_of("eE") == std::string_view::npos) return std::nullopt;
  const bool negative = number.starts_with('-');
  const jose::NumericDate date = jose::parse_numeric_date(number.substr(negative ? 1 : 0));
  if (date.saturated) return std::nullopt;
  char plain[32];
  char* at = plain;
  if (negative) *at++ = '-';
  at = std::to_chars(at, plain + sizeof plain, date.seconds).ptr;
  *at++ = '.';
  for (std::uint32_t unit = 100000000; unit != 0; unit /= 10) {
    *at++ = static_cast<char>('0' + date.nanoseconds / unit % 10);
  }
  return parse_unix_by_magnitude({plain, static_cast<std::size_t>(at - plain)});
}

base::TimeReading TimeMemory::read(std::string_view text) noexcept {
  Instant at;
  if (read_again(text, at)) return {at, {}};
  // RFC 3339 is what times_ tries first, too.
  if (!times_.has_format()) {
    if (const std::optional<Instant> read = parse_rfc3339(text)) {
      keep(text, *read);
      return {read, {}};
    }
  }
  return times_.read(text);
}

bool TimeMemory::read_again(std::string_view text, Instant& at) const noexcept {
  if (zone_size_ == 0 || text.size() < kSecondsEnd || !begins_with(text, minute_)) return false;
  if (text[17] < '0' || text[17] > '5' || !is_digit(text[18])) return false;  // no leap second
  std::uint32_t nanoseconds;
  const std::size_t end = read_fraction(text, kSecondsEnd, nanoseconds);
  if (text.size() != end + zone_size_) return false;
  for (std::size_t i = 0; i < zone_size_; ++i) {  // Z, mostly
    if (text[end + i] != zone_[i]) return false;
  }
  at.seconds = begin_ + two_digits(text, 17);
  at.nanoseconds = nanoseconds;
  return true;
}

// Keeps the minute of a time that parse_rfc3339 has read.
void TimeMemory::keep(std::string_view text, const Instant& at) noexcept {
  std::uint32_t nanoseconds;
  const std::string_view zone = text.substr(read_fraction(text, kSecondsEnd, nanoseconds));
  zone_size_ = zone.copy(zone_.data(), kMostZone);
  std::copy_n(text.begin(), kMinute, minute_.begin());
  begin_ = at.seconds - two_digits(text, 17);
}

std::optional<Instant> TimeMemory::read_number(std::string_view number) noexcept {
  Instant at;
  if (read_number_again(number, at)) return at;
  const std::optional<Instant> read = parse_number_time(number);
  // A number of so many digits is one of seconds.
  const bool is_whole = number.size() == kUnixEnd && std::all_of(number.begin(), number.end(), is_digit);
  if (is_whole && read) {
    std::copy_n(number.begin(), digits_.size(), digits_.begin());
    begin_of_hundred_ = read->seconds - two_digits(number, 8);
  }
  return read;
}

bool TimeMemory::read_number_again(std::string_view number, Instant& at) const noexcept {
  if (number.size() < kUnixEnd || !begins_with(number, digits_)) return false;
  if (!is_digit(number[8]) || !is_digit(number[9])) return false;
  std::uint32_t nanoseconds;
  if (read_fraction(number, kUnixEnd, nanoseconds) != number.size()) return false;
  at.seconds = begin_of_hundred_ + two_digits(number, 8);
  at.nanoseconds = nanoseconds;
  return true;
}

}  // namespace assay::stream
