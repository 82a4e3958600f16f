// The kernels for AVX-512 IFMA: eight lanes of 64 bits.
#pragma once

#include "kernel/kernel.h"

namespace assay::kernel::ifma {

// Null where the CPU lacks any of AVX-512 F, BW, DQ, VL, VBMI, VBMI2 and IFMA, BMI2 and ADX (from Ice Lake and Zen 4 on
// it has them all), or the build is for another architecture.
const Kernels* kernels() noexcept;

// The parts of the table that are compiled in files of their own: those take long, and compile side by side.
extern const CurveKernel kP256, kP384, kP521, kEd25519;

}  // namespace assay::kernel::ifma
