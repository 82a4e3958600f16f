// The curve kernels of this instruction set, one a file: compiling them takes long, and they compile side by side.
#pragma once

#include "kernel/kernel.h"

namespace assay::kernel::portable {

extern const CurveKernel kP256, kP384, kP521, kEd25519;

}  // namespace assay::kernel::portable
