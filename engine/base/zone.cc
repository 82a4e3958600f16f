#include "base/zone.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "base/suggest.h"

namespace assay::base {

using Seconds = std::int64_t;

// The offsets of a zone through time.
struct Zone::Changes {
  std::vector<Seconds> at;              // ascending
  std::vector<std::int32_t> offset;     // from at[i] on
  std::int32_t first = 0;               // before at[0]
  std::optional<Seconds> repeats_from;  // from here on everything comes again every 400 years

  std::int32_t offset_at(Seconds time) const noexcept;
  // Appends the changes that the rule at the end of the file makes in 400 years.
  bool append_rule(std::string_view rule);
};

namespace {

constexpr const char* kFolder = "/usr/share/zoneinfo";
constexpr std::size_t kMostBytes = 256 << 10;  // the largest file of the database has 4 KiB
constexpr Seconds kDay = 86400;
constexpr Seconds kCycle = 146097 * kDay;  // the Gregorian calendar repeats after 400 years, weekdays included

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_letter(char c) noexcept { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

Seconds day_number(std::chrono::year_month_day date) noexcept {
  return std::chrono::sys_days(date).time_since_epoch().count();
}

// Reads a rule in the language of the variable TZ (POSIX.1-2017 §8.3; RFC 8536 §3.3.1 lets hours go to 167).
class RuleReader {
 public:
  explicit RuleReader(std::string_view text) noexcept : text_(text) {}

  bool at_end() const noexcept { return at_ == text_.size(); }
  bool take(char c) noexcept { return peek() == c && at_ < text_.size() ? (++at_, true) : false; }
  char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }

  // An abbreviation: letters, or anything in <>.
  bool name() noexcept {
    const std::size_t first = at_;
    if (take('<')) {
      while (!at_end() && peek() != '>') ++at_;
      return take('>');
    }
    while (is_letter(peek())) ++at_;
    return at_ - first >= 3;
  }

  bool number(int most, int& to) noexcept {
    const std::size_t first = at_;
    for (to = 0; is_digit(peek()) && to <= most; ++at_) to = to * 10 + (peek() - '0');
    return at_ > first && to <= most;
  }

  // [+-]hh[:mm[:ss]] in seconds.
  bool time(std::int32_t& to) noexcept {
    const int sign = peek() == '-' ? -1 : 1;
    if (peek() == '-' || peek() == '+') ++at_;
    int hours = 0, minutes = 0, seconds = 0;
    if (!number(167, hours)) return false;
    if (take(':') && !number(59, minutes)) return false;
    if (take(':') && !number(59, seconds)) return false;
    to = sign * (hours * 3600 + minutes * 60 + seconds);
    return true;
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

// The day of the year and the local time at which a clock is set.
struct YearlyChange {
  enum class Kind { month_week_day, day_without_leap, day_of_year } kind = Kind::month_week_day;
  int month = 0, week = 0, day = 0;  // week 5 is the last one of the month
  std::int32_t time = 2 * 3600;

  bool read(RuleReader& from) noexcept {
    if (from.take('M')) {
      if (!from.number(12, month) || month < 1 || !from.take('.') || !from.number(5, week) || week < 1) return false;
      if (!from.take('.') || !from.number(6, day)) return false;
    } else {
      kind = from.take('J') ? Kind::day_without_leap : Kind::day_of_year;
      if (!from.number(365, day) || (kind == Kind::day_without_leap && day < 1)) return false;
    }
    return !from.take('/') || from.time(time);
  }

  // The change in that year as local seconds.
  Seconds in(int year) const noexcept {
    using namespace std::chrono;
    const std::chrono::year y(year);
    Seconds days = day_number(y / January / 1);
    if (kind == Kind::day_without_leap) {
      days += day - 1 + (y.is_leap() && day >= 60 ? 1 : 0);
    } else if (kind == Kind::day_of_year) {
      days += day;
    } else {
      const auto of_month = y / std::chrono::month(static_cast<unsigned>(month));
      const weekday wanted(static_cast<unsigned>(day));
      days = week == 5 ? day_number(year_month_day(sys_days(of_month / wanted[last])))
                       : day_number(year_month_day(sys_days(of_month / wanted[static_cast<unsigned>(week)])));
    }
    return days * kDay + time;
  }
};

// TZif (RFC 8536): numbers are big-endian.
class TzFile {
 public:
  explicit TzFile(std::string_view bytes) noexcept : rest_(bytes) {}

  bool read(Zone::Changes& to, std::string_view& rule);

 private:
  struct Counts {
    std::size_t is_utc, is_standard, leaps, times, types, letters;
  };

  std::uint64_t number(int bytes) noexcept {
    std::uint64_t value = 0;
    for (int i = 0; i < bytes; ++i) value = value << 8 | static_cast<unsigned char>(rest_[static_cast<std::size_t>(i)]);
    rest_.remove_prefix(static_cast<std::size_t>(bytes));
    return value;
  }

  bool header(Counts& to) noexcept {
    if (rest_.size() < 44 || !rest_.starts_with("TZif") || rest_[4] < '2') return false;
    rest_.remove_prefix(20);
    for (std::size_t* count : {&to.is_utc, &to.is_standard, &to.leaps, &to.times, &to.types, &to.letters}) {
      *count = number(4);
      if (*count > kMostBytes) return false;
    }
    return true;
  }

  static std::size_t body_bytes(const Counts& counts, std::size_t time_bytes) noexcept {
    return counts.times * (time_bytes + 1) + counts.types * 6 + counts.letters + counts.leaps * (time_bytes + 4) +
           counts.is_standard + counts.is_utc;
  }

  std::string_view rest_;
};

}  // namespace

bool Zone::Changes::append_rule(std::string_view rule) {
  RuleReader reader(rule);
  std::int32_t west = 0;
  if (!reader.name() || !reader.time(west)) return false;
  const std::int32_t standard = -west;
  if (reader.at_end()) return true;  // the last change of the file holds for ever
  std::int32_t summer = standard + 3600;
  if (!reader.name()) return false;
  if (reader.peek() != ',') {
    if (!reader.time(west)) return false;
    summer = -west;
  }
  YearlyChange begin, end;
  if (!reader.take(',') || !begin.read(reader) || !reader.take(',') || !end.read(reader) || !reader.at_end()) {
    return false;
  }
  using namespace std::chrono;
  const Seconds last = at.empty() ? 0 : at.back();
  const int year = static_cast<int>(year_month_day(floor<days>(sys_seconds(seconds(last)))).year());
  std::vector<std::pair<Seconds, std::int32_t>> made;
  for (int i = year; i <= year + 401; ++i) {
    made.emplace_back(begin.in(i)-standard, summer);
    made.emplace_back(end.in(i)-summer, standard);
  }
  std::sort(made.begin(), made.end());
  for (const auto& [time, to] : made) {
    if (!at.empty() && time <= last) continue;
    at.push_back(time);
    offset.push_back(to);
  }
  repeats_from = last;
  return true;
}

std::int32_t Zone::Changes::offset_at(Seconds time) const noexcept {
  if (repeats_from && time - *repeats_from > kCycle) time = *repeats_from + (time - *repeats_from) % kCycle;
  const auto after = std::upper_bound(at.begin(), at.end(), time);
  return after == at.begin() ? first : offset[static_cast<std::size_t>(after - at.begin()) - 1];
}

namespace {

bool TzFile::read(Zone::Changes& to, std::string_view& rule) {
  Counts counts{};
  // The first block has times of 32 bits and is there for old readers.
  if (!header(counts) || rest_.size() < body_bytes(counts, 4)) return false;
  rest_.remove_prefix(body_bytes(counts, 4));
  if (!header(counts) || rest_.size() < body_bytes(counts, 8) || counts.types == 0 || counts.leaps != 0) return false;
  for (std::size_t i = 0; i < counts.times; ++i) {
    to.at.push_back(static_cast<Seconds>(number(8)));
    if (i > 0 && to.at[i] <= to.at[i - 1]) return false;
  }
  std::vector<std::size_t> types;
  for (std::size_t i = 0; i < counts.times; ++i) types.push_back(number(1));
  std::vector<std::int32_t> offsets;
  for (std::size_t i = 0; i < counts.types; ++i) {
    offsets.push_back(static_cast<std::int32_t>(static_cast<std::uint32_t>(number(4))));
    number(2);  // whether it is summer time, and its name
    if (std::abs(static_cast<std::int64_t>(offsets[i])) > 26 * 3600) return false;
  }
  to.first = offsets[0];
  for (const std::size_t type : types) {
    if (type >= offsets.size()) return false;
    to.offset.push_back(offsets[type]);
  }
  rest_.remove_prefix(counts.letters + counts.is_standard + counts.is_utc);
  if (rest_.size() < 2 || rest_.front() != '\n') return false;
  rest_.remove_prefix(1);
  rule = rest_.substr(0, rest_.find('\n'));
  return true;
}

// Whether the name may be the path of a zone below the folder. Folders of other kinds of time (right/ counts leap
// seconds) and the zone of this machine are none.
bool is_zone_path(std::string_view name) noexcept {
  constexpr std::size_t kMost = 64;
  if (name.empty() || name.size() > kMost || !is_letter(name.front())) return false;
  if (name.starts_with("posix/") || name.starts_with("right/") || name == "localtime" || name == "posixrules") {
    return false;
  }
  const auto allowed = [](char c) {
    return is_letter(c) || is_digit(c) || c == '/' || c == '_' || c == '-' || c == '+';
  };
  return std::all_of(name.begin(), name.end(), allowed) && name.find("//") == std::string_view::npos;
}

std::string bytes_of(const std::string& path) {
  std::error_code fault;
  if (!std::filesystem::is_regular_file(path, fault)) return {};
  std::ifstream file(path, std::ios::binary);
  std::string bytes(kMostBytes + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes.size() > kMostBytes ? std::string() : bytes;
}

// The names of all zones, from the text form of the database: "Z name ..." and "L target name".
std::vector<std::string> zone_names() {
  std::vector<std::string> names;
  std::ifstream file(std::string(kFolder) + "/tzdata.zi");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("Z ") && !line.starts_with("L ")) continue;
    const std::size_t begin = line[0] == 'Z' ? 2 : line.find(' ', 2) + 1;
    names.push_back(line.substr(begin, line.find(' ', begin) - begin));
  }
  return names;
}

// The zone that was probably meant, by its whole name or by its city.
std::optional<std::string> meant_zone(std::string_view name) {
  const std::vector<std::string> names = zone_names();
  if (auto near = nearest(name, names)) return near;
  std::vector<std::string> cities;
  for (const std::string& whole : names) cities.push_back(whole.substr(whole.rfind('/') + 1));
  const auto city = nearest(name, cities);
  if (!city) return std::nullopt;
  return names[static_cast<std::size_t>(std::find(cities.begin(), cities.end(), *city) - cities.begin())];
}

Error unknown_zone(std::string_view name) {
  std::error_code fault;
  constexpr std::size_t kMostShown = 64;
  std::string shown;
  for (const char c : name.substr(0, kMostShown)) shown += c >= 0x20 && c < 0x7F ? c : '?';
  std::string message = "cannot find the time zone '" + shown + "'";
  if (!std::filesystem::is_directory(kFolder, fault)) {
    return {message + "; this machine has no database of zones: install tzdata, or use UTC or an offset such as +01:00",
            "time_zone"};
  }
  if (const auto meant = meant_zone(name)) message += "; did you mean " + *meant + "?";
  return {message + (message.ends_with('?') ? " Use" : "; use") +
              " UTC, an offset such as +01:00, or an IANA name such as Europe/Berlin",
          "time_zone"};
}

// ±hh, ±hhmm or ±hh:mm in seconds.
std::optional<std::int32_t> read_offset(std::string_view text) noexcept {
  if (text.empty() || (text[0] != '+' && text[0] != '-')) return std::nullopt;
  const int sign = text[0] == '-' ? -1 : 1;
  text.remove_prefix(1);
  int digits[4] = {};
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ':' && i == 2 && text.size() == 5) continue;
    if (!is_digit(text[i]) || count == 4) return std::nullopt;
    digits[count++] = text[i] - '0';
  }
  const int hours = digits[0] * 10 + digits[1], minutes = digits[2] * 10 + digits[3];
  if ((count != 2 && count != 4) || hours > 23 || minutes > 59) return std::nullopt;
  return sign * (hours * 60 + minutes) * 60;
}

}  // namespace

