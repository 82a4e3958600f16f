// The report as one self-contained HTML page (page/document.h).
#pragma once

#include <string>

#include "report/baseline.h"
#include "tally/overview.h"

namespace assay::report {

// The bytes of the file: UTF-8, well formed as HTML and as XML, without script and with nothing to fetch. `baseline`
// may be null.
std::string html(const tally::Overview& overview, const Baseline* baseline);

}  // namespace assay::report
