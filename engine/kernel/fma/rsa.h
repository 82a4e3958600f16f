// The functions of RsaKernel (kernel.h) for AVX2 and FMA.
#pragma once

#include <cstddef>

#include "kernel/kernel.h"

namespace assay::kernel::fma {

bool rsa_prepare(const unsigned char* n, const unsigned char* r2, std::size_t bytes, RsaModulus* modulus) noexcept;
// Uses 27 KB of stack. 1 to 4 jobs take the same time. Neighbours with one key save a little.
void rsa_power(RsaJob* jobs, std::size_t count) noexcept;
void rsa_prepare_match(RsaModulus* modulus) noexcept;
void rsa_match(RsaMatch* jobs, std::size_t count) noexcept;  // as rsa_power

}  // namespace assay::kernel::fma
