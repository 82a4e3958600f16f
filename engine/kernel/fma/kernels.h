// The kernels for AVX2 and FMA, in four lanes: what CPUs without AVX-512 have (Haswell to Broadwell, Zen to Zen 3).
#pragma once

#include "kernel/kernel.h"

namespace assay::kernel::fma {

// Returns null if the CPU lacks any feature that this folder is compiled for (ASSAY_FMA_FEATURES of the build), or if
// the build is for another architecture. Every other function of this folder may be called only if this one does not
// return null.
const Kernels* kernels() noexcept;

// The parts of the table that are compiled in files of their own: those take long, and compile side by side.
extern const CurveKernel kP256, kP384, kP521, kEd25519;
extern const RsaKernel kRsa;

}  // namespace assay::kernel::fma
