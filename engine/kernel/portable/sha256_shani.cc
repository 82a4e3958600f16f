#include "kernel/portable/sha256_shani.h"

#if defined(__x86_64__)
#include "kernel/hash_lanes.h"
#include "kernel/portable/sha256_streams.h"

namespace assay::kernel::portable {

void sha256_shani(const HashJob* jobs, std::size_t count) noexcept { hash_jobs<ShaniCore>(jobs, count); }

void sha256_shani_padded(const PaddedBlock* blocks, std::size_t count) noexcept { hash_padded(blocks, count); }

}  // namespace assay::kernel::portable
#endif
