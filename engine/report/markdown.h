// The report in Markdown (GitHub's, with tables), for tickets and chats.
#pragma once

#include <string>

#include "report/baseline.h"
#include "tally/overview.h"

namespace assay::report {

// The same sentences and tables as the page; tables of numbers stand for its charts. Texts of unknown origin stand in
// code spans, where a backtick or a bar of theirs is an escape (\u0060, \u007c), so that no reader takes them for
// Markdown, HTML or links. `baseline` may be null.
std::string markdown(const tally::Overview& overview, const Baseline* baseline);

}  // namespace assay::report
