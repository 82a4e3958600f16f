// Rules for the inputs and the runs: what was not read, what is missing, what cannot be judged.
#pragma once

#include <span>

#include "report/finding.h"

namespace assay::report {

// In the order in which their findings stand.
std::span<const Rule> input_rules() noexcept;

}  // namespace assay::report
