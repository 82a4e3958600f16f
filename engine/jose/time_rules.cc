#include "jose/time_rules.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "jose/numeric_date.h"

namespace assay::jose {
namespace {

__extension__ typedef __int128 Int128;

constexpr std::int64_t kYear10000 = 253402300800;
// FastMCP's _NBF_CLOCK_SKEW_SECONDS, from 4.2 on.
constexpr std::int64_t kFastmcpSkew = 30;

bool is_number(const Claim& claim) noexcept {
  return claim.type == ClaimType::integer || claim.type == ClaimType::real;
}

// Asks whether a time of so many seconds was meant in another unit: Date.now() of JavaScript gives milliseconds. The
// magnitudes are those of parse_unix_by_magnitude.
const char* unit_question(std::int64_t seconds) noexcept {
  if (seconds < kYear10000) return "";
  if (seconds < 100'000'000'000'000) return "; is it in milliseconds?";
  return seconds < 100'000'000'000'000'000 ? "; is it in microseconds?" : "; is it in nanoseconds?";
}

// "expired 3600 s before the time of judgement".
std::string expired_detail(const NumericDate& exp, Instant at) {
  // An issuer that writes 3600 means a lifetime. No token expired within ten years of 1970.
  constexpr std::int64_t kTenYears = 315'360'000;
  std::int64_t ago = 0;
  if (exp.saturated || __builtin_sub_overflow(at.seconds, exp.seconds, &ago)) {
    return "expired long before the time of judgement";
  }
  if (compare(exp, 0, at) == std::strong_ordering::equal) return "expires at the very time of judgement";
  if (at.nanoseconds < exp.nanoseconds || (at.nanoseconds == exp.nanoseconds && exp.beyond_nanoseconds)) --ago;
  if (ago < 1) return "expired less than 1 s before the time of judgement";
  std::string detail = "expired " + std::to_string(ago) + " s before the time of judgement";
  if (exp.seconds > 0 && exp.seconds < kTenYears && at.seconds > kTenYears) {
    detail += "; exp lies near 1970: is it a lifetime instead of a time?";
  }
  return detail;
}

std::string not_before_detail(const NumericDate& nbf) {
  if (nbf.seconds >= kYear10000) {
    return std::string("not valid before a moment beyond the year 9999") + unit_question(nbf.seconds);
  }
  return "not valid before " + to_rfc3339({nbf.seconds, nbf.nanoseconds});
}

// Rounds a clock to a moment that orders the same against every integer; beyond the range, the moment at its end.
Instant instant_of(double clock) noexcept {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const double whole = std::floor(clock);
  if (whole >= 0x1p63) return {kMost, 1};
  if (whole < -0x1p63) return {kLeast, 0};
  return {static_cast<std::int64_t>(whole), clock > whole ? 1u : 0u};
}

// What time.time() gives.
double python_clock(Instant at) noexcept {
  return static_cast<double>(at.seconds) + static_cast<double>(at.nanoseconds) / 1e9;
}

// The number as a double, the way CPython reads it: beyond the range an infinity, too small a zero.
double python_float(const Claim& claim) noexcept {
  double value = 0;
  const std::string_view text = claim.text;
  if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (text.ends_with("Infinity")) return text.front() == '-' ? -HUGE_VAL : HUGE_VAL;
  if (std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc()) return value;
  if (!parse_numeric_date(text).saturated) return 0;
  return text.front() == '-' ? -HUGE_VAL : HUGE_VAL;
}

// A claim in the order of CPython's numbers, in which an int is compared exactly with the clock's double and a bool is
// 0 or 1. Only for integers, reals that are not NaN, and bools.
std::strong_ordering python_compare(const Claim& claim, double clock) noexcept {
  if (claim.type == ClaimType::real) {
    const double value = python_float(claim);
    if (value == clock) return std::strong_ordering::equal;
    return value < clock ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  NumericDate date;
  if (claim.type == ClaimType::integer) {
    date = parse_numeric_date(claim.text);
  } else {
    date.seconds = claim.node != nullptr && claim.node->truth ? 1 : 0;
  }
  return compare(date, 0, instant_of(clock));
}

bool python_can_compare(const Claim& claim) noexcept { return is_number(claim) || claim.type == ClaimType::boolean; }

NumericDate date_of(const Claim& claim) noexcept {
  if (claim.type == ClaimType::boolean) return {claim.node != nullptr && claim.node->truth ? 1 : 0, 0, false, false};
  return parse_numeric_date(claim.text);
}

// FastMCP's `exp < time.time()` and `int(exp)`.
void fastmcp_expiry(const Claim& exp, std::int64_t leeway, Instant at, Findings& found) {
  if (!exp.present() || exp.type == ClaimType::null) return;
  if (!python_can_compare(exp)) {
    found.add(Reason::claim_type, "exp is not a number of seconds");  // TypeError
    return;
  }
  if (exp.text == "-Infinity") {
    found.add(Reason::token_expired, "expired long before the time of judgement");
    return;
  }
  // int() raises for NaN and for what overflows to infinity.
  if (exp.text == "NaN" || exp.text == "Infinity" || is_above_doubles(exp)) {
    found.add(Reason::claim_type, "exp is not a finite number");
    return;
  }
  if (python_compare(exp, python_clock(at) - static_cast<double>(leeway)) < 0) {
    found.add(Reason::token_expired, expired_detail(date_of(exp), at));
  }
}

// FastMCP's `nbf > time.time() + 30`.
void fastmcp_not_before(const Claim& nbf, std::int64_t leeway, Instant at, Findings& found) {
  if (!nbf.present() || nbf.type == ClaimType::null) return;
  if (!python_can_compare(nbf)) {
    found.add(Reason::claim_type, "nbf is not a number of seconds");  // TypeError
    return;
  }
  if (nbf.text == "NaN") return;  // is not above any number
  const double latest = python_clock(at) + static_cast<double>(kFastmcpSkew) + static_cast<double>(leeway);
  if (python_compare(nbf, latest) <= 0) return;
  const bool endless = nbf.text == "Infinity" || is_above_doubles(nbf);
  found.add(Reason::token_not_yet_valid,
            endless ? "not valid before a moment that never comes" : not_before_detail(date_of(nbf)));
}

constexpr Instant kBeginning{std::numeric_limits<std::int64_t>::min(), 0};
constexpr Instant kEnd{std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::uint32_t>::max()};

// Returns the first moment `at` with compare(date, add_seconds, at) <= 0.
Instant first_not_below(const NumericDate& date, std::int64_t add_seconds) noexcept {
  std::int64_t seconds = 0;
  if (date.saturated) return date.seconds < 0 ? kBeginning : kEnd;
  if (__builtin_add_overflow(date.seconds, add_seconds, &seconds)) return add_seconds < 0 ? kBeginning : kEnd;
  if (!date.beyond_nanoseconds) return {seconds, date.nanoseconds};
  if (date.nanoseconds < 999'999'999) return {seconds, date.nanoseconds + 1};
  return seconds == std::numeric_limits<std::int64_t>::max() ? kEnd : Instant{seconds + 1, 0};
}

bool is_absent(const Claim& claim) noexcept { return !claim.present() || claim.type == ClaimType::null; }

// Each integer up to this is a double, and so is each sum of two. The clock, however it is rounded, keeps their order.
constexpr std::int64_t kExact = std::int64_t{1} << 51;

// The date of a number whose order against FastMCP's clock is certain; nothing for another.
std::optional<NumericDate> certain_date(const Claim& claim) noexcept {
  if (!is_number(claim)) return std::nullopt;
  const NumericDate date = parse_numeric_date(claim.text);
  if (date.saturated || date.seconds < -kExact || date.seconds > kExact) return std::nullopt;
  return date;
}

Interval fastmcp_interval(const Policy& policy, const Claims& claims) noexcept {
  Interval accepted{kBeginning, kEnd};
  const std::int64_t leeway = policy.leeway_seconds;
  if (leeway > kExact) return {};
  if (!is_absent(claims.exp)) {
    const auto exp = certain_date(claims.exp);
    if (!exp) return {};
    // At floor(exp) + leeway itself the clock shows floor(exp), and exp < clock does not hold yet.
    accepted.until = {exp->seconds + leeway, 1};
  }
  if (policy.profile >= Profile::fastmcp_4_2 && !is_absent(claims.nbf)) {
    const auto nbf = certain_date(claims.nbf);
    if (!nbf) return {};
    const bool fraction = nbf->nanoseconds > 0 || nbf->beyond_nanoseconds;
    accepted.from = {nbf->seconds + (fraction ? 1 : 0) - kFastmcpSkew - leeway, 0};
  }
  return accepted.from < accepted.until ? accepted : Interval{};
}

// The seconds from iat to exp, with their fraction: "600.5". `whole`: the difference of their whole seconds.
std::string shown_lifetime(std::int64_t whole, const NumericDate& exp, const NumericDate& iat) {
  constexpr std::int64_t kSecond = 1'000'000'000;
  std::int64_t fraction = std::int64_t{exp.nanoseconds} - iat.nanoseconds;
  if (fraction < 0) {
    fraction += kSecond;
    --whole;
  }
  std::string text = std::to_string(whole);
  if (fraction == 0) return text;
  const std::string digits = std::to_string(kSecond + fraction).substr(1);
  return text + "." + digits.substr(0, digits.find_last_not_of('0') + 1);
}

}  // namespace

bool is_finite_number(const Claim& claim) noexcept {
  if (claim.type == ClaimType::integer) return true;
  return claim.type == ClaimType::real && claim.text != "NaN" && !claim.text.ends_with("Infinity");
}

bool is_above_doubles(const Claim& claim) noexcept {
  if (claim.type != ClaimType::real || claim.text.starts_with('-')) return false;
  double value = 0;
  const char* end = claim.text.data() + claim.text.size();
  const bool out_of_range = std::from_chars(claim.text.data(), end, value).ec == std::errc::result_out_of_range;
  return out_of_range && parse_numeric_date(claim.text).saturated;
}

void strict_times(const Claims& claims, std::int64_t leeway, Instant at, Findings& found) {
  if (is_number(claims.exp)) {
    const NumericDate exp = parse_numeric_date(claims.exp.text);
    // RFC 7519 §4.1.4: not accepted on or after exp.
    if (compare(exp, leeway, at) <= 0) found.add(Reason::token_expired, expired_detail(exp, at));
  }
  if (is_number(claims.nbf) && !is_above_doubles(claims.nbf)) {
    const NumericDate nbf = parse_numeric_date(claims.nbf.text);
    if (compare(nbf, -leeway, at) > 0) found.add(Reason::token_not_yet_valid, not_before_detail(nbf));
  }
}

void fastmcp_times(const Claims& claims, const Policy& policy, Instant at, Findings& found) {
  fastmcp_expiry(claims.exp, policy.leeway_seconds, at, found);
  if (policy.profile >= Profile::fastmcp_4_2) fastmcp_not_before(claims.nbf, policy.leeway_seconds, at, found);
}

void check_lifetime(const Claims& claims, std::int64_t most_seconds, Findings& found) {
  for (const auto& [name, claim] : {std::pair("exp", &claims.exp), std::pair("iat", &claims.iat)}) {
    if (is_finite_number(*claim)) continue;
    found.add(Reason::token_lifetime, is_absent(*claim) ? std::string("no ") + name + " claim to tell the lifetime from"
                                                        : std::string(name) + " is not a number of seconds");
    return;
  }
  const NumericDate exp = parse_numeric_date(claims.exp.text);
  const NumericDate iat = parse_numeric_date(claims.iat.text);
  const Int128 lifetime = static_cast<Int128>(exp.seconds) - iat.seconds;
  const Int128 over = lifetime - most_seconds;
  const bool fraction_is_over =
      exp.nanoseconds > iat.nanoseconds ||
      (exp.nanoseconds == iat.nanoseconds && exp.beyond_nanoseconds && !iat.beyond_nanoseconds);
  // If exp is beyond 64 bits, the lifetime cannot be computed, so it counts as too long.
  const bool is_over = exp.saturated && exp.seconds > 0 ? true : over > 0 || (over == 0 && fraction_is_over);
  if (!is_over) return;
  const std::string limit = std::to_string(most_seconds) + " s";
  if (exp.saturated || lifetime > kYear10000 * 100) {
    found.add(Reason::token_lifetime,
              "lives longer than " + limit + ", and beyond every calendar" + unit_question(exp.seconds));
    return;
  }
  if (over == 0 && exp.nanoseconds == iat.nanoseconds) {
    found.add(Reason::token_lifetime, "lives longer than " + limit + ", by less than a nanosecond");
    return;
  }
  found.add(Reason::token_lifetime, "lives " + shown_lifetime(static_cast<std::int64_t>(lifetime), exp, iat) +
                                        " s, longer than " + limit + unit_question(exp.seconds));
}

Interval accepted_interval(const Policy& policy, const Claims& claims) noexcept {
  if (is_fastmcp(policy.profile)) return fastmcp_interval(policy, claims);
  Interval accepted{kBeginning, kEnd};
  const std::int64_t leeway = policy.leeway_seconds;
  if (is_number(claims.exp)) accepted.until = first_not_below(parse_numeric_date(claims.exp.text), leeway);
  if (is_number(claims.nbf)) accepted.from = first_not_below(parse_numeric_date(claims.nbf.text), -leeway);
  return accepted.from < accepted.until ? accepted : Interval{};
}

}  // namespace assay::jose
