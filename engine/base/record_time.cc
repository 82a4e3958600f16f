#include "base/record_time.h"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <utility>

namespace assay::base {
namespace {

using Seconds = std::int64_t;

constexpr std::uint32_t kBillion = 1'000'000'000;

// The forms. Beside the conversions of strptime: "%:" is what stands between date and time, a 'T', '_' or blanks; "%?"
// is a zone or nothing; "%!" is the level letter of klog. "%S" takes a fraction. At most kUnixRow rows.
constexpr std::string_view kForms[] = {
    "%Y-%m-%d%:%H:%M:%S%?",      // RFC 3339, ISO 8601, log4j, Python, Go, Ruby, java.time; W3C in one field
    "%Y-%m-%d%:%H:%M%?",         // java.time leaves out seconds that are zero
    "%Y%m%d%:%H%M%S%?",          // ISO 8601, basic
    "%Y%m%d%H%M%S%?",            // LDAP (RFC 4517 §3.3.13)
    "%Y/%m/%d%:%H:%M:%S%?",      // nginx error log, Go
    "%d/%b/%Y:%H:%M:%S%?",       // Apache, nginx, HAProxy
    "%d/%b/%Y %H:%M:%S%?",       //
    "%d-%b-%Y %H:%M:%S%?",       // Tomcat, BIND
    "%b %e %H:%M:%S%?",          // syslog (RFC 3164 §4.1.2), without a year
    "%b %e %Y %H:%M:%S%?",       // Cisco
    "%b %e, %Y %I:%M:%S %p%?",   // java.util.logging
    "%b %e, %Y, %I:%M:%S %p%?",  //
    "%b %e, %Y %H:%M:%S%?",      //
    "%a %b %e %H:%M:%S %Y%?",    // ctime, Apache error log
    "%a %b %e %H:%M:%S %z %Y",   // date(1), java.util.Date
    "%a %b %e %Y %H:%M:%S%?",    // JavaScript
    "%a, %d %b %Y %H:%M:%S%?",   // RFC 5322 §3.3
    "%d %b %Y %H:%M:%S%?",       // the same without its day of the week; Redis
    "%a, %d-%b-%y %H:%M:%S%?",   // RFC 850
    "%!%m%d %H:%M:%S%?",         // klog, without a year
    "%!%Y%m%d %H:%M:%S%?",       // glog
    "%Y/%m/%d - %H:%M:%S%?",     // Gin
};

constexpr std::string_view kMonths[] = {"january", "february", "march",     "april",   "may",      "june",
                                        "july",    "august",   "september", "october", "november", "december"};
constexpr std::string_view kWeekdays[] = {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

// Zone names that mean one offset. RFC 5322 §4.3 gives those of North America; CST is left out because China uses it
// too, and so are BST, IST, AST, SST and others.
struct ZoneName {
  std::string_view name;
  int minutes;
};
constexpr ZoneName kZoneNames[] = {{"UTC", 0},    {"GMT", 0},    {"UT", 0},     {"Z", 0},      {"WET", 0},
                                   {"WEST", 60},  {"CET", 60},   {"CEST", 120}, {"EET", 120},  {"EEST", 180},
                                   {"MSK", 180},  {"JST", 540},  {"KST", 540},  {"EST", -300}, {"EDT", -240},
                                   {"CDT", -300}, {"MST", -420}, {"MDT", -360}, {"PST", -480}, {"PDT", -420}};

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }
char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
bool is_letter(char c) noexcept { return lower(c) >= 'a' && lower(c) <= 'z'; }

// Whether a word looks like the abbreviation of a zone. AM and PM do not.
bool may_be_zone(std::string_view word) noexcept {
  return word.size() >= 3 && word.size() <= 5 &&
         std::all_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// Rows of TimeForm beside those of the table.
constexpr std::uint8_t kUnixRow = 200, kAspNetRow = 201, kTai64nRow = 202, kToldRow = 203;
static_assert(std::size(kForms) < kUnixRow);
// Rows of the table that have a faster reader.
constexpr std::uint8_t kRfc3339Row = 0, kCommonLogRow = 5;
static_assert(kForms[kRfc3339Row].starts_with("%Y-%m-%d%:%H:%M:%S") && kForms[kCommonLogRow].starts_with("%d/%b/%Y:"));

// What a time says beside its text.
struct Context {
  const Zone* zone = nullptr;  // null: unknown
  std::optional<YearWindow> year;
};

// Returns the year in which the day of a window has this date, or -1 if none has.
int year_in(YearWindow window, int month, int day) noexcept {
  const std::chrono::year_month_day first{std::chrono::sys_days(std::chrono::days(window.first_day))};
  for (int year = static_cast<int>(first.year()); year <= static_cast<int>(first.year()) + 1; ++year) {
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    if (!date.ok()) continue;
    const Seconds days = std::chrono::sys_days(date).time_since_epoch().count();
    if (days >= window.first_day && days < window.first_day + 366) return year;
  }
  return -1;
}

// Reads one text by one pattern.
class Scanner {
 public:
  Scanner(std::string_view pattern, std::string_view text) noexcept
      : pattern_(pattern), text_(text), exact_(pattern.find("%m%d") != std::string_view::npos) {}

  // True if the whole text fits the whole pattern. Only then does reading() hold.
  bool fits() noexcept { return scan() && at_ == text_.size(); }

  // Returns the size of the beginning of the text that fits the whole pattern and ends between words, or 0. A "%?" is a
  // zone if `has_zone`, else nothing. Only names of zones whose offset is known count, so that a word of the message is
  // not taken for one.
  std::size_t prefix(bool has_zone) noexcept {
    is_prefix_ = true;
    has_zone_ = has_zone;
    if (!scan()) return 0;
    const char next = peek();
    const bool goes_on =
        is_digit(next) || is_letter(next) || (next == ':' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]));
    return goes_on ? 0 : at_;
  }

