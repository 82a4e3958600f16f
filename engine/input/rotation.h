// The order in which the files of a directory are read.
#pragma once

#include <string_view>

namespace assay::input {

// Whether `name` comes before `other`: by name, but rotated logs of one name in the order of time, the oldest first.
// The forms of logrotate and others are known: access.log.2.gz, access.log-20261124, access.log-20261124-1732406401,
// access.log.2026-11-24.zst, access.log.2026-11-24-13, access.log.202611. Of one log, dated files come first, then
// numbered ones, the log itself last. A strict weak order.
bool is_read_before(std::string_view name, std::string_view other) noexcept;

}  // namespace assay::input
