// The choice of what verifies signatures: by the options, the environment and the CPU.
#pragma once

#include <memory>

#include "assay/result.h"
#include "signature/backend.h"

namespace assay::verify {

// The environment's ASSAY_BACKEND replaces the name "auto". The error lists the names that exist.
Result<std::shared_ptr<const signature::Backend>> make_backend(const signature::BackendOptions& options);

}  // namespace assay::verify
