// Eight lanes of 64 bits: integers and their loads, stores and comparisons (Lanes of curve/tower.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/curve/tower.h"
#include "kernel/ifma/limbs.h"

namespace assay::kernel::ifma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

// Loads four words of each lane: rows[k] becomes word k of all lanes.
[[gnu::always_inline]] inline void load_quarters(const std::uint64_t* const* addresses, std::size_t offset,
                                                 Vector (&rows)[4]) noexcept {
  Vector r[4];
#pragma GCC unroll 4
  for (int l = 0; l < 4; ++l) {
    const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(addresses[l] + offset));
    const __m256i second = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(addresses[l + 4] + offset));
    r[l] = _mm512_inserti64x4(_mm512_castsi256_si512(first), second, 1);
  }
  const Vector low01 = _mm512_unpacklo_epi64(r[0], r[1]), high01 = _mm512_unpackhi_epi64(r[0], r[1]);
  const Vector low23 = _mm512_unpacklo_epi64(r[2], r[3]), high23 = _mm512_unpackhi_epi64(r[2], r[3]);
  const Vector first = _mm512_setr_epi64(0, 1, 8, 9, 4, 5, 12, 13);
  const Vector second = _mm512_setr_epi64(2, 3, 10, 11, 6, 7, 14, 15);
  rows[0] = _mm512_permutex2var_epi64(low01, first, low23);
  rows[1] = _mm512_permutex2var_epi64(high01, first, high23);
  rows[2] = _mm512_permutex2var_epi64(low01, second, low23);
  rows[3] = _mm512_permutex2var_epi64(high01, second, high23);
}

struct EightLanes {
  static constexpr int kCount = kLanes;
  using Mask = std::uint8_t;
  static constexpr Mask kAll = 0xff;

  template <int N>
  struct Words {
    Vector w[N];
  };

  template <int N>
  static Words<N> load_big_endian(const unsigned char* const* sources, std::size_t bytes) noexcept {
    const std::size_t tail = bytes < 64 ? bytes : 64;  // the least significant ones
    const __mmask64 mask = first_bytes(tail);
    const Vector reversed = backwards(tail - 1, ascending());
    Vector rows[8];
#pragma GCC unroll 8
    for (int l = 0; l < 8; ++l) {
      rows[l] =
          _mm512_maskz_permutexvar_epi8(mask, reversed, _mm512_maskz_loadu_epi8(mask, sources[l] + (bytes - tail)));
    }
    alignas(64) std::uint64_t ninth[8] = {};
    if constexpr (N > 8) {
      for (int l = 0; l < 8; ++l) {
        for (std::size_t i = 0; i < bytes - tail; ++i) ninth[l] = ninth[l] << 8 | sources[l][i];
      }
    }
    return from_rows<N>(rows, ninth);
  }

  template <int N>
  static Words<N> load_little_endian(const unsigned char* const* sources, std::size_t bytes) noexcept {
    const std::size_t head = bytes < 64 ? bytes : 64;
    const __mmask64 mask = first_bytes(head);
    Vector rows[8];
#pragma GCC unroll 8
    for (int l = 0; l < 8; ++l) rows[l] = _mm512_maskz_loadu_epi8(mask, sources[l]);
    alignas(64) std::uint64_t ninth[8] = {};
    if constexpr (N > 8) {
      for (int l = 0; l < 8; ++l) {
        for (std::size_t i = bytes; i > head; --i) ninth[l] = ninth[l] << 8 | sources[l][i - 1];
      }
    }
    return from_rows<N>(rows, ninth);
  }

  template <int N>
  static Words<N> broadcast(const std::uint64_t (&words)[N]) noexcept {
    Words<N> result;
#pragma GCC unroll 9
    for (int i = 0; i < N; ++i) result.w[i] = ifma::broadcast(words[i]);
    return result;
  }

  template <int N>
  static Mask less(const Words<N>& a, const std::uint64_t (&bound)[N]) noexcept {
    __mmask8 below = 0, same = kAll;
#pragma GCC unroll 9
    for (int i = N - 1; i >= 0; --i) {
      const Vector b = ifma::broadcast(bound[i]);
      below = static_cast<__mmask8>(below | _mm512_mask_cmplt_epu64_mask(same, a.w[i], b));
      same = _mm512_mask_cmpeq_epi64_mask(same, a.w[i], b);
    }
    return below;
  }

