// SHA-2 with the instructions that Armv8-A has for it (kernel.h: HashFunction). Call sha256_arm only if
// base::cpu_features() has sha2, and sha512_arm only if it has sha512.
#pragma once

#include <cstddef>

#include "kernel/kernel.h"

#if defined(__aarch64__)
namespace assay::kernel::portable {

void sha256_arm(const HashJob* jobs, std::size_t count) noexcept;
// SHA-384 and SHA-512 differ only in their initial state.
void sha512_arm(const HashJob* jobs, std::size_t count) noexcept;

}  // namespace assay::kernel::portable
#endif
