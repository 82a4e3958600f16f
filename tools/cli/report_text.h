// The short form of a report, for a terminal.
#pragma once

#include <string>

#include "report/content.h"
#include "tally/overview.h"

namespace assay::cli {

// Headline, findings and reasons, in lines of at most 100 characters that no terminal obeys.
std::string report_text(const report::Content& content, const tally::Overview& overview);

}  // namespace assay::cli
