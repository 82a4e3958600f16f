#include "kernel/fma/sha256_shani.h"

#if defined(__x86_64__)
#include "kernel/hash_lanes.h"
#include "kernel/portable/sha256_streams.h"

namespace assay::kernel::fma {

void sha256_shani(const HashJob* jobs, std::size_t count) noexcept { hash_jobs<portable::ShaniCore>(jobs, count); }

void sha256_shani_padded(const PaddedBlock* blocks, std::size_t count) noexcept {
  portable::hash_padded(blocks, count);
}

}  // namespace assay::kernel::fma
#endif
