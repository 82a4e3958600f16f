#include "kernel/avx512f/sha256.h"

#if defined(__x86_64__)
#include <cstdint>
#include <cstring>

#include "kernel/avx512f/sha_input.h"
#include "kernel/hash_constants.h"
#include "kernel/hash_lanes.h"
#include "kernel/portable/sha256_shani.h"

namespace assay::kernel::avx512f {
namespace {

using Words = __m512i;  // one 32-bit word of 16 messages

[[gnu::always_inline]] inline Words add32(Words a, Words b) noexcept { return _mm512_add_epi32(a, b); }

// FIPS 180-4 §4.1.2. A ternary logic function is its own truth table: 0x96 is the exclusive or of three.
[[gnu::always_inline]] inline Words xor3(Words a, Words b, Words c) noexcept {
  return _mm512_ternarylogic_epi32(a, b, c, 0x96);
}
[[gnu::always_inline]] inline Words ch(Words e, Words f, Words g) noexcept {
  return _mm512_ternarylogic_epi32(e, f, g, 0xca);
}
[[gnu::always_inline]] inline Words maj(Words a, Words b, Words c) noexcept {
  return _mm512_ternarylogic_epi32(a, b, c, 0xe8);
}
[[gnu::always_inline]] inline Words big_sigma0(Words a) noexcept {
  return xor3(_mm512_ror_epi32(a, 2), _mm512_ror_epi32(a, 13), _mm512_ror_epi32(a, 22));
}
[[gnu::always_inline]] inline Words big_sigma1(Words e) noexcept {
  return xor3(_mm512_ror_epi32(e, 6), _mm512_ror_epi32(e, 11), _mm512_ror_epi32(e, 25));
}
[[gnu::always_inline]] inline Words small_sigma0(Words w) noexcept {
  return xor3(_mm512_ror_epi32(w, 7), _mm512_ror_epi32(w, 18), _mm512_srli_epi32(w, 3));
}
[[gnu::always_inline]] inline Words small_sigma1(Words w) noexcept {
  return xor3(_mm512_ror_epi32(w, 17), _mm512_ror_epi32(w, 19), _mm512_srli_epi32(w, 10));
}

// Pairs of rows interleaved by 32 and then by 64 bits: in each quarter, four rows of words become four of messages.
// Both transpositions below begin so.
template <int kRows>
[[gnu::always_inline]] inline void transpose_quarters(Words* row) noexcept {
#pragma GCC unroll 4
  for (int i = 0; i < kRows; i += 4) {
    const Words a = _mm512_unpacklo_epi32(row[i], row[i + 1]), b = _mm512_unpackhi_epi32(row[i], row[i + 1]);
    const Words c = _mm512_unpacklo_epi32(row[i + 2], row[i + 3]), d = _mm512_unpackhi_epi32(row[i + 2], row[i + 3]);
    row[i] = _mm512_unpacklo_epi64(a, c);
    row[i + 1] = _mm512_unpackhi_epi64(a, c);
    row[i + 2] = _mm512_unpacklo_epi64(b, d);
    row[i + 3] = _mm512_unpackhi_epi64(b, d);
  }
}

// 16 blocks, one a row, become the 16 words of the message schedule. Cost: 64 shuffles.
[[gnu::always_inline]] inline void transpose_16x16(Words row[16]) noexcept {
  transpose_quarters<16>(row);
  // Row 4*i + k now holds, in quarter q, word 4*q + k of messages 4*i to 4*i + 3: transpose the quarters, 4x4.
#pragma GCC unroll 4
  for (int k = 0; k < 4; ++k) {
    const Words even01 = _mm512_shuffle_i32x4(row[k], row[4 + k], 0x88);
    const Words even23 = _mm512_shuffle_i32x4(row[8 + k], row[12 + k], 0x88);
    const Words odd01 = _mm512_shuffle_i32x4(row[k], row[4 + k], 0xdd);
    const Words odd23 = _mm512_shuffle_i32x4(row[8 + k], row[12 + k], 0xdd);
    row[k] = _mm512_shuffle_i32x4(even01, even23, 0x88);
    row[8 + k] = _mm512_shuffle_i32x4(even01, even23, 0xdd);
    row[4 + k] = _mm512_shuffle_i32x4(odd01, odd23, 0x88);
    row[12 + k] = _mm512_shuffle_i32x4(odd01, odd23, 0xdd);
  }
}

// States: row i holds those of messages i (lower half) and i + 8; becomes word i of all messages. Its own inverse.
[[gnu::always_inline]] inline void transpose_8x8(Words row[8]) noexcept {
  transpose_quarters<8>(row);
  const __m512i lower = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
  const __m512i upper = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
#pragma GCC unroll 4
  for (int k = 0; k < 4; ++k) {
    const Words first = row[k], second = row[4 + k];
    row[k] = _mm512_permutex2var_epi64(first, lower, second);
    row[4 + k] = _mm512_permutex2var_epi64(first, upper, second);
  }
}

// The bytes of each 32-bit word, reversed.
[[gnu::always_inline]] inline Words big_endian(Words words) noexcept {
  return _mm512_shuffle_epi8(words, _mm512_set4_epi32(0x0c0d0e0f, 0x08090a0b, 0x04050607, 0x00010203));
}

struct Sha256Core {
  static constexpr std::size_t kLanes = 16;
  static constexpr std::size_t kBlock = 64;
  static constexpr bool kSkipsIdle = false;

