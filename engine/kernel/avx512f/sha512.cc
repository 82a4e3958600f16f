#include "kernel/avx512f/sha512.h"

#if defined(__x86_64__)
#include <cstdint>
#include <cstring>

#include "kernel/avx512f/sha_input.h"
#include "kernel/hash_constants.h"
#include "kernel/hash_lanes.h"

namespace assay::kernel::avx512f {
namespace {

using Words = __m512i;  // one 64-bit word of 8 messages

[[gnu::always_inline]] inline Words add(Words a, Words b) noexcept { return _mm512_add_epi64(a, b); }

// FIPS 180-4 §4.1.3. A ternary logic function is its own truth table: 0x96 is the exclusive or of three.
[[gnu::always_inline]] inline Words xor3(Words a, Words b, Words c) noexcept {
  return _mm512_ternarylogic_epi64(a, b, c, 0x96);
}
[[gnu::always_inline]] inline Words ch(Words e, Words f, Words g) noexcept {
  return _mm512_ternarylogic_epi64(e, f, g, 0xca);
}
[[gnu::always_inline]] inline Words maj(Words a, Words b, Words c) noexcept {
  return _mm512_ternarylogic_epi64(a, b, c, 0xe8);
}
[[gnu::always_inline]] inline Words big_sigma0(Words a) noexcept {
  return xor3(_mm512_ror_epi64(a, 28), _mm512_ror_epi64(a, 34), _mm512_ror_epi64(a, 39));
}
[[gnu::always_inline]] inline Words big_sigma1(Words e) noexcept {
  return xor3(_mm512_ror_epi64(e, 14), _mm512_ror_epi64(e, 18), _mm512_ror_epi64(e, 41));
}
[[gnu::always_inline]] inline Words small_sigma0(Words w) noexcept {
  return xor3(_mm512_ror_epi64(w, 1), _mm512_ror_epi64(w, 8), _mm512_srli_epi64(w, 7));
}
[[gnu::always_inline]] inline Words small_sigma1(Words w) noexcept {
  return xor3(_mm512_ror_epi64(w, 19), _mm512_ror_epi64(w, 61), _mm512_srli_epi64(w, 6));
}

// The bytes of each 64-bit word, reversed.
[[gnu::always_inline]] inline Words big_endian(Words words) noexcept {
  return _mm512_shuffle_epi8(words, _mm512_set4_epi32(0x08090a0b, 0x0c0d0e0f, 0x00010203, 0x04050607));
}

struct Sha512Core {
  static constexpr std::size_t kLanes = 8;
  static constexpr std::size_t kBlock = 128;
  static constexpr bool kSkipsIdle = false;

  struct State {
    Words word[8];  // lane i is message i
  };

  static unsigned char* word_of(State& state, std::size_t word, std::size_t lane) noexcept {
    return reinterpret_cast<unsigned char*>(&state.word[word]) + 8 * lane;
  }

  static void load_all(State& state, const void* const* states) noexcept {
    Words row[8];
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) row[i] = _mm512_loadu_si512(states[i]);
    transpose(row);
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) state.word[i] = row[i];
  }

  static void store_all(State& state, unsigned char* const* digests) noexcept {
    Words row[8];
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) row[i] = state.word[i];
    transpose(row);
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) {
      if (digests[i] != nullptr) _mm512_storeu_si512(digests[i], big_endian(row[i]));
    }
  }

  static void load_one(State& state, std::size_t lane, const void* from) noexcept {
    for (std::size_t i = 0; i < 8; ++i)
      std::memcpy(word_of(state, i, lane), static_cast<const unsigned char*>(from) + 8 * i, 8);
  }
  static void save_one(State& state, std::size_t lane, void* to) noexcept {
    for (std::size_t i = 0; i < 8; ++i)
      std::memcpy(static_cast<unsigned char*>(to) + 8 * i, word_of(state, i, lane), 8);
  }
  static void store_one(State& state, std::size_t lane, unsigned char* digest) noexcept {
    for (std::size_t i = 0; i < 8; ++i) {
      std::uint64_t word;
      std::memcpy(&word, word_of(state, i, lane), 8);
      word = __builtin_bswap64(word);
      std::memcpy(digest + 8 * i, &word, 8);
    }
  }

  __attribute__((always_inline)) static inline void stage(unsigned char* to, const HashJob& job, std::size_t from,
                                                          std::uint64_t bytes) noexcept {
    __m512i second = padded_bytes(job, from + 64);
    if (bytes != kNotLast) {
      // The upper 64 bits of the length are zeros but for the top three bits of `bytes`.
      second = _mm512_mask_set1_epi64(second, 0x40, static_cast<long long>(__builtin_bswap64(bytes >> 61)));
      second = _mm512_mask_set1_epi64(second, 0x80, static_cast<long long>(__builtin_bswap64(bytes << 3)));
    }
    _mm512_store_si512(to, padded_bytes(job, from));
    _mm512_store_si512(to + 64, second);
  }

  // About 2150 instructions a block of 8 messages, two a cycle.
  [[gnu::noinline]] static void compress(State& state, const unsigned char* const* at, std::size_t blocks) noexcept {
    for (std::size_t offset = 0; offset < blocks * kBlock; offset += kBlock) {
      Words w[16];
#pragma GCC unroll 8
      for (int i = 0; i < 8; ++i) w[i] = big_endian(_mm512_loadu_si512(at[i] + offset));
      transpose(w);
#pragma GCC unroll 8
      for (int i = 0; i < 8; ++i) w[8 + i] = big_endian(_mm512_loadu_si512(at[i] + offset + 64));
      transpose(w + 8);
      Words a = state.word[0], b = state.word[1], c = state.word[2], d = state.word[3];
      Words e = state.word[4], f = state.word[5], g = state.word[6], h = state.word[7];
#pragma GCC unroll 80
      for (int t = 0; t < 80; ++t) {
        Words& wt = w[t & 15];  // W(t-16) until it is W(t)
        if (t >= 16) {
          wt = add(add(wt, small_sigma0(w[(t + 1) & 15])), add(w[(t + 9) & 15], small_sigma1(w[(t + 14) & 15])));
        }
        const Words k = _mm512_set1_epi64(static_cast<long long>(kSha512Rounds[t]));
        const Words T1 = add(add(add(h, wt), k), add(big_sigma1(e), ch(e, f, g)));
        const Words T2 = add(big_sigma0(a), maj(a, b, c));
        h = g, g = f, f = e, e = add(d, T1);
        d = c, c = b, b = a, a = add(T1, T2);
      }
      const Words working[8] = {a, b, c, d, e, f, g, h};
#pragma GCC unroll 8
      for (int i = 0; i < 8; ++i) state.word[i] = add(state.word[i], working[i]);
    }
  }
};

}  // namespace

void sha512_lanes(const HashJob* jobs, std::size_t count) noexcept { hash_jobs<Sha512Core>(jobs, count); }

}  // namespace assay::kernel::avx512f
#endif
