// The kernels for AVX-512 IFMA: eight lanes of 64 bits.
#pragma once

#include "kernel/kernel.h"

namespace assay::kernel::ifma {

// Returns null if the CPU lacks any feature that this folder is compiled for (ASSAY_IFMA_FEATURES of the build; Ice
// Lake, Zen 4 and their successors have them all), or if the build is for another architecture. Every other function of
// this folder may be called only if this one does not return null.
const Kernels* kernels() noexcept;

// The parts of the table that are compiled in files of their own: those take long, and compile side by side.
extern const CurveKernel kP256, kP384, kP521, kEd25519;
extern const RsaKernel kRsa;
// The same answers. A rest of up to four jobs goes to the four lanes of fma/, which take 0.8 of the time on a CPU that
// runs instructions on 512 bits in two halves.
extern const RsaKernel kRsaWithFma;

}  // namespace assay::kernel::ifma
