// The kernels for any CPU: 64-bit words, and SHA-NI if the CPU has it.
#pragma once

#include "kernel/kernel.h"

namespace assay::kernel::portable {

// Never returns null.
const Kernels* kernels() noexcept;

// The parts of the table that are compiled in files of their own: those take long, and compile side by side.
extern const CurveKernel kP256, kP384, kP521, kEd25519;

}  // namespace assay::kernel::portable