  TimeReading reading(const Context& context) const noexcept {
    if (!possible_) return {{}, TimeFault::impossible};
    if (unix_) return {unix_, {}};
    if (year_ < 0 && !context.year) return {{}, TimeFault::no_year};
    const int year = year_ >= 0 ? year_ : year_in(*context.year, month_, day_);
    int hour = hour_;
    if (afternoon_ >= 0) hour = hour % 12 + 12 * afternoon_;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month_)),
                                           std::chrono::day(static_cast<unsigned>(day_))};
    if (year < 0 || !date.ok()) return {{}, TimeFault::impossible};
    if (!offset_ && context.zone == nullptr) return {{}, TimeFault::no_zone};
    const Seconds days = std::chrono::sys_days(date).time_since_epoch().count();
    const Seconds local = days * 86400 + hour * 3600 + minute_ * 60;
    const Zone::Reading utc = offset_ ? Zone::Reading{local - *offset_} : context.zone->to_utc(local);
    // RFC 3339 §5.7: a leap second is 23:59:60 UTC. Unix time counts it as the next second.
    if (second_ == 60 && (utc.seconds % 86400 + 86400) % 86400 != 86400 - 60) return {{}, TimeFault::impossible};
    return {Instant{utc.seconds + second_, nanoseconds_}, {}, utc.repeated, utc.skipped};
  }

 private:
  bool scan() noexcept {
    for (std::size_t i = 0; i < pattern_.size(); ++i) {
      const char c = pattern_[i];
      bool ok = false;
      if (c == '%') {
        ++i;
        ok = conversion(pattern_[i], pattern_.substr(i + 1));
      } else {
        ok = c == ' ' ? blanks() : literal(c);
      }
      if (!ok) return false;
    }
    return true;
  }

  char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool literal(char c) noexcept { return peek() == c ? (++at_, true) : false; }
  void skip_blanks() noexcept {
    while (is_blank(peek())) ++at_;
  }
  bool blanks() noexcept {
    const std::size_t first = at_;
    skip_blanks();
    return at_ > first;
  }

  // A number of one or two digits; of exactly two in forms without separators. One out of range makes the time
  // impossible.
  bool number(int& to, int least, int most) noexcept {
    int digits = 0;
    for (to = 0; digits < 2 && is_digit(peek()); ++digits) to = to * 10 + (text_[at_++] - '0');
    possible_ = possible_ && to >= least && to <= most;
    return digits == 2 || (digits == 1 && !exact_);
  }

  bool year(int digits) noexcept {
    year_ = 0;
    for (int i = 0; i < digits; ++i) {
      if (!is_digit(peek())) return false;
      year_ = year_ * 10 + (text_[at_++] - '0');
    }
    // strptime(3) of POSIX: 69 to 99 are of the twentieth century.
    if (digits == 2) year_ += year_ < 69 ? 2000 : 1900;
    return true;
  }

  bool fraction() noexcept {
    const std::size_t first = at_;
    nanoseconds_ = 0;
    for (std::uint32_t unit = kBillion / 10; is_digit(peek()); unit /= 10) {
      nanoseconds_ += static_cast<std::uint32_t>(text_[at_++] - '0') * unit;
    }
    return at_ > first;
  }

  // Seconds, with a fraction unless the pattern goes on with one.
  bool seconds(std::string_view rest) noexcept {
    if (!number(second_, 0, 60)) return false;
    if (rest.starts_with('.') || rest.starts_with(',')) return true;
    if ((peek() != '.' && peek() != ',') || at_ + 1 >= text_.size() || !is_digit(text_[at_ + 1])) return true;
    ++at_;
    return fraction();
  }

  // A name of the list, whole or its first three letters, in any case. Gives its index.
  template <std::size_t N>
  bool name(const std::string_view (&names)[N], int& index) noexcept {
    std::size_t size = 0;
    while (is_letter(at_ + size < text_.size() ? text_[at_ + size] : '\0')) ++size;
    const std::string_view word = text_.substr(at_, size);
    if (size < 3) return false;
    for (index = 0; index < static_cast<int>(N); ++index) {
      const std::string_view whole = names[index];
      if (size != 3 && size != whole.size() && !(size == 4 && whole == "september")) continue;
      if (!std::equal(word.begin(), word.end(), whole.begin(), [](char a, char b) { return lower(a) == b; })) continue;
      at_ += size;
      return true;
    }
    return false;
  }

  bool half_of_day() noexcept {
    const char half = lower(peek());
    if ((half != 'a' && half != 'p') || at_ + 1 >= text_.size() || lower(text_[at_ + 1]) != 'm') return false;
    afternoon_ = half == 'p' ? 1 : 0;
    at_ += 2;
    possible_ = possible_ && hour_ >= 1 && hour_ <= 12;
    return true;
  }

  // ±hh, ±hhmm or ±hh:mm.
  bool offset() noexcept {
    const int sign = peek() == '-' ? -1 : 1;
    ++at_;
    int hours = 0, minutes = 0;
    const bool exact = std::exchange(exact_, true);
    const bool read = number(hours, 0, 23) && ((!is_digit(peek()) && peek() != ':') ||
                                               ((peek() != ':' || literal(':')) && number(minutes, 0, 59)));
    exact_ = exact;
    offset_ = sign * (hours * 60 + minutes) * 60;
    return read;
  }

  bool zone_name() noexcept {
    const std::size_t first = at_;
    while (is_letter(peek())) ++at_;
    const std::string_view name = text_.substr(first, at_ - first);
    for (const ZoneName& known : kZoneNames) {
      if (std::equal(name.begin(), name.end(), known.name.begin(), known.name.end(),
                     [](char a, char b) { return lower(a) == lower(b); })) {
        offset_ = known.minutes * 60;
      }
    }
    if (!offset_ && (is_prefix_ || !may_be_zone(name))) return false;
    // JavaScript writes GMT+0100.
    const bool goes_on = offset_ && *offset_ == 0 && (peek() == '+' || peek() == '-');
    return !goes_on || offset();
  }

  // What may follow an offset and says the same: " UTC" (Go), "[Europe/Berlin]" (java.time), " (CET)".
  bool zone_comment() noexcept {
    const auto inside = [](char c) {
      return is_letter(c) || is_digit(c) || std::string_view("/_+-: ").find(c) != std::string_view::npos;
    };
    if (is_prefix_ && peek() != '[') return true;
    const std::size_t before = at_;
    skip_blanks();
    const char open = peek();
    if (open != '[' && open != '(') {
      const std::size_t word = at_;
      while (is_letter(peek())) ++at_;
      if (before == word || !may_be_zone(text_.substr(word, at_ - word))) at_ = before;
      return true;
    }
    ++at_;
    while (inside(peek())) ++at_;
    return literal(open == '[' ? ']' : ')');
  }

  bool zone(bool required) noexcept {
    const std::size_t before = at_;
    skip_blanks();
    const char c = peek();
    const bool signed_offset = c == '+' || c == '-';
    if (!signed_offset && !is_letter(c)) {
      at_ = before;
      return !required;
    }
    return (signed_offset ? offset() : zone_name()) && zone_comment();
  }

  bool date_time_separator() noexcept {
    if (is_blank(peek())) return blanks();
    return literal('T') || literal('t') || literal('_');
  }

  // Unix seconds, with or without a fraction.
  bool unix_seconds() noexcept {
    const std::size_t first = at_;
    if (peek() == '-') ++at_;
    while (is_digit(peek()) || peek() == '.') ++at_;
    unix_ = parse_unix_seconds(text_.substr(first, at_ - first));
    return unix_.has_value();
  }

  bool conversion(char kind, std::string_view rest) noexcept {
    int ignored = 0;
    switch (kind) {
      case 'Y':
        return year(4);
      case 'y':
        return year(2);
      case 'm':
        return number(month_, 1, 12);
      case 'd':
      case 'e':
        skip_blanks();
        return number(day_, 1, 31);
      case 'H':
        return number(hour_, 0, 23);
      case 'I':
        return number(hour_, 1, 12);
      case 'M':
        return number(minute_, 0, 59);
      case 'S':
        return seconds(rest);
      case 'f':
        return fraction();
      case 'p':
        return half_of_day();
      case 'b': {
        const bool is_month = name(kMonths, month_);
        ++month_;
        return is_month;
      }
      case 'a':
        return name(kWeekdays, ignored);
      case 's':
        return unix_seconds();
      case 'z':
        return zone(true);
      case '?':
        return is_prefix_ ? !has_zone_ || zone(true) : zone(false);
      case ':':
        return date_time_separator();
      case '!':
        return std::string_view("IWEFD").find(peek()) != std::string_view::npos && at_++ < text_.size();
      default:
        return literal(kind);  // "%%"
    }
  }

  std::string_view pattern_, text_;
  std::size_t at_ = 0;
  bool exact_;
  bool is_prefix_ = false, has_zone_ = false;
  bool possible_ = true;
  int year_ = -1, month_ = 0, day_ = 0, hour_ = 0, minute_ = 0, second_ = 0;
  int afternoon_ = -1;  // 0: before noon, 1: after noon, -1: a clock of 24 hours
  std::uint32_t nanoseconds_ = 0;
  std::optional<std::int32_t> offset_;
  std::optional<Instant> unix_;
};

