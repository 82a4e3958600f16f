#include "jose/numeric_date.h"

#include <cstring>
#include <limits>

namespace assay::jose {
namespace {

constexpr std::int64_t kMin = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kMax = std::numeric_limits<std::int64_t>::max();
constexpr std::uint32_t kBillion = 1'000'000'000;

// A number is 0.d0 d1 d2 ... times 10^point, the digits those of `text` with its point left out.
struct Digits {
  std::string_view whole, fraction;
  std::size_t skipped = 0;  // leading zeros
  std::size_t count() const noexcept { return whole.size() + fraction.size() - skipped; }
  unsigned at(std::size_t i) const noexcept {
    i += skipped;
    return static_cast<unsigned>((i < whole.size() ? whole[i] : fraction[i - whole.size()]) - '0');
  }
};

// An exponent beyond any text's length may be held to this: the value then is beyond int64 or below a nanosecond.
constexpr std::int64_t kExponentLimit = std::int64_t{1} << 60;

std::int64_t read_exponent(std::string_view text) noexcept {
  bool negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    negative = text[0] == '-';
    text.remove_prefix(1);
  }
  std::int64_t value = 0;
  for (const char c : text) {
    value = value * 10 + (c - '0');
    if (value > kExponentLimit / 16) value = kExponentLimit / 16;
  }
  return negative ? -value : value;
}

// The value of eight digits, or a number above all of them where one of the eight is no digit. Pairs, then fours, then
// all are joined by multiplication.
constexpr std::uint64_t kNoDigits = 100'000'000;
std::uint64_t eight_digits(const char* text) noexcept {
  std::uint64_t value = 0;
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  std::uint64_t eight;
  std::memcpy(&eight, text, 8);
  // The high half of each byte is 3, and remains so when 6 is added to the low half.
  if (((eight & (eight + kOnes * 6)) & kOnes * 0xF0) != kOnes * 0x30 || (eight & kOnes * 0xF0) != kOnes * 0x30)
    return kNoDigits;
  eight = (eight & kOnes * 0x0F) * 2561 >> 8;                   // 10 * 2^8 + 1
  eight = (eight & 0x00FF00FF00FF00FF) * 6553601 >> 16;         // 100 * 2^16 + 1
  value = (eight & 0x0000FFFF0000FFFF) * 42949672960001 >> 32;  // 10000 * 2^32 + 1
#else
  for (int i = 0; i < 8; ++i) {
    if (text[i] < '0' || text[i] > '9') return kNoDigits;
    value = value * 10 + static_cast<std::uint64_t>(text[i] - '0');
  }
#endif
  return value;
}

// A number of at most 18 digits and nothing else, which nearly every time is. False: another.
bool read_plain(std::string_view number, std::int64_t& value) noexcept {
  if (number.empty() || number.size() > 18) return false;
  std::size_t at = 0;
  std::uint64_t whole = 0;
  if (number.size() >= 8) {
    whole = eight_digits(number.data());
    if (whole == kNoDigits) return false;
    at = 8;
  }
  for (; at < number.size(); ++at) {
    const unsigned digit = static_cast<unsigned char>(number[at]) - unsigned{'0'};
    if (digit > 9) return false;
    whole = whole * 10 + digit;
  }
  value = static_cast<std::int64_t>(whole);
  return true;
}

NumericDate saturated(bool negative) noexcept { return {negative ? kMin : kMax, 0, false, true}; }

}  // namespace

NumericDate parse_numeric_date(std::string_view number) noexcept {
  if (std::int64_t seconds; read_plain(number, seconds)) return {seconds, 0, false, false};
  const bool negative = !number.empty() && number[0] == '-';
  if (negative) number.remove_prefix(1);

  std::int64_t exponent = 0;
  if (const auto e = number.find_first_of("eE"); e != std::string_view::npos) {
    exponent = read_exponent(number.substr(e + 1));
    number = number.substr(0, e);
  }
  Digits digits;
  const auto dot = number.find('.');
  digits.whole = number.substr(0, dot);
  if (dot != std::string_view::npos) digits.fraction = number.substr(dot + 1);
  const std::size_t all = digits.count();
  std::size_t zeros = 0;
  while (zeros < all && digits.at(zeros) == 0) ++zeros;
  if (zeros == all) return {};
  digits.skipped = zeros;

  const std::size_t count = digits.count();
  const std::int64_t point =
      static_cast<std::int64_t>(digits.whole.size()) - static_cast<std::int64_t>(zeros) + exponent;
  // 2^63 has 19 digits, and 19 digits fit 64 bits without a sign.
  if (point > 19) return saturated(negative);

  std::uint64_t whole = 0;
  for (std::int64_t i = 0; i < point; ++i) {
    whole = whole * 10 + (static_cast<std::size_t>(i) < count ? digits.at(static_cast<std::size_t>(i)) : 0);
  }
  std::uint32_t nanoseconds = 0;
  for (std::int64_t i = point; i < point + 9; ++i) {
    const bool given = i >= 0 && static_cast<std::size_t>(i) < count;
    nanoseconds = nanoseconds * 10 + (given ? digits.at(static_cast<std::size_t>(i)) : 0);
  }
  bool beyond = false;
  for (std::size_t i = point + 9 > 0 ? static_cast<std::size_t>(point + 9) : 0; i < count && !beyond; ++i) {
    beyond = digits.at(i) != 0;
  }

  constexpr std::uint64_t kTwoTo63 = std::uint64_t{1} << 63;
  if (!negative) {
    if (whole >= kTwoTo63) return saturated(false);
    return {static_cast<std::int64_t>(whole), nanoseconds, beyond, false};
  }
  // floor(-(whole + fraction)) is -whole - 1 when there is a fraction, and what is left is 1 - fraction.
  const bool fraction = nanoseconds != 0 || beyond;
  if (whole > kTwoTo63 || (whole == kTwoTo63 && fraction)) return saturated(true);
  std::int64_t seconds = whole == kTwoTo63 ? kMin : -static_cast<std::int64_t>(whole);
  if (fraction) {
    seconds -= 1;
    nanoseconds = kBillion - nanoseconds - (beyond ? 1 : 0);
  }
  return {seconds, nanoseconds, beyond, false};
}

std::strong_ordering compare(const NumericDate& date, std::int64_t add_seconds, Instant at) noexcept {
  if (date.saturated) return date.seconds < 0 ? std::strong_ordering::less : std::strong_ordering::greater;
  std::int64_t seconds = 0;
  if (__builtin_add_overflow(date.seconds, add_seconds, &seconds)) {
    return add_seconds < 0 ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  const Instant known{seconds, date.nanoseconds};
  if (known == at && date.beyond_nanoseconds) return std::strong_ordering::greater;
  return known <=> at;
}

}  // namespace assay::jose
