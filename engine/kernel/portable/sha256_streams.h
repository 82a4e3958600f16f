// SHA-256 in three interleaved streams of SHA-NI, because a single one would wait for its own results.
//
// Each file that includes this compiles it for its own instruction set: with AVX an instruction need not overwrite its
// operand, and a block takes 4 % less time. Needs SHA, SSSE3 and SSE4.1.
#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "kernel/hash_constants.h"
#include "kernel/hash_streams.h"

namespace assay::kernel::portable {
namespace {

// Three streams hide the latency of the instructions; with two, a block takes 12 % longer (Zen 3).
struct ShaniRounds {
  using Word = std::uint32_t;
  static constexpr std::size_t kMostStreams = 3;
  static constexpr std::size_t kBlock = 64;

  template <int kStreams>
  __attribute__((noinline)) static void run(std::uint32_t* const* state, const unsigned char* const* at,
                                            std::size_t blocks) noexcept {
    __m128i abef[kStreams], cdgh[kStreams];
#pragma GCC unroll 3
    for (int i = 0; i < kStreams; ++i) load_state(state[i], abef[i], cdgh[i]);
    for (std::size_t offset = 0; offset < blocks * kBlock; offset += kBlock)
      take_in_block<kStreams>(abef, cdgh, at, offset);
#pragma GCC unroll 3
    for (int i = 0; i < kStreams; ++i) {
      __m128i abcd, efgh;
      words_of(abef[i], cdgh[i], abcd, efgh);
      store(state[i], abcd);
      store(state[i] + 4, efgh);
    }
  }

  // Writes the digests of `groups` groups of kStreams blocks. States and digests stay in registers, so that a group
  // begins while the one before ends.
  template <int kStreams>
  __attribute__((noinline)) static void run_padded(const PaddedBlock* blocks, std::size_t groups) noexcept {
    for (std::size_t group = 0; group < groups; ++group, blocks += kStreams) {
      __m128i abef[kStreams], cdgh[kStreams];
      const unsigned char* at[kStreams];
#pragma GCC unroll 3
      for (int i = 0; i < kStreams; ++i) {
        load_state(blocks[i].state, abef[i], cdgh[i]);
        at[i] = blocks[i].block;
      }
      take_in_block<kStreams>(abef, cdgh, at, 0);
#pragma GCC unroll 3
      for (int i = 0; i < kStreams; ++i) {
        __m128i abcd, efgh;
        words_of(abef[i], cdgh[i], abcd, efgh);
        store(blocks[i].digest, _mm_shuffle_epi8(abcd, reversal()));
        store(blocks[i].digest + 16, _mm_shuffle_epi8(efgh, reversal()));
      }
    }
  }

 private:
  static __m128i load(const void* from) noexcept { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }
  static void store(void* to, __m128i value) noexcept { _mm_storeu_si128(static_cast<__m128i*>(to), value); }
  // The bytes of each word, in reverse.
  static __m128i reversal() noexcept { return _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203); }

  // The instructions want the state as (a, b, e, f) and (c, d, g, h), the first letter highest.
  [[gnu::always_inline]] static inline void load_state(const void* from, __m128i& abef, __m128i& cdgh) noexcept {
    const unsigned char* const words = static_cast<const unsigned char*>(from);
    const __m128i cdab = _mm_shuffle_epi32(load(words), 0xb1);
    const __m128i efgh = _mm_shuffle_epi32(load(words + 16), 0x1b);
    abef = _mm_alignr_epi8(cdab, efgh, 8);
    cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);
  }
  // The way back. The first letter is lowest.
  [[gnu::always_inline]] static inline void words_of(__m128i abef, __m128i cdgh, __m128i& abcd,
                                                     __m128i& efgh) noexcept {
    const __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
    const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);
    abcd = _mm_blend_epi16(feba, dchg, 0xf0);
    efgh = _mm_alignr_epi8(dchg, feba, 8);
  }

  // Takes in the block at at[i] + offset in each stream.
  template <int kStreams>
  [[gnu::always_inline]] static inline void take_in_block(__m128i (&abef)[kStreams], __m128i (&cdgh)[kStreams],
                                                          const unsigned char* const* at, std::size_t offset) noexcept {
    __m128i w[kStreams][4], abef_before[kStreams], cdgh_before[kStreams];
#pragma GCC unroll 3
    for (int i = 0; i < kStreams; ++i) {
      abef_before[i] = abef[i];
      cdgh_before[i] = cdgh[i];
#pragma GCC unroll 4
      for (int q = 0; q < 4; ++q) w[i][q] = _mm_shuffle_epi8(load(at[i] + offset + 16 * q), reversal());
    }
    // Four rounds at a time; w[r & 3] is W(4*r) to W(4*r + 3), and then what follows in 16 rounds.
#pragma GCC unroll 16
    for (int r = 0; r < 16; ++r) {
      const __m128i k = load(kSha256Rounds.k + 4 * r);
#pragma GCC unroll 3
      for (int i = 0; i < kStreams; ++i) {
        const __m128i now = w[i][r & 3];
        const __m128i next = w[i][(r + 1) & 3], after = w[i][(r + 2) & 3], last = w[i][(r + 3) & 3];
        const __m128i sum = _mm_add_epi32(now, k);
        cdgh[i] = _mm_sha256rnds2_epu32(cdgh[i], abef[i], sum);
        abef[i] = _mm_sha256rnds2_epu32(abef[i], cdgh[i], _mm_shuffle_epi32(sum, 0x0e));
        if (r < 12) {
          const __m128i partial = _mm_add_epi32(_mm_sha256msg1_epu32(now, next), _mm_alignr_epi8(last, after, 4));
          w[i][r & 3] = _mm_sha256msg2_epu32(partial, last);
        }
      }
    }
#pragma GCC unroll 3
    for (int i = 0; i < kStreams; ++i) {
      abef[i] = _mm_add_epi32(abef[i], abef_before[i]);
      cdgh[i] = _mm_add_epi32(cdgh[i], cdgh_before[i]);
    }
  }
};

// HashKernel::padded.
inline void hash_padded(const PaddedBlock* blocks, std::size_t count) noexcept {
  const std::size_t groups = count / 3;
  ShaniRounds::run_padded<3>(blocks, groups);
  blocks += 3 * groups;
  if (count % 3 == 2) ShaniRounds::run_padded<2>(blocks, 1);
  if (count % 3 == 1) ShaniRounds::run_padded<1>(blocks, 1);
}

using ShaniCore = StreamCore<ShaniRounds>;

}  // namespace
}  // namespace assay::kernel::portable
