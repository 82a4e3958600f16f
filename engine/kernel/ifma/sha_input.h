// The padded input of a hash job (FIPS 180-4 §5.1), 64 bytes at a time, without a branch on its end and without a byte
// read outside of it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/ifma/vector.h"
#include "kernel/kernel.h"

namespace assay::kernel::ifma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

// Returns bytes `from` to from + 63 of the prefix, the message, 0x80 and endless zeros.
[[gnu::always_inline]] inline Vector padded_bytes(const HashJob& job, std::size_t from) noexcept {
  Vector bytes = _mm512_setzero_si512();
  std::size_t filled = 0;
  if (from < job.prefix_size) {
    const std::size_t left = job.prefix_size - from;
    filled = left < 64 ? left : 64;
    bytes = _mm512_maskz_loadu_epi8(first_bytes(filled), job.prefix + from);
    if (filled == 64) return bytes;
  }
  const std::size_t skipped = from + filled - job.prefix_size;
  if (skipped > job.message_size) return bytes;
  const std::size_t left = job.message_size - skipped;
  const std::size_t taken = left < 64 - filled ? left : 64 - filled;
  const __mmask64 mask = first_bytes(taken);
  const Vector piece = taken > 0 ? _mm512_maskz_loadu_epi8(mask, job.message + skipped) : _mm512_setzero_si512();
  bytes = filled == 0 ? piece : _mm512_mask_expand_epi8(bytes, mask << filled, piece);
  const __mmask64 end = filled + taken < 64 ? __mmask64{1} << (filled + taken) : 0;
  return _mm512_mask_mov_epi8(bytes, end, _mm512_set1_epi8(static_cast<char>(0x80)));
}

}  // namespace
}  // namespace assay::kernel::ifma
