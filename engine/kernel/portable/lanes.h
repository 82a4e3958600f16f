// One lane of 64-bit words: integers and their loads, stores and comparisons (Lanes of curve/tower.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/curve/tower.h"
#include "kernel/portable/words.h"

namespace assay::kernel::portable {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

// Reads eight bytes as a number on CPUs of any byte order. Compilers make one load of each of these.
inline std::uint64_t load_word_big_endian(const unsigned char* bytes) noexcept {
  std::uint64_t word = 0;
  for (int i = 0; i < 8; ++i) word = word << 8 | bytes[i];
  return word;
}
inline std::uint64_t load_word_little_endian(const unsigned char* bytes) noexcept {
  std::uint64_t word = 0;
  for (int i = 7; i >= 0; --i) word = word << 8 | bytes[i];
  return word;
}

struct OneLane {
  static constexpr int kCount = 1;
  using Mask = std::uint8_t;
  static constexpr Mask kAll = 1;
  template <int N>
  using Words = Number<N>;

  template <int N>
  static Words<N> load_big_endian(const unsigned char* const* sources, std::size_t bytes) noexcept {
    Words<N> result{};
    const unsigned char* const source = sources[0];
    int i = 0;
    for (; bytes >= 8; ++i) result.w[i] = load_word_big_endian(source + (bytes -= 8));
    for (std::size_t at = 0; at < bytes; ++at) result.w[i] = result.w[i] << 8 | source[at];
    return result;
  }

  template <int N>
  static Words<N> load_little_endian(const unsigned char* const* sources, std::size_t bytes) noexcept {
    Words<N> result{};
    const unsigned char* source = sources[0];
    int i = 0;
    for (; bytes >= 8; ++i, source += 8, bytes -= 8) result.w[i] = load_word_little_endian(source);
    while (bytes > 0) result.w[i] = result.w[i] << 8 | source[--bytes];
    return result;
  }

  template <int N>
  static Words<N> broadcast(const std::uint64_t (&words)[N]) noexcept {
    return number(words);
  }

  template <int N>
  static Mask less(const Words<N>& a, const std::uint64_t (&bound)[N]) noexcept {
    Words<N> difference;
    return static_cast<Mask>(portable::sub(difference, a, number(bound)));
  }

  template <int N>
  static Mask equal(const Words<N>& a, const Words<N>& b) noexcept {
    Words<N> difference;
    for (int i = 0; i < N; ++i) difference.w[i] = a.w[i] ^ b.w[i];
    return is_zero(difference);
  }

  template <int N>
  static Mask is_zero(const Words<N>& a) noexcept {
    return portable::is_zero(a);
  }

  template <int N>
  static Words<N> select(Mask m, const Words<N>& a, const Words<N>& b) noexcept {
    return portable::select(all_ones_if(m), a, b);
  }

  // Modulo 2^(64N).
  template <int N>
  static Words<N> add(const Words<N>& a, const std::uint64_t (&constant)[N]) noexcept {
    Words<N> sum;
    portable::add(sum, a, number(constant));
    return sum;
  }

  template <int N>
  static Words<N> with_top_bit(Words<N> a, Mask m) noexcept {
    a.w[N - 1] |= std::uint64_t{m} << 63;
    return a;
  }
  template <int N>
  static Words<N> without_top_bit(Words<N> a) noexcept {
    a.w[N - 1] &= ~std::uint64_t{0} >> 1;
    return a;
  }
  template <int N>
  static Mask top_bit(const Words<N>& a) noexcept {
    return static_cast<Mask>(a.w[N - 1] >> 63);
  }
  template <int N>
  static Mask low_bit(const Words<N>& a) noexcept {
    return static_cast<Mask>(a.w[0] & 1);
  }

  template <int N>
  static void load_entries(const std::uint64_t* const* addresses, Words<N>& x, Words<N>& y) noexcept {
    const std::uint64_t* const entry = addresses[0];
    for (int i = 0; i < N; ++i) {
      x.w[i] = entry[i];
      y.w[i] = entry[N + i];
    }
  }

  template <int N>
  static void store_entries(const Words<N>& x, const Words<N>& y, std::uint64_t* const* addresses, int count) noexcept {
    if (count < 1) return;
    std::uint64_t* const entry = addresses[0];
    for (int i = 0; i < N; ++i) {
      entry[i] = x.w[i];
      entry[N + i] = y.w[i];
    }
    for (std::size_t i = 2 * N; i < entry_words(N); ++i) entry[i] = 0;
  }

  static constexpr std::uint64_t all_ones_if(Mask m) noexcept { return 0 - std::uint64_t{m}; }
};
static_assert(Lanes<OneLane>);

}  // namespace
}  // namespace assay::kernel::portable
