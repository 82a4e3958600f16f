// Files whose lines are of several formats: two programs in one log, or a log that another program went on with.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "log/format.h"
#include "log/line_time.h"

namespace assay::log {

// A line is of the first of these formats that finds a time on it in its place; of the first one if none does. What the
// first format says of joining, directives and events holds for the file. Not empty.
std::shared_ptr<const FileFormat> make_mixed_format(std::vector<std::shared_ptr<const FileFormat>> formats,
                                                    std::string name);

// Every format whose lines can hardly be anything else: access logs, syslog, a few others, and JSON objects by the
// names of their fields. A line that only begins with a time is none, since such a line may be text of a client.
std::shared_ptr<const FileFormat> make_any_known_format(const LineTime& time);

}  // namespace assay::log
