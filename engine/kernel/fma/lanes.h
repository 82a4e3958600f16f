// Four lanes of 64 bits: integers and their loads, stores and comparisons (Lanes of curve/tower.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/curve/tower.h"
#include "kernel/fma/vector.h"
#include "kernel/portable/lanes.h"

namespace assay::kernel::fma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

// Bit i of m in all bits of lane i.
[[gnu::always_inline]] inline Vector full_mask(unsigned m) noexcept {
  const Vector bits = _mm256_setr_epi64x(1, 2, 4, 8);
  return _mm256_cmpeq_epi64(bit_and(broadcast(m), bits), bits);
}
// The top bits of the lanes.
[[gnu::always_inline]] inline std::uint8_t top_bits(Vector a) noexcept {
  return static_cast<std::uint8_t>(_mm256_movemask_pd(from_bits(a)));
}
// a < b, unsigned: AVX2 compares only numbers with signs.
[[gnu::always_inline]] inline Vector less_lanes(Vector a, Vector b) noexcept {
  const Vector top = broadcast(std::uint64_t{1} << 63);
  return _mm256_cmpgt_epi64(_mm256_xor_si256(b, top), _mm256_xor_si256(a, top));
}
// a where the mask is set, else b.
[[gnu::always_inline]] inline Vector choose(Vector mask, Vector a, Vector b) noexcept {
  return _mm256_blendv_epi8(b, a, mask);
}

struct FourLanes {
  static constexpr int kCount = kLanes;
  using Mask = std::uint8_t;
  static constexpr Mask kAll = 0xf;

  template <int N>
  struct Words {
    Vector w[N];
  };

  template <int N>
  static Words<N> load_big_endian(const unsigned char* const* sources, std::size_t bytes) noexcept {
    return from_lanes<N>([&](int l) noexcept { return portable::OneLane::load_big_endian<N>(sources + l, bytes); });
  }
  template <int N>
  static Words<N> load_little_endian(const unsigned char* const* sources, std::size_t bytes) noexcept {
    return from_lanes<N>([&](int l) noexcept { return portable::OneLane::load_little_endian<N>(sources + l, bytes); });
  }

  template <int N>
  static Words<N> broadcast(const std::uint64_t (&words)[N]) noexcept {
    Words<N> result;
#pragma GCC unroll 9
    for (int i = 0; i < N; ++i) result.w[i] = fma::broadcast(words[i]);
    return result;
  }

  // One lane's words after the other, through memory, for what is done a lane at a time.
  template <int N, class Lane>
  static Words<N> from_lanes(Lane&& lane) noexcept {
    alignas(32) std::uint64_t words[N][kCount];
    for (int l = 0; l < kCount; ++l) {
      const portable::Number<N> number = lane(l);
      for (int i = 0; i < N; ++i) words[i][l] = number.w[i];
    }
    Words<N> result;
    for (int i = 0; i < N; ++i) result.w[i] = _mm256_load_si256(reinterpret_cast<const Vector*>(words[i]));
    return result;
  }
  template <int N>
  static Mask less(const Words<N>& a, const std::uint64_t (&bound)[N]) noexcept {
    Vector below = zero(), same = equal_lanes(zero(), zero());
#pragma GCC unroll 9
    for (int i = N - 1; i >= 0; --i) {
      const Vector b = fma::broadcast(bound[i]);
      below = bit_or(below, bit_and(same, less_lanes(a.w[i], b)));
      same = bit_and(same, equal_lanes(a.w[i], b));
    }
    return top_bits(below);
  }

  template <int N>
  static Mask equal(const Words<N>& a, const Words<N>& b) noexcept {
    Vector different = zero();
#pragma GCC unroll 9
    for (int i = 0; i < N; ++i) different = bit_or(different, _mm256_xor_si256(a.w[i], b.w[i]));
    return top_bits(equal_lanes(different, zero()));
  }

