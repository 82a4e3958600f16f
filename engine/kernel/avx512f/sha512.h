// SHA-384 and SHA-512 in 8 lanes of AVX-512 (kernel.h: HashFunction). Call these functions only if
// avx512f::kernels() is not null.
#pragma once

#include <cstddef>

#include "kernel/kernel.h"

namespace assay::kernel::avx512f {

// SHA-384 and SHA-512 differ only in their initial state.
void sha512_lanes(const HashJob* jobs, std::size_t count) noexcept;

}  // namespace assay::kernel::avx512f
