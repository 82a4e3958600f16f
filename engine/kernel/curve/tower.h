// The contract between the floors of the tower: what the algorithms of this folder require of an instruction set.
//
// portable/, fma/ and ifma/ offer it in files of the same names:
//   lanes.h        OneLane, FourLanes, EightLanes, which are Lanes: integers that travel together
//   field_*.h      FieldP256, FieldP384, FieldP521 and Field25519, each a Field modulo the prime of a curve
//   scalar.h       ScalarP256, ScalarP384, ScalarP521 and Scalar25519, each a Scalar modulo a group order
// and curve/ builds upon them, once for all: point.h, batch_add.h, table.h, ecmult.h, ecdsa.h, eddsa.h.
//
// All code sits in unnamed namespaces: a header compiled for AVX-512 must not leave code behind that the linker could
// pick for every CPU. For the same reason the standard library is used only by what is evaluated when compiling.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

namespace assay::kernel {
namespace {  // NOLINT(google-build-namespaces): see above

__extension__ typedef unsigned __int128 UInt128;

// 64-bit words of a table's entry: x, y and padding to a multiple of 32 bytes.
constexpr std::size_t entry_words(int words) noexcept { return static_cast<std::size_t>((2 * words + 3) / 4 * 4); }

// L::Words<N>: L::kCount integers of N 64-bit words, least word first. Masks have bit i for lane i.
template <class L, int N>
concept LanesOfWords = requires(typename L::template Words<N> a, typename L::template Words<N> b, typename L::Mask mask,
                                const std::uint64_t (&words)[N], const unsigned char* const* sources, std::size_t bytes,
                                const std::uint64_t* const* entries, std::uint64_t* const* targets, int count) {
  // One source a lane, of at most 8 N bytes; nothing beyond `bytes` is read.
  { L::template load_big_endian<N>(sources, bytes) } -> std::same_as<typename L::template Words<N>>;
  { L::template load_little_endian<N>(sources, bytes) } -> std::same_as<typename L::template Words<N>>;
  { L::template broadcast<N>(words) } -> std::same_as<typename L::template Words<N>>;
  { L::template less<N>(a, words) } -> std::same_as<typename L::Mask>;  // a < words
  { L::template equal<N>(a, b) } -> std::same_as<typename L::Mask>;
  { L::template is_zero<N>(a) } -> std::same_as<typename L::Mask>;
  { L::template select<N>(mask, a, b) } -> std::same_as<typename L::template Words<N>>;  // a where mask, else b
  { L::template add<N>(a, words) } -> std::same_as<typename L::template Words<N>>;       // modulo 2^(64N)
  { L::template top_bit<N>(a) } -> std::same_as<typename L::Mask>;                       // bit 64N - 1
  { L::template low_bit<N>(a) } -> std::same_as<typename L::Mask>;
  { L::template with_top_bit<N>(a, mask) } -> std::same_as<typename L::template Words<N>>;  // set where mask
  { L::template without_top_bit<N>(a) } -> std::same_as<typename L::template Words<N>>;
  // One table entry a lane: x, y and padding. Only the first `count` targets are written.
  L::template load_entries<N>(entries, a, b);
  L::template store_entries<N>(a, b, targets, count);
};

// Moves lane i XOR kDistance to lane i, for a power of two kDistance below the number of lanes. One lane needs none.
template <class F>
concept TurnsLanes = F::L::kCount == 1 || requires(typename F::Coordinate a) {
  { F::template turned<1>(a) } -> std::same_as<typename F::Coordinate>;
};

// How many numbers travel together, and integers of the three sizes of the curves.
template <class L>
concept Lanes = (L::kCount == 1 || L::kCount == 4 || L::kCount == 8) &&
                std::unsigned_integral<typename L::Mask>&& L::kAll ==
                    static_cast<typename L::Mask>((1u << L::kCount) - 1) &&
                LanesOfWords<L, 4>&& LanesOfWords<L, 6>&& LanesOfWords<L, 9>;

// A prime field; operations go lane by lane. Points and tables hold Coordinates, which are reduced loosely. A
// Difference is good only as a factor, and at most one factor of a product may be one.
template <class F>
concept Field = Lanes<typename F::L> && TurnsLanes<F> &&
    std::convertible_to<typename F::Coordinate, typename F::Difference> &&
    requires(typename F::L::template Words<F::kWords> words, const std::uint64_t (&integer)[F::kWords],
             typename F::L::Mask mask, typename F::Coordinate a, typename F::Coordinate b, typename F::Coordinate c,
             typename F::Difference d, typename F::Difference e) {
  // The form that tables hold: canonical, possibly Montgomery's.
  { F::load(words) } -> std::same_as<typename F::Coordinate>;
  { F::store(a) } -> std::same_as<typename F::L::template Words<F::kWords>>;
  // The number itself, below p.
  { F::from_integer(words) } -> std::same_as<typename F::Coordinate>;
  { F::to_integer(a) } -> std::same_as<typename F::L::template Words<F::kWords>>;
  { F::constant(integer) } -> std::same_as<typename F::Coordinate>;  // in all lanes
  { F::one() } -> std::same_as<typename F::Coordinate>;

  { F::mul(a, b) } -> std::same_as<typename F::Coordinate>;
  { F::mul(a, d) } -> std::same_as<typename F::Coordinate>;
  { F::mul(d, a) } -> std::same_as<typename F::Coordinate>;
  { F::sqr(a) } -> std::same_as<typename F::Coordinate>;
  { F::sub(a, b) } -> std::same_as<typename F::Difference>;              // a - b
  { F::sub_carried(a, b) } -> std::same_as<typename F::Coordinate>;      // a - b
  { F::sub2_carried(a, b, c) } -> std::same_as<typename F::Coordinate>;  // a - b - c
  { F::add_carried(a, b) } -> std::same_as<typename F::Coordinate>;      // a + b
  { F::negate_if(mask, a) } -> std::same_as<typename F::Coordinate>;
  { F::select(mask, d, e) } -> std::same_as<typename F::Difference>;  // d where mask, else e
  { F::zero_mask(d) } -> std::same_as<typename F::L::Mask>;
  { F::invert(a) } -> std::same_as<typename F::Coordinate>;  // no lane may be zero
};

// a b - s. A field that can subtract before the product is carried offers F::mul_sub.
template <Field F>
[[gnu::always_inline]] inline typename F::Coordinate mul_sub(const typename F::Difference& a,
                                                             const typename F::Coordinate& b,
                                                             const typename F::Coordinate& s) noexcept {
  if constexpr (requires { F::mul_sub(a, b, s); }) {
    return F::mul_sub(a, b, s);
  } else {
    return F::sub_carried(F::mul(b, a), s);
  }
}

// a^2 - s - t. As above: F::sqr_sub2.
template <Field F>
[[gnu::always_inline]] inline typename F::Coordinate sqr_sub2(const typename F::Coordinate& a,
                                                              const typename F::Coordinate& s,
                                                              const typename F::Coordinate& t) noexcept {
  if constexpr (requires { F::sqr_sub2(a, s, t); }) {
    return F::sqr_sub2(a, s, t);
  } else {
    return F::sub2_carried(F::sqr(a), s, t);
  }
}

// Integers modulo a group order n. Products are Montgomery's: plain * montgomery = plain.
template <class S>
concept Scalar = Lanes<typename S::L> &&
    requires(typename S::L::template Words<S::kWords> words, typename S::Residue a, typename S::Residue b, int window,
             int windows, const std::uint64_t* const* tables, const std::uint64_t** addresses, std::size_t step,
             typename S::L::Mask* negative) {
  { S::plain(words) } -> std::same_as<typename S::Residue>;  // the number without conversion; below 2n
  { S::to_montgomery(words) } -> std::same_as<typename S::Residue>;
  { S::mul(a, b) } -> std::same_as<typename S::Residue>;
  { S::invert(a) } -> std::same_as<typename S::Residue>;  // montgomery to montgomery; no lane may be zero
  { S::to_words(a) } -> std::same_as<typename S::L::template Words<S::kWords>>;  // of a plain residue; canonical

  // Cuts u < n, which is not 0 in any lane that counts, into signed odd digits (NOTES.md). With
  // half = 2^(window-1), digit i of lane l is entry tables[l] + (i * half + index) * entry_words(kWords), and its
  // address goes to addresses[i * step * kCount + l]. The lane's bit of negative[i * step] is set if the point is to
  // be negated. For an even u, n - u is recoded and all signs are turned. 2^(window*windows) > n.
  S::recode(words, window, windows, tables, addresses, step, negative);
};

// A Scalar that also reduces integers of twice as many words, as Ed25519 needs it.
template <class S>
concept WideScalar = Scalar<S> && requires(typename S::L::template Words<S::kWords> low) {
  { S::reduce_wide(low, low) } -> std::same_as<decltype(low)>;  // low + 2^(64 kWords) high modulo n, canonical
};

}  // namespace
}  // namespace assay::kernel