// "/Date(1796040000000)/" of ASP.NET, in ms since 1970. An offset behind the number only says where it was written.
TimeReading read_asp_net_date(std::string_view text) noexcept {
  constexpr std::string_view kBegin = "/Date(", kEnd = ")/";
  if (!text.starts_with(kBegin) || !text.ends_with(kEnd) || text.size() < kBegin.size() + kEnd.size()) return {};
  text = text.substr(kBegin.size(), text.size() - kBegin.size() - kEnd.size());
  const std::size_t sign = text.find_first_of("+-", 1);
  if (sign != std::string_view::npos) {
    Scanner offset("%z", text.substr(sign));
    if (!offset.fits()) return {};
    text = text.substr(0, sign);
  }
  const std::optional<Instant> ms = parse_unix_seconds(text);
  if (!ms || ms->nanoseconds != 0) return {};
  Seconds seconds = ms->seconds / 1000;
  Seconds rest = ms->seconds % 1000;
  if (rest < 0) {
    --seconds;
    rest += 1000;
  }
  return {Instant{seconds, static_cast<std::uint32_t>(rest) * 1'000'000}, {}};
}

// TAI64N (D. J. Bernstein): '@', then 2^62 plus seconds of TAI and nanoseconds in hexadecimal. Loggers (multilog,
// svlogd, s6-log) set TAI to UTC plus 10 s and know no leap seconds.
TimeReading read_tai64n(std::string_view text) noexcept {
  if (text.size() != 25 || text[0] != '@') return {};
  std::uint64_t label = 0, nanoseconds = 0;
  for (std::size_t i = 1; i < text.size(); ++i) {
    const char c = lower(text[i]);
    if (!is_digit(c) && (c < 'a' || c > 'f')) return {};
    std::uint64_t& part = i <= 16 ? label : nanoseconds;
    part = part << 4 | static_cast<std::uint64_t>(is_digit(c) ? c - '0' : c - 'a' + 10);
  }
  constexpr std::uint64_t kEpoch = (std::uint64_t{1} << 62) + 10;
  if (label < kEpoch || label >= std::uint64_t{1} << 63 || nanoseconds >= kBillion) return {{}, TimeFault::impossible};
  return {Instant{static_cast<Seconds>(label - kEpoch), static_cast<std::uint32_t>(nanoseconds)}, {}};
}

