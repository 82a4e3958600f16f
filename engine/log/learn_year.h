// The years of times that name none.
#pragma once

#include <optional>
#include <string_view>

#include "base/record_time.h"
#include "log/learn.h"

namespace assay::log {

struct FoundYear {
  YearSource source = YearSource::none;
  base::YearWindow window;
};

// Finds the year in which the times of a file lie: from the options, in the order of YearSource. `first_time` is the
// time of the first line as written. Lines may be up to a week older than the first one. A file name with a whole date
// means the half year before and after it, so that files may be named for their first or their last day. The time of
// modification means the year that ends one day after it. Nothing if nothing tells the year.
std::optional<FoundYear> find_year(std::string_view first_time, const LearnOptions& options);

}  // namespace assay::log
