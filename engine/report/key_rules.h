// Rules for keys and issuers: compromised and retired keys in use, keys of the wrong issuer, keys that are weak or
// unknown.
#pragma once

#include <span>

#include "report/finding.h"

namespace assay::report {

// In the order in which their findings stand.
std::span<const Rule> key_rules() noexcept;

}  // namespace assay::report
