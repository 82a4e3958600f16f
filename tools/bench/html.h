// The report as one self-contained page (page/document.h), as `assay bench --html` writes it.
#pragma once

#include <string>

#include "bench/report.h"

namespace assay::bench {

// Well formed as HTML and as XML.
std::string report_html(const Report& report);

}  // namespace assay::bench
