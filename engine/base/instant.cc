#include "assay/instant.h"

#include <bit>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <limits>

namespace assay {
namespace {

constexpr std::uint32_t kBillion = 1'000'000'000;
constexpr std::int64_t kSecondsADay = 86400;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// The number of two digits at `at`, which exist; -1 when one is no digit.
int two_digits(std::string_view text, std::size_t at) noexcept {
  if (!is_digit(text[at]) || !is_digit(text[at + 1])) return -1;
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

// Reads exactly `count` digits at `at` and moves past them; -1 when there are fewer.
int read_digits(std::string_view text, std::size_t& at, int count) noexcept {
  int value = 0;
  for (int i = 0; i < count; ++i, ++at) {
    if (at >= text.size() || !is_digit(text[at])) return -1;
    value = value * 10 + (text[at] - '0');
  }
  return value;
}

// Reads eight digits at once, in three steps that join pairs (D. Lemire, "Quickly parsing eight digits", 2018). Returns
// false if one is no digit.
bool eight_digits(const char* text, std::uint32_t& value) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  std::uint64_t digits;
  std::memcpy(&digits, text, sizeof digits);
  if constexpr (std::endian::native == std::endian::big) digits = __builtin_bswap64(digits);
  digits ^= kOnes * '0';  // a digit becomes 0 to 9, and any other byte more
  if (((digits | (digits + kOnes * (0x80 - 10))) & kOnes * 0x80) != 0) return false;
  digits = (digits * 10 + (digits >> 8)) & 0x00FF00FF00FF00FF;
  digits = (digits * 100 + (digits >> 16)) & 0x0000FFFF0000FFFF;
  value = static_cast<std::uint32_t>(digits * 10000 + (digits >> 32));
  return true;
}

// Reads the digits of a fraction as billionths, dropping what is finer. False when there is no digit.
bool read_fraction(std::string_view text, std::size_t& at, std::uint32_t& billionths) noexcept {
  const std::size_t first = at;
  std::uint32_t unit = kBillion / 10;
  billionths = 0;
  for (; at < text.size() && is_digit(text[at]); ++at, unit /= 10) {
    billionths += static_cast<std::uint32_t>(text[at] - '0') * unit;
  }
  return at > first;
}

bool is_leap(std::int64_t year) noexcept { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int days_in_month(int year, int month) noexcept {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

// The proleptic Gregorian calendar counted in eras of 400 years (146097 days) that begin on 1 March: H. Hinnant,
// "chrono-Compatible Low-Level Date Algorithms", days_from_civil and civil_from_days.
std::int64_t days_from_civil(std::int64_t year, int month, int day) noexcept {
  year -= month <= 2 ? 1 : 0;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const std::int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

struct Civil {
  std::int64_t year;
  int month, day;
};

Civil civil_from_days(std::int64_t days) noexcept {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const int day = static_cast<int>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  const int month = static_cast<int>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

// A decimal number taken apart: sign, whole part, billionths.
struct Decimal {
  bool negative = false;
  std::uint64_t whole = 0;
  std::uint32_t billionths = 0;
};

std::optional<Decimal> read_decimal(std::string_view text) noexcept {
  Decimal number;
  std::size_t at = 0;
  if (!text.empty() && text[0] == '-') {
    number.negative = true;
    at = 1;
  }
  const std::size_t first = at;
  if (std::uint32_t eight = 0; text.size() - at >= 8 && eight_digits(text.data() + at, eight)) {
    number.whole = eight;
    at += 8;
  }
  for (; at < text.size() && is_digit(text[at]); ++at) {
    const auto digit = static_cast<std::uint64_t>(text[at] - '0');
    // Whole seconds must fit 63 bits, which 18 digits always do; a longer number is no time.
    if (at - first >= 18 &&
        number.whole > (static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) - digit) / 10)
      return {};
    number.whole = number.whole * 10 + digit;
  }
  if (at == first) return {};
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (!read_fraction(text, at, number.billionths)) return {};
  }
  if (at != text.size()) return {};
  return number;
}

// The number in units of which `a_second` make a second.
Instant to_instant(const Decimal& number, std::uint32_t a_second) noexcept {
  Instant instant{static_cast<std::int64_t>(number.whole), number.billionths};
  if (a_second != 1) {
    const std::uint32_t nanoseconds_a_unit = kBillion / a_second;
    instant.seconds = static_cast<std::int64_t>(number.whole / a_second);
    instant.nanoseconds =
        static_cast<std::uint32_t>(number.whole % a_second) * nanoseconds_a_unit + number.billionths / a_second;
  }
  if (number.negative) {
    instant.seconds = -instant.seconds;
    if (instant.nanoseconds != 0) {
      instant.seconds -= 1;
      instant.nanoseconds = kBillion - instant.nanoseconds;
    }
  }
  return instant;
}

}  // namespace

Instant Instant::now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(since - seconds);
  return {seconds.count(), static_cast<std::uint32_t>(rest.count())};
}

std::optional<Instant> parse_rfc3339(std::string_view text) noexcept {
  // 2026-11-29T12:00:00Z: everything up to the seconds has its place.
  constexpr std::size_t kLeast = 20;
  if (text.size() < kLeast || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') return {};
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return {};
  const int century = two_digits(text, 0), year_of_century = two_digits(text, 2);
  const int month = two_digits(text, 5), day = two_digits(text, 8);
  const int hour = two_digits(text, 11), minute = two_digits(text, 14), second = two_digits(text, 17);
  if ((century | year_of_century | hour | minute | second) < 0) return {};
  const int year = century * 100 + year_of_century;
  if (month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) return {};
  if (hour > 23 || minute > 59 || second > 60) return {};
  std::size_t at = 19;
  const auto literal = [&](char c) { return at < text.size() && text[at] == c ? (++at, true) : false; };
  Instant instant;
  if (literal('.') && !read_fraction(text, at, instant.nanoseconds)) return {};

  std::int64_t offset = 0;
  if (!literal('Z') && !literal('z')) {
    const bool west = at < text.size() && text[at] == '-';
    if (!literal('+') && !literal('-')) return {};
    const int hours = read_digits(text, at, 2);
    if (hours < 0 || hours > 23 || !literal(':')) return {};
    const int minutes = read_digits(text, at, 2);
    if (minutes < 0 || minutes > 59) return {};
    offset = (hours * 60 + minutes) * 60;
    if (west) offset = -offset;
  }
  if (at != text.size()) return {};

  const std::int64_t minute_start =
      days_from_civil(year, month, day) * kSecondsADay + hour * 3600 + minute * 60 - offset;
  // RFC 3339 §5.7: a leap second is 23:59:60 UTC, whatever the offset. Unix time counts it as the next second.
  if (second == 60 && (minute_start % kSecondsADay + kSecondsADay) % kSecondsADay != kSecondsADay - 60) return {};
  instant.seconds = minute_start + second;
  return instant;
}

std::optional<Instant> parse_unix_seconds(std::string_view text) noexcept {
  const auto number = read_decimal(text);
  if (!number) return {};
  return to_instant(*number, 1);
}

std::optional<Instant> parse_unix_by_magnitude(std::string_view text) noexcept {
  // Most are whole seconds of ten digits.
  if (std::uint32_t eight = 0; text.size() == 10 && eight_digits(text.data(), eight)) {
    if (const int two = two_digits(text, 8); two >= 0) return Instant{std::int64_t{eight} * 100 + two, 0};
  }
  const auto number = read_decimal(text);
  if (!number) return {};
  constexpr std::uint64_t kFirstMilliseconds = 100'000'000'000;
  if (number->whole < kFirstMilliseconds) return to_instant(*number, 1);
  if (number->whole < kFirstMilliseconds * 1'000) return to_instant(*number, 1'000);
  if (number->whole < kFirstMilliseconds * 1'000'000) return to_instant(*number, 1'000'000);
  return to_instant(*number, kBillion);
}

std::string to_rfc3339(Instant at) {
  std::int64_t days = at.seconds / kSecondsADay;
  std::int64_t of_day = at.seconds % kSecondsADay;
  if (of_day < 0) {
    of_day += kSecondsADay;
    days -= 1;
  }
  const Civil date = civil_from_days(days);
  char text[64];
  int size = std::snprintf(text, sizeof text, "%04lld-%02d-%02dT%02d:%02d:%02d", static_cast<long long>(date.year),
                           date.month, date.day, static_cast<int>(of_day / 3600), static_cast<int>(of_day / 60 % 60),
                           static_cast<int>(of_day % 60));
  std::string out(text, static_cast<std::size_t>(size));
  if (at.nanoseconds != 0) {
    size = std::snprintf(text, sizeof text, ".%09u", static_cast<unsigned>(at.nanoseconds));
    std::string_view fraction(text, static_cast<std::size_t>(size));
    out += fraction.substr(0, fraction.find_last_not_of('0') + 1);
  }
  out += 'Z';
  return out;
}

}  // namespace assay