  template <int N>
  static Mask equal(const Words<N>& a, const Words<N>& b) noexcept {
    __mmask8 same = kAll;
#pragma GCC unroll 9
    for (int i = 0; i < N; ++i) same = _mm512_mask_cmpeq_epi64_mask(same, a.w[i], b.w[i]);
    return same;
  }

  template <int N>
  static Mask is_zero(const Words<N>& a) noexcept {
    __mmask8 same = kAll;
#pragma GCC unroll 9
    for (int i = 0; i < N; ++i) same = _mm512_mask_cmpeq_epi64_mask(same, a.w[i], zero());
    return same;
  }

  template <int N>
  static Words<N> select(Mask m, const Words<N>& a, const Words<N>& b) noexcept {
    Words<N> result;
#pragma GCC unroll 9
    for (int i = 0; i < N; ++i) result.w[i] = _mm512_mask_mov_epi64(b.w[i], m, a.w[i]);
    return result;
  }

  // Modulo 2^(64N).
  template <int N>
  static Words<N> add(const Words<N>& a, const std::uint64_t (&constant)[N]) noexcept {
    Words<N> sum;
    __mmask8 carry = 0;
#pragma GCC unroll 9
    for (int i = 0; i < N; ++i) {
      const Vector t = add_words(a.w[i], ifma::broadcast(constant[i]));
      const __mmask8 over = _mm512_cmplt_epu64_mask(t, a.w[i]);
      sum.w[i] = _mm512_mask_mov_epi64(t, carry, add_words(t, ifma::broadcast(1)));
      carry = static_cast<__mmask8>(over | _mm512_mask_cmpeq_epi64_mask(carry, sum.w[i], zero()));
    }
    return sum;
  }

  // constant - a modulo 2^(64N).
  template <int N>
  static Words<N> subtract_from(const std::uint64_t (&constant)[N], const Words<N>& a) noexcept {
    Words<N> difference;
    __mmask8 borrow = 0;
#pragma GCC unroll 9
    for (int i = 0; i < N; ++i) {
      const Vector c = ifma::broadcast(constant[i]);
      const Vector t = sub_words(c, a.w[i]);
      const __mmask8 under = _mm512_cmplt_epu64_mask(c, a.w[i]);
      const __mmask8 through = _mm512_mask_cmpeq_epi64_mask(borrow, t, zero());
      difference.w[i] = _mm512_mask_mov_epi64(t, borrow, sub_words(t, ifma::broadcast(1)));
      borrow = static_cast<__mmask8>(under | through);
    }
    return difference;
  }

  template <int N>
  static Words<N> with_top_bit(Words<N> a, Mask m) noexcept {
    a.w[N - 1] = _mm512_mask_or_epi64(a.w[N - 1], m, a.w[N - 1], ifma::broadcast(kTopBit));
    return a;
  }
  template <int N>
  static Words<N> without_top_bit(Words<N> a) noexcept {
    a.w[N - 1] = _mm512_andnot_si512(ifma::broadcast(kTopBit), a.w[N - 1]);
    return a;
  }
  template <int N>
  static Mask top_bit(const Words<N>& a) noexcept {
    return _mm512_movepi64_mask(a.w[N - 1]);
  }
  template <int N>
  static Mask low_bit(const Words<N>& a) noexcept {
    return _mm512_test_epi64_mask(a.w[0], ifma::broadcast(1));
  }

