#include "writers/verdict_text.h"

#include <algorithm>
#include <chrono>
#include <string>

namespace assay::writers {

char* write_fingerprint(char* to, const digest::Sha256& hash) {
  codec::base64url_encode({reinterpret_cast<const char*>(hash.data()), hash.size()}, to);
  return to + kFingerprintRoom;
}

char* write_time(char* to, Instant at) {
  constexpr std::int64_t kFirst = -62'135'596'800;  // 0001-01-01
  constexpr std::int64_t kLast = 253'402'300'799;   // 9999-12-31
  if (at.seconds < kFirst || at.seconds > kLast) {
    const std::string text = to_rfc3339(at);
    return std::copy(text.begin(), text.end(), to);
  }
  const auto digits = [&to](std::uint32_t number, int count) {
    for (int i = count; i-- > 0; number /= 10) to[i] = static_cast<char>('0' + number % 10);
    to += count;
  };
  const std::chrono::sys_seconds moment{std::chrono::seconds(at.seconds)};
  const auto midnight = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day date(midnight);
  const auto of_day = static_cast<std::uint32_t>((moment - midnight).count());
  digits(static_cast<std::uint32_t>(static_cast<int>(date.year())), 4);
  *to++ = '-';
  digits(static_cast<unsigned>(date.month()), 2);
  *to++ = '-';
  digits(static_cast<unsigned>(date.day()), 2);
  *to++ = 'T';
  digits(of_day / 3600, 2);
  *to++ = ':';
  digits(of_day / 60 % 60, 2);
  *to++ = ':';
  digits(of_day % 60, 2);
  if (at.nanoseconds != 0) {
    *to++ = '.';
    digits(at.nanoseconds, 9);
    while (to[-1] == '0') --to;
  }
  *to++ = 'Z';
  return to;
}

}  // namespace assay::writers
