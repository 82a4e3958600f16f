// The kernels for AVX-512F without IFMA, in eight lanes of doubles: what CPUs have that lack IFMA (Skylake-SP, Cascade
// Lake, Cooper Lake). They are the sources of fma/, compiled for eight lanes (fma/vector.h).
#pragma once

#include "kernel/kernel.h"

namespace assay::kernel::avx512f {

// Returns null if the CPU lacks any feature that this folder is compiled for (ASSAY_AVX512F_FEATURES of the build), or
// if the build is for another architecture. Every other function of this folder may be called only if this one does not
// return null.
const Kernels* kernels() noexcept;

// The parts of the table that are compiled in files of their own: those take long, and compile side by side.
extern const CurveKernel kP256, kP384, kP521, kEd25519;
extern const RsaKernel kRsa;

}  // namespace assay::kernel::avx512f
