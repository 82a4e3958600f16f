// Columns that a "#Fields:" directive names: W3C extended (IIS) with blanks between them, CloudFront with tabs. Times
// are UTC.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "log/format.h"
#include "log/line_time.h"

namespace assay::log {

// The names behind "#Fields:", or an empty text if the line is no such directive.
std::string_view fields_of(std::string_view line) noexcept;
// The same for "#Date:": when the log was begun.
std::string_view date_of(std::string_view line) noexcept;
// Adds a directive to those that hold, each on a line of its own; of one name, the last one counts.
std::string with_directive(std::string_view directives, std::string_view line);

// The fields of CloudFront's standard logs, for files that begin without the directive.
inline constexpr std::string_view kCloudFrontFields =
    "date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) "
    "cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken "
    "x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status "
    "fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type sc-content-type sc-content-len "
    "sc-range-start sc-range-end";

// A format whose lines have the fields in this order. Read with `time`, which has the zone UTC. If the fields name no
// date, the days follow from `date`, which may be empty.
std::shared_ptr<const FileFormat> make_column_format(std::string_view fields, std::string_view date, LineTime time);

}  // namespace assay::log
