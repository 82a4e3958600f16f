// SHA-256 in 16 lanes of AVX-512 (kernel.h: HashFunction). Call these functions only if
// avx512f::kernels() is not null.
//
// A full group of lanes costs the same as one message: OpenSSL hashes few messages faster (HashKernel::least).
#pragma once

#include <cstddef>

#include "kernel/kernel.h"

namespace assay::kernel::avx512f {

void sha256_lanes(const HashJob* jobs, std::size_t count) noexcept;
// The same digests, for CPUs that have SHA-NI as well. SHA-NI takes over when fewer than ten messages are left, or
// fewer than ten lanes still work and no message waits. Faster than OpenSSL from one message of 600 bytes on.
void sha256_lanes_and_shani(const HashJob* jobs, std::size_t count) noexcept;

}  // namespace assay::kernel::avx512f
