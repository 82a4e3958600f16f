// SHA-384 and SHA-512 in 4 lanes of AVX2 (kernel.h: HashFunction). Call these functions only if fma::kernels() is not
// null.
#pragma once

#include <cstddef>

#include "kernel/kernel.h"

namespace assay::kernel::fma {

// SHA-384 and SHA-512 differ only in their initial state.
void sha512_lanes(const HashJob* jobs, std::size_t count) noexcept;

}  // namespace assay::kernel::fma
