#include "log/learn_year.h"

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace assay::log {
namespace {

using std::chrono::year_month_day;

constexpr std::int64_t kSlack = 7;  // days

std::int64_t day_of(int year, unsigned month, unsigned day) noexcept {
  const year_month_day date{std::chrono::year(year), std::chrono::month(month), std::chrono::day(day)};
  return std::chrono::sys_days(date).time_since_epoch().count();
}

std::int64_t day_of(Instant at) noexcept {
  constexpr std::int64_t kSeconds = 86400;
  return at.seconds >= 0 ? at.seconds / kSeconds : (at.seconds - kSeconds + 1) / kSeconds;
}

// A date in a name; month and day are 0 if the name has none.
struct NamedDate {
  int year = 0;
  unsigned month = 0, day = 0;
};

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
unsigned number(std::string_view digits) noexcept {
  unsigned value = 0;
  for (const char c : digits) value = value * 10 + static_cast<unsigned>(c - '0');
  return value;
}

// The digits at the beginning of the text.
std::string_view digits_of(std::string_view text) noexcept {
  const auto end = std::find_if_not(text.begin(), text.end(), is_digit);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// Takes a part of two digits behind a separator, within 1 and `most`; else 0.
unsigned take_part(std::string_view& text, unsigned most) noexcept {
  if (text.empty() || std::string_view("-_./").find(text[0]) == std::string_view::npos) return 0;
  const std::string_view digits = digits_of(text.substr(1));
  if (digits.size() != 2 || number(digits) < 1 || number(digits) > most) return 0;
  text.remove_prefix(3);
  return number(digits);
}

// The date that begins at a number of the name: 2026, 2026-11, 2026-11-24, 20261124, or 20261124 with a time behind it.
NamedDate date_at(std::string_view text) noexcept {
  const std::string_view digits = digits_of(text);
  const bool is_joined = digits.size() == 8 || digits.size() == 10 || digits.size() == 12 || digits.size() == 14;
  if (digits.size() != 4 && !is_joined) return {};
  NamedDate date{static_cast<int>(number(digits.substr(0, 4))), 0, 0};
  if (date.year < 1970 || date.year > 2199) return {};
  if (is_joined) {
    date.month = number(digits.substr(4, 2));
    date.day = number(digits.substr(6, 2));
  } else {
    text.remove_prefix(4);
    date.month = take_part(text, 12);
    if (date.month != 0) date.day = take_part(text, 31);
  }
  const bool is_whole = date.month != 0 && date.day != 0;
  const year_month_day whole{std::chrono::year(date.year), std::chrono::month(date.month), std::chrono::day(date.day)};
  if ((is_whole || is_joined) && !whole.ok()) return {};
  return date;
}

// The most exact date in the name; of equally exact ones the last.
NamedDate date_in(std::string_view name) noexcept {
  const auto exactness = [](const NamedDate& date) { return (date.year != 0) + (date.month != 0) + (date.day != 0); };
  NamedDate best;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (!is_digit(name[i])) continue;
    const NamedDate date = date_at(name.substr(i));
    if (date.year != 0 && exactness(date) >= exactness(best)) best = date;
    i += digits_of(name.substr(i)).size() - 1;
  }
  return best;
}

// The window of a file whose first line is of this year.
base::YearWindow from_first_line(int year, std::string_view first_time, const std::string& time_format) {
  // Any leap year and any zone tell month and day.
  std::optional<Instant> at;
  if (Result<base::TimeReader> reader = base::TimeReader::create(time_format, std::optional(base::Zone()))) {
    reader->set_year({day_of(2000, 1, 1)});
    at = reader->read(first_time).at;
  }
  const year_month_day date{std::chrono::sys_days(std::chrono::days(at ? day_of(*at) : day_of(2000, 1, 1)))};
  const unsigned day = std::min(static_cast<unsigned>(date.day()), 28u);
  return {day_of(year, static_cast<unsigned>(date.month()), day) - kSlack};
}

}  // namespace

std::string_view to_string(YearSource source) noexcept {
  switch (source) {
    case YearSource::none:
      return "none";
    case YearSource::flag:
      return "flag";
    case YearSource::file_name:
      return "file name";
    case YearSource::modification_time:
      return "modification time";
  }
  return "";
}

std::optional<FoundYear> find_year(std::string_view first_time, const std::string& time_format,
                                   const YearHints& hints) {
  if (hints.year) return FoundYear{YearSource::flag, from_first_line(*hints.year, first_time, time_format)};
  const std::string_view path = hints.file_name;
  NamedDate named = date_in(path.substr(path.rfind('/') + 1));
  if (named.year == 0) named = date_in(path);
  if (named.month != 0) {
    constexpr std::int64_t kHalfYear = 182;
    return FoundYear{YearSource::file_name,
                     {day_of(named.year, named.month, named.day != 0 ? named.day : 15) - kHalfYear}};
  }
  // A number alone may be the name of a server. It counts if the file was changed in that year or the next.
  if (named.year != 0 && hints.modified) {
    const year_month_day changed{std::chrono::sys_days(std::chrono::days(day_of(*hints.modified)))};
    const int later = static_cast<int>(changed.year()) - named.year;
    if (later != 0 && later != 1) named.year = 0;
  }
  if (named.year != 0) return FoundYear{YearSource::file_name, from_first_line(named.year, first_time, time_format)};
  if (hints.modified) return FoundYear{YearSource::modification_time, {day_of(*hints.modified) + 2 - 365}};
  return std::nullopt;
}

}  // namespace assay::log
