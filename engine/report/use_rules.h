// Rules for the uses of tokens: what was rejected, answered as good, or seen from several addresses.
#pragma once

#include <span>

#include "report/finding.h"

namespace assay::report {

// What was answered as good stands before all other findings.
std::span<const Rule> answer_rules() noexcept;
// The rest, in the order in which their findings stand.
std::span<const Rule> use_rules() noexcept;

}  // namespace assay::report