// Returns the reading with a moment. If neither has one, returns the fault that says more.
TimeReading better(const TimeReading& a, const TimeReading& b) noexcept {
  if (a.at || b.at) return a.at ? a : b;
  return a.fault >= b.fault ? a : b;
}

TimeReading read_table(std::string_view text, const Context& context) noexcept {
  TimeReading best = better(read_asp_net_date(text), read_tai64n(text));
  for (const std::string_view form : kForms) {
    if (best.at) break;
    Scanner scanner(form, text);
    if (scanner.fits()) best = better(best, scanner.reading(context));
  }
  return best;
}

// 20261128120000 is a date, not a moment of the year 2612 in ms.
bool is_compact_date(std::string_view text) noexcept {
  return text.size() == 14 && std::all_of(text.begin(), text.end(), is_digit) &&
         (text.starts_with("19") || text.starts_with("20") || text.starts_with("21"));
}

Error refused(std::string_view format, const std::string& why) {
  return {"cannot use the format '" + std::string(format) + "': " + why, "time_format"};
}

bool names_year(std::string_view pattern) noexcept {
  for (const std::string_view conversion : {"%Y", "%y", "%s"}) {
    if (pattern.find(conversion) != std::string_view::npos) return true;
  }
  return false;
}

// The format with its compound conversions written out, or the fault in it.
Result<std::string> expanded(std::string_view format, bool may_lack_year) {
  const auto refuse = [&](const std::string& why) { return refused(format, why); };
  std::string to;
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') {
      to += format[i];
      continue;
    }
    const char kind = ++i < format.size() ? format[i] : '\0';
    switch (kind) {
      case 'T':
        to += "%H:%M:%S";
        break;
      case 'R':
        to += "%H:%M";
        break;
      case 'F':
        to += "%Y-%m-%d";
        break;
      case 'D':
        to += "%m/%d/%y";
        break;
      case 'B':
      case 'h':
        to += "%b";
        break;
      case 'A':
        to += "%a";
        break;
      case 'Z':
        to += "%z";
        break;
      case 'L':
        to += "%f";
        break;
      case 'n':
      case 't':
        to += ' ';
        break;
      default:
        if (kind == '\0' || std::string_view("YymdeHIMSfpbasz%").find(kind) == std::string_view::npos) {
          return refuse(kind == '\0' ? "it ends in %; write %% for a percent sign"
                                     : std::string("there is no conversion %") + kind +
                                           "; use those of strptime, such as %Y-%m-%d %H:%M:%S");
        }
        to += '%';
        to += kind;
    }
  }
  const auto has = [&](std::string_view conversion) { return to.find(conversion) != std::string::npos; };
  if (has("%s")) return to;
  if (!may_lack_year && !names_year(to)) return refuse("it has no year; a moment needs %Y or %y");
  if (!(has("%m") || has("%b")) || !(has("%d") || has("%e")))
    return refuse("it has no day; a moment needs %m or %b, and %d");
  if (!has("%H") && !(has("%I") && has("%p"))) return refuse("it has no hour; a moment needs %H, or %I and %p");
  return to;
}

}  // namespace

