#include "kernel/fma/sha512.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstdint>
#include <cstring>

#include "kernel/hash_constants.h"
#include "kernel/hash_lanes.h"
#include "kernel/hash_padding.h"

namespace assay::kernel::fma {
namespace {

using Words = __m256i;  // one 64-bit word of 4 messages

[[gnu::always_inline]] inline Words add(Words a, Words b) noexcept { return _mm256_add_epi64(a, b); }
[[gnu::always_inline]] inline Words xor3(Words a, Words b, Words c) noexcept {
  return _mm256_xor_si256(_mm256_xor_si256(a, b), c);
}
template <int kBits>
[[gnu::always_inline]] inline Words shift_right(Words a) noexcept {
  return _mm256_srli_epi64(a, kBits);
}
template <int kBits>
[[gnu::always_inline]] inline Words rotate_right(Words a) noexcept {
  return _mm256_or_si256(_mm256_srli_epi64(a, kBits), _mm256_slli_epi64(a, 64 - kBits));
}
// By whole bytes one shuffle does it.
template <>
[[gnu::always_inline]] inline Words rotate_right<8>(Words a) noexcept {
  return _mm256_shuffle_epi8(a, _mm256_set_epi64x(0x080f0e0d0c0b0a09, 0x0007060504030201,  //
                                                  0x080f0e0d0c0b0a09, 0x0007060504030201));
}

// FIPS 180-4 §4.1.3.
[[gnu::always_inline]] inline Words ch(Words e, Words f, Words g) noexcept {
  return _mm256_xor_si256(g, _mm256_and_si256(e, _mm256_xor_si256(f, g)));
}
[[gnu::always_inline]] inline Words big_sigma0(Words a) noexcept {
  return xor3(rotate_right<28>(a), rotate_right<34>(a), rotate_right<39>(a));
}
[[gnu::always_inline]] inline Words big_sigma1(Words e) noexcept {
  return xor3(rotate_right<14>(e), rotate_right<18>(e), rotate_right<41>(e));
}
[[gnu::always_inline]] inline Words small_sigma0(Words w) noexcept {
  return xor3(rotate_right<1>(w), rotate_right<8>(w), shift_right<7>(w));
}
[[gnu::always_inline]] inline Words small_sigma1(Words w) noexcept {
  return xor3(rotate_right<19>(w), rotate_right<61>(w), shift_right<6>(w));
}

// The bytes of each 64-bit word, reversed.
[[gnu::always_inline]] inline Words big_endian(Words words) noexcept {
  return _mm256_shuffle_epi8(words, _mm256_set_epi64x(0x08090a0b0c0d0e0f, 0x0001020304050607,  //
                                                      0x08090a0b0c0d0e0f, 0x0001020304050607));
}

// Word j of row[i] becomes word i of row[j]. Cost: 8 shuffles.
[[gnu::always_inline]] inline void transpose(Words* row) noexcept {
  const Words even01 = _mm256_unpacklo_epi64(row[0], row[1]), odd01 = _mm256_unpackhi_epi64(row[0], row[1]);
  const Words even23 = _mm256_unpacklo_epi64(row[2], row[3]), odd23 = _mm256_unpackhi_epi64(row[2], row[3]);
  row[0] = _mm256_permute2x128_si256(even01, even23, 0x20);
  row[1] = _mm256_permute2x128_si256(odd01, odd23, 0x20);
  row[2] = _mm256_permute2x128_si256(even01, even23, 0x31);
  row[3] = _mm256_permute2x128_si256(odd01, odd23, 0x31);
}

[[gnu::always_inline]] inline Words load(const void* from) noexcept {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

// The working variables of FIPS 180-4 §6.4.2. `bc` is b ^ c, which is a ^ b of the round before.
struct Working {
  Words a, b, c, d, e, f, g, h, bc;
};

// Rounds `first` to first + 15. Each w[i] is W(first - 16 + i) before and W(first + i) afterwards; for the first 16
// rounds it is W(i) already.
template <bool kFirst>
[[gnu::always_inline]] inline void sixteen_rounds(Working& v, Words (&w)[16], const std::uint64_t* k) noexcept {
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) {
    if constexpr (!kFirst) {
      w[i] = add(add(w[i], w[(i + 9) & 15]), add(small_sigma0(w[(i + 1) & 15]), small_sigma1(w[(i + 14) & 15])));
    }
    const Words kw = add(_mm256_set1_epi64x(static_cast<long long>(k[i])), w[i]);
    const Words T1 = add(add(add(v.h, kw), ch(v.e, v.f, v.g)), big_sigma1(v.e));
    // Maj(a, b, c) = b ^ ((a ^ b) & (b ^ c))
    const Words ab = _mm256_xor_si256(v.a, v.b);
    const Words maj = _mm256_xor_si256(v.b, _mm256_and_si256(ab, v.bc));
    const Words T2 = add(big_sigma0(v.a), maj);
    v.bc = ab;
    v.h = v.g, v.g = v.f, v.f = v.e, v.e = add(v.d, T1);
    v.d = v.c, v.c = v.b, v.b = v.a, v.a = add(T1, T2);
  }
}

struct Sha512Core {
  static constexpr std::size_t kLanes = 4;
  static constexpr std::size_t kBlock = 128;
  static constexpr bool kSkipsIdle = false;

