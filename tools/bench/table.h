// The report as tables of text, as `assay bench` prints it.
#pragma once

#include <string>

#include "bench/report.h"

namespace assay::bench {

// At most 100 columns wide.
std::string report_text(const Report& report);

}  // namespace assay::bench
