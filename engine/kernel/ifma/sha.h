// SHA-256 in 16 lanes and SHA-384/SHA-512 in 8 lanes of AVX-512. Call them only where base::CpuFeatures has
// avx512_ifma.
//
// HashFunction and CompressFunction of kernel.h. A full group of lanes costs the same as one message: few messages are
// for other code (HashKernel::least).
#pragma once

#include <cstddef>

#include "kernel/kernel.h"

namespace assay::kernel::ifma {

void sha256_lanes(const HashJob* jobs, std::size_t count) noexcept;
// The same digests, for CPUs that have SHA-NI as well: fewer than ten messages, and what fewer than ten lanes still
// work on when no message waits any more, go there. Faster than OpenSSL from one message of 600 bytes on.
void sha256_lanes_and_shani(const HashJob* jobs, std::size_t count) noexcept;
// SHA-384 and SHA-512 differ in their initial state alone.
void sha512_lanes(const HashJob* jobs, std::size_t count) noexcept;

// One state at the price of a full group: for what is done once a key.
void sha256_compress(void* state, const unsigned char* blocks, std::size_t count) noexcept;
void sha512_compress(void* state, const unsigned char* blocks, std::size_t count) noexcept;

}  // namespace assay::kernel::ifma
