// RsaKernel (kernel.h) for AVX-512 IFMA: the functions that go into its table.
#pragma once

#include <cstddef>

#include "kernel/kernel.h"

namespace assay::kernel::ifma {

// False as well for an even n, and for one whose top bit is clear.
bool rsa_prepare(const unsigned char* n, const unsigned char* r2, std::size_t bytes, RsaModulus* modulus) noexcept;
// Uses 42 KB of stack. 9 to 16 jobs take little less time than twice 8; 1 to 8 take the same time.
void rsa_power(RsaJob* jobs, std::size_t count) noexcept;

}  // namespace assay::kernel::ifma
