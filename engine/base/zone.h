// Time zones: UTC, fixed offsets, and the zones of the IANA database with all their changes of summer time.
//
// A named zone is read from /usr/share/zoneinfo (TZif, RFC 8536), and from nowhere else: no environment variable
// counts. Copies share the data, which never changes; thread safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "assay/result.h"

namespace assay::base {

class Zone {
 public:
  // UTC.
  Zone() = default;
  // Finds "UTC", "GMT", "Z", an offset such as "+01:00", "-0800" or "+14", or an IANA name such as "Europe/Berlin".
  // Case counts in names. Refuses names that are no zones of the database, among them "localtime", "posix/..." and
  // "right/...". The error has the field "time_zone" and names the zone that was probably meant.
  static Result<Zone> find(std::string_view name);

  // What a local time is in UTC.
  struct Reading {
    std::int64_t seconds = 0;  // Unix seconds
    // Two moments have this local time, because a clock was set back. `seconds` is the first one.
    bool repeated = false;
    // No moment has it, because a clock was set forward over it. `seconds` counts as if the clock had not been set yet.
    bool skipped = false;
  };
  // `local_seconds` are Unix seconds as if the local time were UTC.
  Reading to_utc(std::int64_t local_seconds) const noexcept;
  // Seconds east of UTC at a moment in Unix seconds.
  std::int32_t offset_at(std::int64_t seconds) const noexcept;

  // As it was asked for.
  const std::string& name() const noexcept { return name_; }

  struct Changes;  // of a named zone; only zone.cc knows it

 private:
  std::string name_ = "UTC";
  std::int32_t offset_ = 0;                 // of a fixed zone
  std::shared_ptr<const Changes> changes_;  // null: a fixed zone
};

}  // namespace assay::base
