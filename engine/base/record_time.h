// Times as loggers write them: a table of forms, one row a form (record_time.cc).
//
// A form is a pattern in the language of strptime(3), and so is a form that a user gives. Text is read as a whole, with
// English names, whatever the locale. Pure functions; thread safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "assay/instant.h"
#include "assay/result.h"

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
};

class TimeReader {
 public:
  // Reads every form of the table. A time without a zone is a fault.
  TimeReader() = default;
  // `format` is the only form of text that is read; if it is empty, those of the table are. Its conversions are those
  // of strptime (%Y %m %d %H %M %S %b %a %y %e %I %p %T %F %D %R %s %z %Z) and %f, the digits of a fraction. %S and %T
  // also take a fraction behind them. `zone` is the zone of times that name none: "UTC" or an offset such as "+01:00".
  // If it is empty, such times are faults. The error has the field "time_format" or "time_zone".
  static Result<TimeReader> create(std::string_view format, std::string_view zone);

  // Reads a text: a form, or with no format also a Unix time by magnitude.
  TimeReading read(std::string_view text) const noexcept;

  // What it reads, for messages.
  std::string forms() const;

 private:
  std::string format_;
  std::optional<std::int32_t> zone_;  // seconds east of UTC
};

}  // namespace assay::base
