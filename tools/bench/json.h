// The report as one JSON document, and a report read from such a document.
#pragma once

#include <string>
#include <string_view>

#include "assay/result.h"
#include "bench/report.h"

namespace assay::bench {

// The whole report, samples included.
std::string report_json(const Report& report);
// Reads what report_json() wrote. Figures are computed from the samples again; unknown members are ignored. The error
// names the field that is missing or wrong.
Result<Report> read_report(std::string_view json);

}  // namespace assay::bench
