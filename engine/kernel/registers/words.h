// Words and bytes in registers of AVX-512, for kernels of any arithmetic. It asks for AVX-512 F and BW, and for BMI2.
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/registers/intrinsics.h"

namespace assay::kernel {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

// The lowest `count` bits, at most 64: a mask for that many bytes.
[[gnu::always_inline]] inline __mmask64 first_bytes(std::size_t count) noexcept {
  return _bzhi_u64(~std::uint64_t{0}, static_cast<unsigned>(count));
}

// Of four pairs of rows, each of which holds every other column of two rows: four of the eight columns.
[[gnu::always_inline]] inline void join_pairs(const __m512i (&pairs)[4], __m512i& c0, __m512i& c2, __m512i& c4,
                                              __m512i& c6) noexcept {
  const __m512i even01 = _mm512_shuffle_i64x2(pairs[0], pairs[1], 0x88);
  const __m512i odd01 = _mm512_shuffle_i64x2(pairs[0], pairs[1], 0xdd);
  const __m512i even23 = _mm512_shuffle_i64x2(pairs[2], pairs[3], 0x88);
  const __m512i odd23 = _mm512_shuffle_i64x2(pairs[2], pairs[3], 0xdd);
  c0 = _mm512_shuffle_i64x2(even01, even23, 0x88);
  c4 = _mm512_shuffle_i64x2(even01, even23, 0xdd);
  c2 = _mm512_shuffle_i64x2(odd01, odd23, 0x88);
  c6 = _mm512_shuffle_i64x2(odd01, odd23, 0xdd);
}

// Word j of r[i] becomes word i of r[j], of eight rows. Cost: 24 shuffles.
[[gnu::always_inline]] inline void transpose(__m512i* r) noexcept {
  __m512i low[4], high[4];  // of rows 2p and 2p+1: columns 0 2 4 6, and 1 3 5 7, as pairs
#pragma GCC unroll 4
  for (int p = 0; p < 4; ++p) {
    low[p] = _mm512_unpacklo_epi64(r[2 * p], r[2 * p + 1]);
    high[p] = _mm512_unpackhi_epi64(r[2 * p], r[2 * p + 1]);
  }
  join_pairs(low, r[0], r[2], r[4], r[6]);
  join_pairs(high, r[1], r[3], r[5], r[7]);
}

}  // namespace
}  // namespace assay::kernel
