// The lanes backend verifies many signatures at once, with the kernels of an instruction set and with tables for keys
// that are used often. OpenSSL verifies the rest: keys used too rarely for a table, groups too small, unsupported keys,
// and whatever the kernels cannot decide. The verdicts are the same as OpenSSL's.
#pragma once

#include <memory>

#include "kernel/kernel.h"
#include "signature/backend.h"

namespace assay::lanes {

// `kernels` is copied; OpenSSL does the work of a function that is null. The options' name and isa are not used.
std::shared_ptr<const signature::Backend> make_lanes_backend(const kernel::Kernels& kernels,
                                                             const signature::BackendOptions& options);

}  // namespace assay::lanes
