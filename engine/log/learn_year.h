// The years of times that name none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "assay/instant.h"
#include "base/record_time.h"

namespace assay::log {

// What told the year.
enum class YearSource : std::uint8_t { none, flag, file_name, modification_time };
// As users see it: "none", "flag", "file name", "modification time".
std::string_view to_string(YearSource source) noexcept;

// What may tell the year, best first.
struct YearHints {
  std::optional<int> year;          // of the first line
  std::string_view file_name;       // "app-2026-11-24.log", "messages-20261124.gz"
  std::optional<Instant> modified;  // when the last line was written
};

struct FoundYear {
  YearSource source = YearSource::none;
  base::YearWindow window;
};

// Finds the year in which the times of a file lie. `first_time` is the time of the first line as written, in a form of
// the table or in `time_format`. Lines may be up to a week older than the first one. A file name with a month means the
// half year before and after it, so that files may be named for their first or their last day. The time of modification
// means the year that ends one day after it. Nothing if nothing tells the year.
std::optional<FoundYear> find_year(std::string_view first_time, const std::string& time_format, const YearHints& hints);

}  // namespace assay::log
