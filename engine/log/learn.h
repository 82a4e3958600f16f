// Learns the format of a log file, and the place and form of its times, from its first lines.
//
// The place of the time is a field of the format, a JSON pointer, or the start of the line. Later lines are read only
// there. So text that a request brings along, such as ?x=2020-01-01T00:00:00Z, never becomes the time of its line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "assay/instant.h"
#include "assay/result.h"
#include "base/zone.h"
#include "log/format.h"
#include "log/learn_year.h"

namespace assay::log {

struct LearnOptions {
  std::string time_field;           // RFC 6901 pointer to the time of JSON records; empty: it is learnt
  std::string time_format;          // the form of times, as for strptime(3) (base/record_time.h); empty: it is learnt
  std::optional<base::Zone> zone;   // of times that name none
  std::optional<int> year;          // of the first line, for times without a year
  std::string file_name;            // may tell the year: "app-2026-11-24.log", "messages-20261124.gz"
  std::optional<Instant> modified;  // when the file was last written; tells the year of the last line
};

struct Learnt {
  std::shared_ptr<const FileFormat> format;   // never null
  bool needs_zone = false;                    // as FileFormat::needs_zone()
  YearSource year_source = YearSource::none;  // none also if times have a year
  bool tells_request = false;                 // lines may name a client, a method, a path or a status
  // For people.
  std::string format_name;   // "nginx combined"; "unknown": not even a time was found
  std::string time_place;    // "field 4", "/time", "start of the line", "fields date and time"; empty: no time
  std::string time_form;     // as for strptime(3), "%d/%b/%Y:%H:%M:%S %z", or "Unix time in ms"
  std::string time_example;  // the first time as written
  std::string time_read;     // the same as read, RFC 3339 in UTC; empty if it could not be read
  std::string zone;          // "in the line", or the name of the told zone, or empty: unknown
  std::size_t understood = 0, looked_at = 0;  // lines
  std::size_t fitting = 0;                    // lines of the format, even if they have no time
};

// Learns from `first_bytes`, the beginning of a file or the whole of it. 64 KiB are enough; at most the first 1000
// lines are looked at. A last line without its line break counts only if it is the only one. A file without lines has
// the format "unknown". The errors are those of the options, with the fields "time_field" and "time_format".
Result<Learnt> learn(std::string_view first_bytes, const LearnOptions& options);

}  // namespace assay::log
