// SHA-256 by the SHA instructions of x86-64, two messages interleaved: one alone waits for its own results. Call them
// only where base::CpuFeatures has sha_ni; other machines do not have them at all.
#pragma once

#include <cstddef>

#include "kernel/kernel.h"

#if defined(__x86_64__)
namespace assay::kernel::portable {

void sha256_shani(const HashJob* jobs, std::size_t count) noexcept;

}  // namespace assay::kernel::portable
#endif
