// The kernels for any CPU: 64-bit words, and SHA-NI where it exists.
#pragma once

#include "kernel/kernel.h"

namespace assay::kernel::portable {

// Never null.
const Kernels* kernels() noexcept;

}  // namespace assay::kernel::portable
