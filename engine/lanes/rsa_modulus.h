// An RSA modulus in the form that a kernel wants. The constant R^2 mod n is computed with OpenSSL.
#pragma once

#include <string_view>

#include "kernel/kernel.h"

namespace assay::lanes {

// `n`: big-endian, without leading zeros. Returns false if the kernel has no such size, or if memory is short.
bool prepare_modulus(const kernel::RsaKernel& kernel, std::string_view n, kernel::RsaModulus& modulus);

}  // namespace assay::lanes