Result<TimeReader> TimeReader::create(std::string_view format, std::string_view zone) {
  if (!format.empty()) {
    const Result<std::string> pattern = expanded(format, false);
    if (!pattern) return pattern.error();
  }
  if (zone.empty()) return create(format, std::optional<Zone>());
  const Result<Zone> found = Zone::find(zone);
  if (!found) return found.error();
  return create(format, std::optional(*found));
}

Result<TimeReader> TimeReader::create(std::string_view format, const std::optional<Zone>& zone) {
  TimeReader reader;
  if (!format.empty()) {
    Result<std::string> pattern = expanded(format, true);
    if (!pattern) return pattern.error();
    reader.format_ = std::move(*pattern);
  }
  reader.zone_ = zone;
  return reader;
}

TimeReading TimeReader::read(std::string_view text) const noexcept {
  if (format_.empty()) {
    // Most records hold RFC 3339, which always names its zone, so it is tried first.
    if (const std::optional<Instant> at = parse_rfc3339(text)) return {at, {}};
  }
  text = trim(text);
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  const Context context{zone_ ? &*zone_ : nullptr, year_};
  if (!format_.empty()) {
    Scanner scanner(format_, text);
    return scanner.fits() ? scanner.reading(context) : TimeReading{};
  }
  if (!is_compact_date(text)) {
    if (const std::optional<Instant> at = parse_unix_by_magnitude(text)) return {at, {}};
  }
  return read_table(text, context);
}

