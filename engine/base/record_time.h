// Times as loggers write them: a table of forms, one row a form (record_time.cc).
//
// A form is a pattern in the language of strptime(3), and so is a form that a user gives. Text is read with English
// names, whatever the locale. Pure functions; thread safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "assay/instant.h"
#include "assay/result.h"
#include "base/zone.h"

namespace assay::base {

// Why a text names no moment.
enum class TimeFault : std::uint8_t {
  unreadable,  // it fits no form
  impossible,  // it fits a form, but no calendar or clock shows it: 30 February, 25:00, +0160
  no_year,     // syslog (RFC 3164), klog
  no_zone,     // it names no zone, or one that several countries use, such as CST
};

struct TimeReading {
  std::optional<Instant> at;
  TimeFault fault = TimeFault::unreadable;  // only if there is no `at`
  bool repeated = false;                    // the local time exists twice; `at` is the first of the two
  bool skipped = false;                     // the local time does not exist, because a clock was set forward over it
};

// The years of times that name none: each lies in the year that begins on this day.
struct YearWindow {
  std::int64_t first_day = 0;  // days since 1970-01-01
};

// One form: a row of the table, with or without a zone behind it, Unix time, or the form that a user gave.
struct TimeForm {
  std::uint8_t row = 0;
  bool has_zone = false;
  friend bool operator==(const TimeForm&, const TimeForm&) noexcept = default;
};

class TimeReader {
 public:
  // Reads every form of the table. A time without a zone is a fault, and so is one without a year.
  TimeReader() = default;
  // `format` is the only form of text that is read; if it is empty, those of the table are. Its conversions are those
  // of strptime (%Y %m %d %H %M %S %b %a %y %e %I %p %T %F %D %R %s %z %Z) and %f, the digits of a fraction. %S and %T
  // also take a fraction behind them. `zone` is the zone of times that name none, as for Zone::find. If it is empty,
  // such times are faults. The error has the field "time_format" or "time_zone".
  static Result<TimeReader> create(std::string_view format, std::string_view zone);
  // The same with a zone that was found before. A format may lack a year; its times need set_year.
  static Result<TimeReader> create(std::string_view format, const std::optional<Zone>& zone);
  void set_year(YearWindow year) noexcept { year_ = year; }
  // Whether only one form of text is read. If not, RFC 3339 is tried first.
  bool has_format() const noexcept { return !format_.empty(); }

  // Reads a text as a whole: a form, or with no format also a Unix time by magnitude.
  TimeReading read(std::string_view text) const noexcept;

  // Reads the time that `text` begins with. Nothing if it begins with none; Unix times need 10 digits at least, and a
  // blank behind them. Of two forms that fit, the longer one counts.
  struct Prefix {
    TimeForm form;
    std::size_t size = 0;  // bytes of the text
    TimeReading reading;
  };
  std::optional<Prefix> read_prefix(std::string_view text) const noexcept;
  // The same with only one form, which is much faster. With a form that has no zone, a zone behind the time is not
  // read.
  std::optional<Prefix> read_prefix(std::string_view text, TimeForm form) const noexcept;

  // Reads only what most logs hold: RFC 3339 with a zone, and "28/Nov/2026:12:00:00 +0000". Returns the size of the
  // time that `text` begins with and sets `at`; or returns 0, and read_prefix has to decide.
  static std::size_t read_frequent(std::string_view text, TimeForm form, Instant& at) noexcept;

  // The form in the language of strptime(3), as far as that has words for it, with what stands between date and time in
  // the example. For messages.
  std::string pattern_of(TimeForm form, std::string_view example) const;
  // What it reads, for messages.
  std::string forms() const;

 private:
  std::string format_;
  std::optional<Zone> zone_;
  std::optional<YearWindow> year_;
};

}  // namespace assay::base
