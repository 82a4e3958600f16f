// The lanes backend: many signatures at once through the kernels of an instruction set, with tables for the keys that
// are hot. What the kernels do not take, or cannot decide, OpenSSL does; so the verdicts are OpenSSL's.
#pragma once

#include <memory>

#include "kernel/kernel.h"
#include "signature/backend.h"

namespace assay::lanes {

// `kernels` is copied; a null function in it means that OpenSSL does that work. Uses all of the options but name and
// isa.
std::shared_ptr<const signature::Backend> make_lanes_backend(const kernel::Kernels& kernels,
                                                             const signature::BackendOptions& options);

}  // namespace assay::lanes
