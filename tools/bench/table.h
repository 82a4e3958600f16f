// The report as tables of text, at most 100 columns wide.
#pragma once

#include <string>

#include "bench/report.h"

namespace assay::bench {

std::string report_text(const Report& report);

}  // namespace assay::bench
