// The report as one page: inline style and SVG, no script, nothing to fetch; light and dark; readable in print.
#pragma once

#include <string>

#include "bench/report.h"

namespace assay::bench {

// Well formed as HTML and as XML.
std::string report_html(const Report& report);

}  // namespace assay::bench