namespace {

// The month whose name three letters are, the first in either case; 0 if there is none. The sum of the other two
// letters tells the months apart.
unsigned month_of(const char* name) noexcept {
  constexpr unsigned kLeast = 'e' + 'b', kMost = 'o' + 'v';
  static constexpr std::array<std::uint8_t, kMost - kLeast + 1> kBySum = [] {
    std::array<std::uint8_t, kMost - kLeast + 1> months{};
    for (std::uint8_t i = 0; i < 12; ++i) {
      const std::string_view month = kMonths[i];
      months[static_cast<unsigned>(month[1]) + static_cast<unsigned>(month[2]) - kLeast] =
          static_cast<std::uint8_t>(i + 1);
    }
    return months;
  }();
  const unsigned sum = static_cast<unsigned char>(name[1]) + static_cast<unsigned char>(name[2]);
  const unsigned month = sum < kLeast || sum > kMost ? 0 : kBySum[sum - kLeast];
  if (month == 0) return 0;
  const char* const whole = kMonths[month - 1].data();
  return lower(name[0]) == whole[0] && name[1] == whole[1] && name[2] == whole[2] ? month : 0;
}

// Eight bytes of a time. Compares them with a pattern in which '0' stands for any digit and '*' for any byte.
class EightBytes {
 public:
  explicit EightBytes(const char* bytes) noexcept { std::memcpy(&word_, bytes, sizeof word_); }

