// Puts the report together: headline, findings and sections in the order of the page.
#pragma once

#include "report/baseline.h"
#include "report/content.h"
#include "tally/overview.h"

namespace assay::report {

// `baseline` may be null. The result holds texts of its own.
Content content_of(const tally::Overview& overview, const Baseline* baseline);

}  // namespace assay::report
