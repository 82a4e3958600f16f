// The report as one JSON document, and back.
#pragma once

#include <string>
#include <string_view>

#include "assay/result.h"
#include "bench/report.h"

namespace assay::bench {

// Everything, samples included.
std::string report_json(const Report& report);
// What report_json() wrote. Figures are worked out anew from the samples. The error names the field that is missing or
// wrong; members that it does not know are passed over.
Result<Report> read_report(std::string_view json);

}  // namespace assay::bench