  template <int N>
  static Mask is_zero(const Words<N>& a) noexcept {
    Vector bits = a.w[0];
#pragma GCC unroll 9
    for (int i = 1; i < N; ++i) bits = bit_or(bits, a.w[i]);
    return top_bits(equal_lanes(bits, zero()));
  }

  template <int N>
  static Words<N> select(Mask m, const Words<N>& a, const Words<N>& b) noexcept {
    const Vector mask = full_mask(m);
    Words<N> result;
#pragma GCC unroll 9
    for (int i = 0; i < N; ++i) result.w[i] = choose(mask, a.w[i], b.w[i]);
    return result;
  }

  // Modulo 2^(64N).
  template <int N>
  static Words<N> add(const Words<N>& a, const std::uint64_t (&constant)[N]) noexcept {
    Words<N> sum;
    Vector carry = zero();  // all ones, which is -1, for a carry
#pragma GCC unroll 9
    for (int i = 0; i < N; ++i) {
      const Vector t = fma::add(a.w[i], fma::broadcast(constant[i]));
      const Vector over = less_lanes(t, a.w[i]);
      sum.w[i] = sub(t, carry);
      carry = bit_or(over, bit_and(carry, equal_lanes(sum.w[i], zero())));
    }
    return sum;
  }

  // constant - a modulo 2^(64N).
  template <int N>
  static Words<N> subtract_from(const std::uint64_t (&constant)[N], const Words<N>& a) noexcept {
    Words<N> difference;
    Vector borrow = zero();  // all ones for a borrow
#pragma GCC unroll 9
    for (int i = 0; i < N; ++i) {
      const Vector c = fma::broadcast(constant[i]);
      const Vector t = sub(c, a.w[i]);
      const Vector under = less_lanes(c, a.w[i]);
      difference.w[i] = fma::add(t, borrow);
      borrow = bit_or(under, bit_and(borrow, equal_lanes(t, zero())));
    }
    return difference;
  }

  template <int N>
  static Words<N> with_top_bit(Words<N> a, Mask m) noexcept {
    a.w[N - 1] = bit_or(a.w[N - 1], bit_and(full_mask(m), fma::broadcast(kTopBit)));
    return a;
  }
  template <int N>
  static Words<N> without_top_bit(Words<N> a) noexcept {
    a.w[N - 1] = _mm256_andnot_si256(fma::broadcast(kTopBit), a.w[N - 1]);
    return a;
  }
  template <int N>
  static Mask top_bit(const Words<N>& a) noexcept {
    return top_bits(a.w[N - 1]);
  }
  template <int N>
  static Mask low_bit(const Words<N>& a) noexcept {
    return top_bits(shift_left(a.w[0], 63));
  }

  // Reads entry_words(N) words at each address.
  template <int N>
  [[gnu::always_inline]] static void load_entries(const std::uint64_t* const* addresses, Words<N>& x,
                                                  Words<N>& y) noexcept {
    constexpr int kEntry = static_cast<int>(entry_words(N));
    Vector words[kEntry];
#pragma GCC unroll 5
    for (int first = 0; first < kEntry; first += 4) {
      Vector rows[4];
#pragma GCC unroll 4
      for (int l = 0; l < 4; ++l) rows[l] = _mm256_loadu_si256(reinterpret_cast<const Vector*>(addresses[l] + first));
      transpose(rows);
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) words[first + i] = rows[i];
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
    Vector words[kEntry];
    for (Vector& word : words) word = zero();
    for (int i = 0; i < N; ++i) {
      words[i] = x.w[i];
      words[N + i] = y.w[i];
    }
    for (int first = 0; first < kEntry; first += 4) {
      Vector rows[4] = {words[first], words[first + 1], words[first + 2], words[first + 3]};
      transpose(rows);
      for (int l = 0; l < count; ++l) _mm256_storeu_si256(reinterpret_cast<Vector*>(addresses[l] + first), rows[l]);
    }
  }

 private:
  static constexpr std::uint64_t kTopBit = std::uint64_t{1} << 63;
};
static_assert(Lanes<FourLanes>);

}  // namespace
}  // namespace assay::kernel::fma