  // Reads entry_words(N) words at each address.
  template <int N>
  [[gnu::always_inline]] static void load_entries(const std::uint64_t* const* addresses, Words<N>& x,
                                                  Words<N>& y) noexcept {
    constexpr int kEntry = static_cast<int>(entry_words(N));
    Vector words[24];
    unrolled<kEntry / 8>([&](auto part) __attribute__((always_inline)) {
      constexpr int kFirst = 8 * decltype(part)::value;
      Vector rows[8];
#pragma GCC unroll 8
      for (int l = 0; l < 8; ++l) rows[l] = _mm512_loadu_si512(addresses[l] + kFirst);
      transpose(rows);
#pragma GCC unroll 8
      for (int i = 0; i < 8; ++i) words[kFirst + i] = rows[i];
    });
    if constexpr (kEntry % 8 != 0) {
      Vector rows[4];
      load_quarters(addresses, kEntry / 8 * 8, rows);
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) words[kEntry / 8 * 8 + i] = rows[i];
    }
#pragma GCC unroll 9
    for (int i = 0; i < N; ++i) {
      x.w[i] = words[i];
      y.w[i] = words[N + i];
    }
  }

  template <int N>
  static void store_entries(const Words<N>& x, const Words<N>& y, std::uint64_t* const* addresses, int count) noexcept {
    constexpr int kEntry = static_cast<int>(entry_words(N));
    Vector words[24];
    for (Vector& word : words) word = zero();
    for (int i = 0; i < N; ++i) {
      words[i] = x.w[i];
      words[N + i] = y.w[i];
    }
    for (int first = 0; first < kEntry; first += 8) {
      Vector rows[8];
      for (int i = 0; i < 8; ++i) rows[i] = words[first + i];
      transpose(rows);
      for (int l = 0; l < count; ++l) {
        if (first + 8 <= kEntry) {
          _mm512_storeu_si512(addresses[l] + first, rows[l]);
        } else {
          _mm256_storeu_si256(reinterpret_cast<__m256i*>(addresses[l] + first), _mm512_castsi512_si256(rows[l]));
        }
      }
    }
  }

  // Cuts a number into limbs, and the way back. The argument of to_words is carried and below 2^(64N).
  template <int kLimbs, int N>
  [[gnu::always_inline]] static Limbs<kLimbs> to_limbs(const Words<N>& a) noexcept {
    Limbs<kLimbs> result;
    const Vector mask = ifma::broadcast(kLimbMask);
    unrolled<kLimbs>([&](auto index) __attribute__((always_inline)) {
      constexpr int i = decltype(index)::value;
      constexpr int kWord = kLimbBits * i / 64, kShift = kLimbBits * i % 64;
      if constexpr (kWord >= N) {
        result.l[i] = zero();
      } else if constexpr (kWord + 1 < N && kShift > 64 - kLimbBits) {
        result.l[i] = _mm512_and_si512(_mm512_shrdi_epi64(a.w[kWord], a.w[kWord + 1], kShift), mask);
      } else {
        result.l[i] = _mm512_and_si512(_mm512_srli_epi64(a.w[kWord], kShift), mask);
      }
    });
    return result;
  }

  template <int N, int kLimbs>
  [[gnu::always_inline]] static Words<N> to_words(const Limbs<kLimbs>& a) noexcept {
    Words<N> result;
    unrolled<N>([&](auto index) __attribute__((always_inline)) {
      constexpr int i = decltype(index)::value;
      constexpr int kFirst = 64 * i / kLimbBits, kSkip = 64 * i % kLimbBits;  // the limb with this word's lowest bit
      Vector word = kFirst < kLimbs ? _mm512_srli_epi64(a.l[kFirst < kLimbs ? kFirst : 0], kSkip) : zero();
      constexpr int kHave = kLimbBits - kSkip;
      if constexpr (kFirst + 1 < kLimbs) {
        word = _mm512_or_si512(word, _mm512_slli_epi64(a.l[kFirst + 1], kHave));
      }
      if constexpr (kFirst + 2 < kLimbs && kHave + kLimbBits < 64) {
        word = _mm512_or_si512(word, _mm512_slli_epi64(a.l[kFirst + 2], kHave + kLimbBits));
      }
      result.w[i] = word;
    });
    return result;
  }

 private:
  static constexpr std::uint64_t kTopBit = std::uint64_t{1} << 63;

  // Transposes eight words of each lane and appends the ninth if N has one.
  template <int N>
  [[gnu::always_inline]] static Words<N> from_rows(Vector (&rows)[8], const std::uint64_t (&ninth)[8]) noexcept {
    transpose(rows);
    Words<N> result;
#pragma GCC unroll 8
    for (int i = 0; i < (N < 8 ? N : 8); ++i) result.w[i] = rows[i];
    if constexpr (N > 8) result.w[8] = _mm512_load_si512(ninth);
    return result;
  }
};
static_assert(Lanes<EightLanes>);

}  // namespace
}  // namespace assay::kernel::ifma
