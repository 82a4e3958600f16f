// Four or eight lanes of 64 bits: integers and their loads, stores and comparisons (Lanes of curve/tower.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/curve/tower.h"
#include "kernel/fma/vector.h"
#include "kernel/portable/lanes.h"

namespace assay::kernel::fma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

struct FmaLanes {
  static constexpr int kCount = kLanes;
  using Mask = std::uint8_t;
  static constexpr Mask kAll = (1u << kCount) - 1;

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
    alignas(sizeof(Vector)) std::uint64_t words[N][kCount];
    for (int l = 0; l < kCount; ++l) {
      const portable::Number<N> number = lane(l);
      for (int i = 0; i < N; ++i) words[i][l] = number.w[i];
    }
    Words<N> result;
    for (int i = 0; i < N; ++i) result.w[i] = load_lanes(words[i]);
    return result;
  }
  template <int N>
  static Mask less(const Words<N>& a, const std::uint64_t (&bound)[N]) noexcept {
    LaneMask below = no_lanes(), same = every_lane();
#pragma GCC unroll 9
    for (int i = N - 1; i >= 0; --i) {
      const Vector b = fma::broadcast(bound[i]);
      below = mask_or(below, mask_and(same, less_lanes(a.w[i], b)));
      same = mask_and(same, equal_lanes(a.w[i], b));
    }
    return mask_bits(below);
  }

  template <int N>
  static Mask equal(const Words<N>& a, const Words<N>& b) noexcept {
    Vector different = zero();
#pragma GCC unroll 9
    for (int i = 0; i < N; ++i) different = bit_or(different, bit_xor(a.w[i], b.w[i]));
    return mask_bits(equal_lanes(different, zero()));
  }

  template <int N>
  static Mask is_zero(const Words<N>& a) noexcept {
    Vector bits = a.w[0];
#pragma GCC unroll 9
    for (int i = 1; i < N; ++i) bits = bit_or(bits, a.w[i]);
    return mask_bits(equal_lanes(bits, zero()));
  }

  template <int N>
  static Words<N> select(Mask m, const Words<N>& a, const Words<N>& b) noexcept {
    const LaneMask mask = full_mask(m);
    Words<N> result;
#pragma GCC unroll 9
    for (int i = 0; i < N; ++i) result.w[i] = choose(mask, a.w[i], b.w[i]);
    return result;
  }

  // Modulo 2^(64N).
  template <int N>
  static Words<N> add(const Words<N>& a, const std::uint64_t (&constant)[N]) noexcept {
    Words<N> sum;
    LaneMask carry = no_lanes();
#pragma GCC unroll 9
    for (int i = 0; i < N; ++i) {
      const Vector t = fma::add(a.w[i], fma::broadcast(constant[i]));
      const LaneMask over = less_lanes(t, a.w[i]);
      sum.w[i] = increment(carry, t);
      carry = mask_or(over, mask_and(carry, equal_lanes(sum.w[i], zero())));
    }
    return sum;
  }

  // constant - a modulo 2^(64N).
  template <int N>
  static Words<N> subtract_from(const std::uint64_t (&constant)[N], const Words<N>& a) noexcept {
    Words<N> difference;
    LaneMask borrow = no_lanes();
#pragma GCC unroll 9
    for (int i = 0; i < N; ++i) {
      const Vector c = fma::broadcast(constant[i]);
      const Vector t = sub(c, a.w[i]);
      const LaneMask under = less_lanes(c, a.w[i]);
      difference.w[i] = decrement(borrow, t);
      borrow = mask_or(under, mask_and(borrow, equal_lanes(t, zero())));
    }
    return difference;
  }

  template <int N>
  static Words<N> with_top_bit(Words<N> a, Mask m) noexcept {
    a.w[N - 1] = bit_or(a.w[N - 1], keep(full_mask(m), fma::broadcast(kTopBit)));
    return a;
  }
  template <int N>
  static Words<N> without_top_bit(Words<N> a) noexcept {
    a.w[N - 1] = bit_clear(a.w[N - 1], fma::broadcast(kTopBit));
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
      load_rows(
          rows, [&](int l) __attribute__((always_inline)) { return load_quad(addresses[l] + first); });
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
      for (int l = 0; l < count; ++l) store_quad(addresses[l] + first, quad_of_row(rows, l));
    }
  }

 private:
  static constexpr std::uint64_t kTopBit = std::uint64_t{1} << 63;
};
static_assert(Lanes<FmaLanes>);

}  // namespace
}  // namespace assay::kernel::fma
