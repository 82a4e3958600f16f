// The padded input of a hash job (FIPS 180-4 §5.1), 64 bytes at a time, without a branch on its end and without a byte
// read outside of it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/kernel.h"
#include "kernel/registers/words.h"

namespace assay::kernel::avx512f {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

// Returns bytes `from` to from + 63 of the prefix, the message, 0x80 and endless zeros.
[[gnu::always_inline]] inline __m512i padded_bytes(const HashJob& job, std::size_t from) noexcept {
  __m512i bytes = _mm512_setzero_si512();
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
  if (taken > 0) {
    // What the mask leaves out is not read, so the address may lie before the message.
    const std::uintptr_t message = reinterpret_cast<std::uintptr_t>(job.message) + skipped - filled;
    bytes = _mm512_mask_loadu_epi8(bytes, first_bytes(taken) << filled, reinterpret_cast<const void*>(message));
  }
  const __mmask64 end = filled + taken < 64 ? __mmask64{1} << (filled + taken) : 0;
  return _mm512_mask_mov_epi8(bytes, end, _mm512_set1_epi8(static_cast<char>(0x80)));
}

}  // namespace
}  // namespace assay::kernel::avx512f
