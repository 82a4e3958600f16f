// What a line of a log says about a request beside its tokens. Plain data.
//
// All views are into the line or into the arena that was given to the reader; they live as long as both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "assay/instant.h"
#include "base/record_time.h"
#include "log/where.h"

namespace assay::log {

// A part of the line whose place in the request is known. A token that begins inside stands there. The place of other
// tokens follows from the text before them.
struct Region {
  std::size_t begin = 0, end = 0;  // bytes of the line, half-open
  Where where = Where::text;
};

// What a line says of its time.
struct TimeFacts {
  // The moment in the line's own time field. It never comes from another text of the line.
  std::optional<Instant> time;
  base::TimeFault fault = base::TimeFault::unreadable;  // only if there is no `time` and `time_text` is not empty
  bool repeated = false;  // the local time exists twice, because a clock was set back; `time` is the first of the two
  bool skipped = false;   // the local time does not exist, because a clock was set forward over it
  // The time as written, without quotes and escapes. Two fields with blanks between them are one text. Empty: no time
  // stands in its place, so this line may continue another one, like a line of a stack trace.
  std::string_view time_text;
};

struct LineFacts : TimeFacts {
  std::string_view client;          // address without port and brackets; empty: none
  std::string_view method;          // empty: none
  std::string_view path;            // without scheme, host, query and fragment, coded as on the line; empty: none
  std::uint16_t status = 0;         // 100 to 999; 0: none
  std::span<const Region> regions;  // in order of `begin`, not overlapping
};

// One of several events on one line, such as an element of CloudTrail's "Records".
struct Event {
  std::size_t begin = 0, end = 0;  // bytes of the line, half-open
  LineFacts facts;                 // its regions also count from the beginning of the line
};

}  // namespace assay::log
