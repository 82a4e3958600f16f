// SHA-256 with the SHA instructions of x86-64 and AVX (portable/sha256_streams.h). Call it only if fma::kernels() is
// not null and base::cpu_features() has sha_ni.
#pragma once

#include <cstddef>

#include "kernel/kernel.h"

#if defined(__x86_64__)
namespace assay::kernel::fma {

void sha256_shani(const HashJob* jobs, std::size_t count) noexcept;
void sha256_shani_padded(const PaddedBlock* blocks, std::size_t count) noexcept;

}  // namespace assay::kernel::fma
#endif