  // True if they fit. Then two() gives numbers.
  bool fit(const char (&pattern)[9]) noexcept {
    std::uint64_t digits = 0, others = 0, text = 0;  // constants once this is inlined
    for (unsigned i = 0; i < 8; ++i) {
      const std::uint64_t byte = std::uint64_t{0xFF} << 8 * i;
      if (pattern[i] == '0') digits |= byte;
      if (pattern[i] != '0' && pattern[i] != '*') others |= byte;
      text |= std::uint64_t{static_cast<unsigned char>(pattern[i])} << 8 * i;
    }
    constexpr std::uint64_t kHighs = 0x8080808080808080, kAboveNine = 0x7676767676767676;
    word_ ^= text;
    const std::uint64_t values = word_ & digits;
    const bool all_digits = (((values + (kAboveNine & digits)) | values) & kHighs & digits) == 0;
    return all_digits && (word_ & others) == 0;
  }
  // The number of two digits, of which the first is byte `at`.
  int two(unsigned at) const noexcept {
    return static_cast<int>((word_ >> 8 * at & 0xFF) * 10 + (word_ >> (8 * at + 8) & 0xFF));
  }

 private:
  std::uint64_t word_;
};

// "28/Nov/2026:12:00:00 +0000" at the beginning of a text of 26 bytes or more; false for all other texts.
bool read_common_log_time(const char* c, Instant& at) noexcept {
  if constexpr (std::endian::native != std::endian::little) return false;  // the pattern decides
  EightBytes first(c), second(c + 8), third(c + 16), last(c + 18);
  if (!first.fit("00/***/0") || !second.fit("000:00:0") || !third.fit("0:00 *00") || !last.fit("00 *0000"))
    return false;
  if (c[21] != '+' && c[21] != '-') return false;
  const int day = first.two(0), year = (c[7] - '0') * 1000 + (c[8] - '0') * 100 + second.two(1);
  const int hour = second.two(4), minute = (c[15] - '0') * 10 + (c[16] - '0'), seconds = third.two(2);
  const int offset_hour = last.two(4), offset_minute = last.two(6);
  if (hour > 23 || minute > 59 || seconds > 59 || offset_hour > 23 || offset_minute > 59) return false;
  const unsigned month = month_of(c + 3);
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (month == 0 || day == 0 || (day > 28 && !date.ok())) return false;
  const Seconds offset = (offset_hour * 60 + offset_minute) * 60;
  const Seconds local =
      std::chrono::sys_days(date).time_since_epoch().count() * 86400 + hour * 3600 + minute * 60 + seconds;
  at = {c[21] == '-' ? local + offset : local - offset, 0};
  return true;
}

// Whether a text that begins like this can fit the row: years have four digits, days one or two.
bool may_begin(std::string_view pattern, std::string_view text) noexcept {
  const auto digits = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_digit) - text.begin());
  switch (pattern[1]) {
    case 'Y':
      return digits >= 4;
    case 'd':
      return digits == 1 || digits == 2;
    default:
      return !text.empty() && is_letter(text[0]);
  }
}

}  // namespace

std::size_t TimeReader::read_frequent(std::string_view text, TimeForm form, Instant& at) noexcept {
  constexpr std::size_t kLeastDate = 20, kCommonLog = 26;
  if (!form.has_zone || text.size() < kLeastDate) return 0;
  if (form.row == kCommonLogRow && text.size() >= kCommonLog) {
    const char next = text.size() > kCommonLog ? text[kCommonLog] : '\0';
    if (is_digit(next) || is_letter(next) || next == ':' || next == '[') return 0;
    return read_common_log_time(text.data(), at) ? kCommonLog : 0;
  }
  if (form.row != kRfc3339Row) return 0;
  const auto ends = [](char next) { return next == ' ' || next == '\t' || next == ']'; };
  const auto size =
      static_cast<std::size_t>(std::find_if(text.begin() + (kLeastDate - 1), text.end(), ends) - text.begin());
  const std::optional<Instant> read = parse_rfc3339(text.substr(0, size));
  if (!read) return 0;
  at = *read;
  return size;
}

