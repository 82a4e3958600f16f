// Reads the times of a file in the form that its first lines have. Immutable once made; thread safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "base/record_time.h"
#include "log/line_facts.h"

namespace assay::log {

struct LineTime {
  base::TimeReader reader;
  std::optional<base::TimeForm> form;  // nothing: not learnt, and every form is tried

  // Reads a text that is a time as a whole. Leaves the facts as they are if it is empty or "-".
  void read_whole(std::string_view text, TimeFacts& facts) const noexcept;
  // Reads the time that `text` begins with. Returns its size; 0 if it begins with none.
  std::size_t read_prefix(std::string_view text, TimeFacts& facts) const noexcept;
};

// True if a line like this has a time in its place, even if its zone or year is not told.
inline bool has_time(const TimeFacts& facts) noexcept {
  return facts.time.has_value() || (!facts.time_text.empty() && facts.fault != base::TimeFault::unreadable);
}

}  // namespace assay::log