Result<Zone> Zone::find(std::string_view name) {
  Zone zone;
  zone.name_ = std::string(name);
  if (name == "UTC" || name == "Z" || name == "GMT") return zone;
  if (const std::optional<std::int32_t> offset = read_offset(name)) {
    zone.offset_ = *offset;
    return zone;
  }
  if (!is_zone_path(name)) return unknown_zone(name);
  const std::string bytes = bytes_of(std::string(kFolder) + "/" + zone.name_);
  auto changes = std::make_shared<Changes>();
  std::string_view rule;
  if (!TzFile(bytes).read(*changes, rule) || (!rule.empty() && !changes->append_rule(rule))) return unknown_zone(name);
  zone.changes_ = std::move(changes);
  return zone;
}

std::int32_t Zone::offset_at(Seconds seconds) const noexcept {
  return changes_ == nullptr ? offset_ : changes_->offset_at(seconds);
}

Zone::Reading Zone::to_utc(Seconds local_seconds) const noexcept {
  if (changes_ == nullptr) return {local_seconds - offset_, false, false};
  // No zone is more than a day away from UTC, and none changes twice within two days.
  const std::int32_t before = changes_->offset_at(local_seconds - kDay);
  const std::int32_t after = changes_->offset_at(local_seconds + kDay);
  const Seconds by_before = local_seconds - before;
  if (before == after) return {by_before, false, false};
  const Seconds by_after = local_seconds - after;
  const bool before_holds = changes_->offset_at(by_before) == before;
  const bool after_holds = changes_->offset_at(by_after) == after;
  if (before_holds && after_holds) return {std::min(by_before, by_after), true, false};
  if (after_holds) return {by_after, false, false};
  return {by_before, false, !before_holds};
}

}  // namespace assay::base