std::optional<TimeReader::Prefix> TimeReader::read_prefix(std::string_view text, TimeForm form) const noexcept {
  const auto word_of = [&] { return text.substr(0, text.find_first_of(" \t")); };
  switch (form.row) {
    case kUnixRow: {
      const std::string_view number = word_of();
      if (number.size() < 10 || !is_digit(number[0])) return std::nullopt;
      const std::optional<Instant> at = parse_unix_by_magnitude(number);
      return at ? std::optional(Prefix{form, number.size(), {at, {}}}) : std::nullopt;
    }
    case kAspNetRow:
    case kTai64nRow: {
      const std::string_view word = word_of();
      const TimeReading reading = form.row == kAspNetRow ? read_asp_net_date(word) : read_tai64n(word);
      if (!reading.at && reading.fault == TimeFault::unreadable) return std::nullopt;
      return Prefix{form, word.size(), reading};
    }
    default:
      break;
  }
  if (form.row == kToldRow ? format_.empty() : form.row >= std::size(kForms)) return std::nullopt;
  if (form.row != kToldRow) {
    Instant at;
    if (const std::size_t size = read_frequent(text, form, at); size != 0) return Prefix{form, size, {at, {}}};
  }
  Scanner scanner(form.row == kToldRow ? std::string_view(format_) : kForms[form.row], text);
  const std::size_t size = scanner.prefix(form.has_zone);
  if (size == 0) return std::nullopt;
  return Prefix{form, size, scanner.reading({zone_ ? &*zone_ : nullptr, year_})};
}

std::optional<TimeReader::Prefix> TimeReader::read_prefix(std::string_view text) const noexcept {
  if (!format_.empty()) return read_prefix(text, {kToldRow, false});
  std::optional<Prefix> best;
  const auto consider = [&](TimeForm form) {
    const std::optional<Prefix> prefix = read_prefix(text, form);
    if (prefix && (!best || prefix->size > best->size)) best = prefix;
  };
  for (std::uint8_t row = 0; row < std::size(kForms); ++row) {
    if (!may_begin(kForms[row], text)) continue;
    consider({row, false});
    if (kForms[row].ends_with("%?")) consider({row, true});
  }
  for (const std::uint8_t row : {kUnixRow, kAspNetRow, kTai64nRow}) consider({row, false});
  return best;
}

std::string TimeReader::pattern_of(TimeForm form, std::string_view example) const {
  if (form.row == kToldRow) return format_;
  if (form.row == kUnixRow) {
    const std::size_t digits = std::min(example.find('.'), example.size());
    return std::string("Unix time in ") + (digits < 12 ? "s" : digits < 15 ? "ms" : digits < 18 ? "us" : "ns");
  }
  if (form.row == kAspNetRow) return "/Date(ms)/";
  if (form.row == kTai64nRow) return "TAI64N";
  std::string pattern(kForms[form.row]);
  if (const std::size_t at = pattern.find("%?"); at != std::string::npos) {
    const bool is_apart = example.find(' ', example.rfind(':')) != std::string_view::npos;
    pattern.replace(at, 2, !form.has_zone ? "" : is_apart ? " %z" : "%z");
  }
  if (const std::size_t at = pattern.find("%:"); at != std::string::npos) {
    const std::size_t separator = example.find_first_of("Tt_ \t");
    const char c = separator == std::string_view::npos ? 'T' : example[separator];
    pattern.replace(at, 2, 1, c == '\t' ? ' ' : c);
  }
  if (pattern.starts_with("%!") && !example.empty()) pattern.replace(0, 2, 1, example[0]);
  return pattern;
}

std::string TimeReader::forms() const {
  if (!format_.empty()) return "text of the form " + format_;
  return "Unix time in s, ms, us or ns, RFC 3339, and the forms of common logs such as 21/Sep/2026:17:00:00 +0300";
}

}  // namespace assay::base
