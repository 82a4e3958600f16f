// The padded input of a hash job (FIPS 180-4 §5.1), a block at a time, in plain C++. Reads no byte outside of the job.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernel/hash_lanes.h"
#include "kernel/kernel.h"

namespace assay::kernel {
namespace {

// Writes the block of kBlock bytes that begins at byte `from` of the padded input. The last block ends with `bytes`,
// the length in bytes, as a number of bits; the others have kNotLast.
template <std::size_t kBlock>
void stage_block(unsigned char* to, const HashJob& job, std::size_t from, std::uint64_t bytes) noexcept {
  std::size_t filled = 0;
  if (from < job.prefix_size) {
    filled = job.prefix_size - from < kBlock ? job.prefix_size - from : kBlock;
    std::memcpy(to, job.prefix + from, filled);
  }
  if (filled < kBlock) {
    const std::size_t skipped = from + filled - job.prefix_size;
    if (skipped <= job.message_size) {
      const std::size_t left = job.message_size - skipped;
      const std::size_t taken = left < kBlock - filled ? left : kBlock - filled;
      if (taken > 0) std::memcpy(to + filled, job.message + skipped, taken);
      filled += taken;
      if (filled < kBlock) to[filled++] = 0x80;
    }
    std::memset(to + filled, 0, kBlock - filled);
  }
  if (bytes != kNotLast) {
    const std::uint64_t bits = __builtin_bswap64(bytes << 3);
    std::memcpy(to + kBlock - 8, &bits, 8);
    if constexpr (kBlock == 128) {
      // The upper 64 bits of the length are zeros but for the top three bits of `bytes`.
      const std::uint64_t upper = __builtin_bswap64(bytes >> 61);
      std::memcpy(to + kBlock - 16, &upper, 8);
    }
  }
}

}  // namespace
}  // namespace assay::kernel
