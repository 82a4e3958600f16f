// The functions of RsaKernel (kernel.h) for AVX-512 IFMA.
#pragma once

#include <cstddef>

#include "kernel/kernel.h"

namespace assay::kernel::ifma {

bool rsa_prepare(const unsigned char* n, const unsigned char* r2, std::size_t bytes, RsaModulus* modulus) noexcept;
// Uses 42 KB of stack. 1 to 8 jobs take the same time, and 9 to 16 jobs a little less than twice as long.
void rsa_power(RsaJob* jobs, std::size_t count) noexcept;
void rsa_prepare_match(RsaModulus* modulus) noexcept;
void rsa_match(RsaMatch* jobs, std::size_t count) noexcept;  // as rsa_power

}  // namespace assay::kernel::ifma