  struct State {
    Words word[8];  // lane i is message i
  };

  static unsigned char* word_of(State& state, std::size_t word, std::size_t lane) noexcept {
    return reinterpret_cast<unsigned char*>(&state.word[word]) + 8 * lane;
  }

  static void load_all(State& state, const void* const* states) noexcept {
#pragma GCC unroll 2
    for (int half = 0; half < 8; half += 4) {
      Words* const row = state.word + half;
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) row[i] = load(static_cast<const unsigned char*>(states[i]) + 8 * half);
      transpose(row);
    }
  }

  static void store_all(State& state, unsigned char* const* digests) noexcept {
#pragma GCC unroll 2
    for (int half = 0; half < 8; half += 4) {
      Words row[4];
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) row[i] = big_endian(state.word[half + i]);
      transpose(row);
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) {
        if (digests[i] != nullptr) _mm256_storeu_si256(reinterpret_cast<__m256i*>(digests[i] + 8 * half), row[i]);
      }
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

  static void stage(unsigned char* to, const HashJob& job, std::size_t from, std::uint64_t bytes) noexcept {
    stage_block<kBlock>(to, job, from, bytes);
  }

  // About 4,400 instructions a block of 4 messages, more than three a cycle. The rounds are a loop of 16, because all
  // 80 in a row would outgrow the cache of decoded instructions.
  [[gnu::noinline]] static void compress(State& state, const unsigned char* const* at, std::size_t blocks) noexcept {
    for (std::size_t offset = 0; offset < blocks * kBlock; offset += kBlock) {
      Words w[16];
#pragma GCC unroll 4
      for (int q = 0; q < 4; ++q) {
#pragma GCC unroll 4
        for (int i = 0; i < 4; ++i) w[4 * q + i] = big_endian(load(at[i] + offset + 32 * static_cast<std::size_t>(q)));
        transpose(w + 4 * q);
      }
      Working v{state.word[0], state.word[1], state.word[2],
                state.word[3], state.word[4], state.word[5],
                state.word[6], state.word[7], _mm256_xor_si256(state.word[1], state.word[2])};
      sixteen_rounds<true>(v, w, kSha512Rounds);
      for (int t = 16; t < 80; t += 16) sixteen_rounds<false>(v, w, kSha512Rounds + t);
      const Words working[8] = {v.a, v.b, v.c, v.d, v.e, v.f, v.g, v.h};
#pragma GCC unroll 8
      for (int i = 0; i < 8; ++i) state.word[i] = add(state.word[i], working[i]);
    }
  }
};

}  // namespace

void sha512_lanes(const HashJob* jobs, std::size_t count) noexcept { hash_jobs<Sha512Core>(jobs, count); }

}  // namespace assay::kernel::fma
#endif
