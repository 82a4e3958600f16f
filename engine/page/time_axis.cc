#include "page/time_axis.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>

namespace assay::page {
namespace {

constexpr std::int64_t kMinute = 60, kHour = 3600, kDay = 86'400;

constexpr std::array<std::int64_t, 13> kSteps = {
    1, 5, 15, kMinute, 5 * kMinute, 15 * kMinute, kHour, 3 * kHour, 6 * kHour, 12 * kHour, kDay, 2 * kDay, 7 * kDay};
// Months of a calendar, for longer axes.
constexpr std::array<int, 6> kMonthSteps = {1, 3, 6, 12, 60, 120};

// The calendar of RFC 3339: the years 1 to 9999.
constexpr Instant kEarliest{-62'135'596'800, 0}, kLatest{253'402'300'799, 0};

using Days = std::chrono::sys_days;

Days day_of(std::int64_t seconds) {
  return std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds(std::chrono::seconds(seconds)));
}

const char* month_name(std::chrono::month month) {
  constexpr std::array kNames = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return kNames.at(static_cast<unsigned>(month) - 1);
}

std::string label_of(std::int64_t seconds, std::int64_t step) {
  const std::chrono::year_month_day date(day_of(seconds));
  const std::int64_t of_day = seconds - day_of(seconds).time_since_epoch().count() * kDay;
  char text[48];
  if (of_day == 0) {
    std::snprintf(text, sizeof text, "%u %s", static_cast<unsigned>(date.day()), month_name(date.month()));
  } else if (step < kMinute) {
    std::snprintf(text, sizeof text, "%02d:%02d:%02d", static_cast<int>(of_day / kHour),
                  static_cast<int>(of_day / kMinute % 60), static_cast<int>(of_day % 60));
  } else {
    std::snprintf(text, sizeof text, "%02d:%02d", static_cast<int>(of_day / kHour),
                  static_cast<int>(of_day / kMinute % 60));
  }
  return text;
}

std::string month_label(std::chrono::year_month month) {
  char text[48];
  std::snprintf(text, sizeof text, "%s %d", month_name(month.month()), static_cast<int>(month.year()));
  return text;
}

}  // namespace

TimeAxis::TimeAxis(Instant from, Instant to, double left, double right)
    : from_(std::clamp(from, kEarliest, kLatest)), to_(std::clamp(to, kEarliest, kLatest)), left_(left), right_(right) {
  if (to_.seconds <= from_.seconds) to_ = {from_.seconds + 1, from_.nanoseconds};
}

double TimeAxis::place(Instant at) const {
  const auto number = [](Instant instant) { return static_cast<double>(instant.seconds) + instant.nanoseconds * 1e-9; };
  const double share = (number(at) - number(from_)) / (number(to_) - number(from_));
  return left_ + std::clamp(share, 0.0, 1.0) * (right_ - left_);
}

std::vector<TimeAxis::Tick> TimeAxis::ticks(int most) const {
  std::vector<Tick> ticks;
  const double span = static_cast<double>(to_.seconds) - static_cast<double>(from_.seconds);
  for (const std::int64_t step : kSteps) {
    if (span / static_cast<double>(step) > most) continue;
    std::int64_t at = from_.seconds / step * step;
    if (at < from_.seconds) at += step;
    for (; at <= to_.seconds; at += step) ticks.push_back({place({at, 0}), label_of(at, step)});
    return ticks;
  }
  const double months = span / (30.4 * kDay);
  int step = kMonthSteps.back();
  while (months / step > most) step *= 10;
  for (const int candidate : kMonthSteps) {
    if (months / candidate > most) continue;
    step = candidate;
    break;
  }
  const std::chrono::year_month_day first(day_of(from_.seconds));
  std::chrono::year_month month = first.year() / std::chrono::January;
  for (;; month += std::chrono::months(step)) {
    const std::int64_t at = Days(month / 1).time_since_epoch().count() * kDay;
    if (at > to_.seconds) return ticks;
    if (at >= from_.seconds) ticks.push_back({place({at, 0}), month_label(month)});
  }
}

}  // namespace assay::page