  struct State {
    Words word[8];  // lane i is message i
  };

  static unsigned char* word_of(State& state, std::size_t word, std::size_t lane) noexcept {
    return reinterpret_cast<unsigned char*>(&state.word[word]) + 4 * lane;
  }

  static void load_all(State& state, const void* const* states) noexcept {
    Words row[8];
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) {
      const __m256i lower = _mm256_loadu_si256(static_cast<const __m256i*>(states[i]));
      row[i] = _mm512_inserti64x4(_mm512_castsi256_si512(lower),
                                  _mm256_loadu_si256(static_cast<const __m256i*>(states[i + 8])), 1);
    }
    transpose_8x8(row);
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) state.word[i] = row[i];
  }

  static void store_all(State& state, unsigned char* const* digests) noexcept {
    Words row[8];
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) row[i] = state.word[i];
    transpose_8x8(row);
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) {
      const Words digest = big_endian(row[i]);
      if (digests[i] != nullptr)
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(digests[i]), _mm512_castsi512_si256(digest));
      if (digests[i + 8] != nullptr)
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(digests[i + 8]), _mm512_extracti64x4_epi64(digest, 1));
    }
  }

  static void load_one(State& state, std::size_t lane, const void* from) noexcept {
    for (std::size_t i = 0; i < 8; ++i)
      std::memcpy(word_of(state, i, lane), static_cast<const unsigned char*>(from) + 4 * i, 4);
  }
  static void save_one(State& state, std::size_t lane, void* to) noexcept {
    for (std::size_t i = 0; i < 8; ++i)
      std::memcpy(static_cast<unsigned char*>(to) + 4 * i, word_of(state, i, lane), 4);
  }
  static void store_one(State& state, std::size_t lane, unsigned char* digest) noexcept {
    for (std::size_t i = 0; i < 8; ++i) {
      std::uint32_t word;
      std::memcpy(&word, word_of(state, i, lane), 4);
      word = __builtin_bswap32(word);
      std::memcpy(digest + 4 * i, &word, 4);
    }
  }

  [[gnu::always_inline]] static void stage(unsigned char* to, const HashJob& job, std::size_t from,
                                           std::uint64_t bytes) noexcept {
    __m512i block = padded_bytes(job, from);
    if (bytes != kNotLast) {
      const std::uint64_t bits = __builtin_bswap64(bytes << 3);
      block = _mm512_mask_set1_epi64(block, 0x80, static_cast<long long>(bits));
    }
    _mm512_store_si512(to, block);
  }

  // About 1700 instructions a block of 16 messages, two a cycle.
  [[gnu::noinline]] static void compress(State& state, const unsigned char* const* at, std::size_t blocks) noexcept {
    for (std::size_t offset = 0; offset < blocks * kBlock; offset += kBlock) {
      Words w[16];
#pragma GCC unroll 16
      for (int i = 0; i < 16; ++i) w[i] = big_endian(_mm512_loadu_si512(at[i] + offset));
      transpose_16x16(w);
      Words a = state.word[0], b = state.word[1], c = state.word[2], d = state.word[3];
      Words e = state.word[4], f = state.word[5], g = state.word[6], h = state.word[7];
#pragma GCC unroll 64
      for (int t = 0; t < 64; ++t) {
        Words& wt = w[t & 15];  // W(t-16) until it is W(t)
        if (t >= 16) {
          wt = add32(add32(wt, small_sigma0(w[(t + 1) & 15])), add32(w[(t + 9) & 15], small_sigma1(w[(t + 14) & 15])));
        }
        const Words k = _mm512_set1_epi32(static_cast<int>(kSha256Rounds.k[t]));
        const Words T1 = add32(add32(add32(h, wt), k), add32(big_sigma1(e), ch(e, f, g)));
        const Words T2 = add32(big_sigma0(a), maj(a, b, c));
        h = g, g = f, f = e, e = add32(d, T1);
        d = c, c = b, b = a, a = add32(T1, T2);
      }
      const Words working[8] = {a, b, c, d, e, f, g, h};
#pragma GCC unroll 8
      for (int i = 0; i < 8; ++i) state.word[i] = add32(state.word[i], working[i]);
    }
  }
};

}  // namespace

void sha256_lanes(const HashJob* jobs, std::size_t count) noexcept { hash_jobs<Sha256Core>(jobs, count); }

void sha256_lanes_and_shani(const HashJob* jobs, std::size_t count) noexcept {
  // Ten messages of 600 bytes take 16 lanes as long as SHA-NI.
  hash_jobs<Sha256Core>(jobs, count, {portable::sha256_shani, 10});
}

}  // namespace assay::kernel::avx512f
#endif
