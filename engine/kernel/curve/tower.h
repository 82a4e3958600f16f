// The contract between the floors of the tower: what the algorithms of this folder ask of an instruction set.
//
// portable/ and ifma/ each give, in files of the same names:
//   lanes.h        Lanes: how many numbers travel together, integers in lanes, loads and stores, comparisons
//   field_*.h      a Field for each prime: FieldP256, FieldP384, FieldP521, Field25519
//   scalar.h       a Scalar for each group order: ScalarP256, ScalarP384, ScalarP521, Scalar25519
// and curve/ builds upon them, once for all: point.h, batch_add.h, table.h, ecmult.h, ecdsa.h, eddsa.h.
//
// All of it sits in unnamed namespaces: a header compiled for AVX-512 must not leave code behind that the linker could
// pick for every CPU. No standard library code but what is evaluated when compiled.
#pragma once

#include <cstddef>
#include <cstdint>

namespace assay::kernel {
namespace {  // NOLINT(google-build-namespaces): see above

// Lanes L:
//   L::kCount                1 or 8
//   L::Mask                  an unsigned integer, bit i for lane i; L::kAll has all bits
//   L::Words<N>              kCount integers of N 64-bit words, least word first
//   load_big_endian<N>(const unsigned char* const* sources, size_t bytes)     bytes <= 8*N, one source a lane
//   load_little_endian<N>(sources, bytes)
//   broadcast<N>(const uint64_t (&words)[N])
//   less<N>(a, const uint64_t (&bound)[N])        mask of lanes with a < bound
//   equal<N>(a, b), is_zero<N>(a)
//   select<N>(Mask m, a, b)                       a where m, else b
//   add<N>(a, const uint64_t (&constant)[N])      modulo 2^(64N)
//   with_top_bit<N>(a, Mask m)                    bit 64N-1 set where m
//   top_bit<N>(a), low_bit<N>(a)                  masks
//   without_top_bit<N>(a)
//   load_entries<N>(const uint64_t* const* addresses, Words<N>& x, Words<N>& y)   one entry a lane: x, y, padding
//   store_entries<N>(x, y, uint64_t* const* addresses, int count)                 of the first `count` lanes
//
// Field F (elements of F::kWords words; every operation lane by lane):
//   F::L, F::Coordinate      what points and tables hold: loosely reduced
//   F::Difference            a difference, good for nothing but a factor; a Coordinate converts to it
//   load(Words), store(Coordinate)           the form that tables hold: canonical, possibly Montgomery
//   from_integer(Words), to_integer(Coordinate)   the number itself, below 2^(64*kWords) and below p
//   constant(const uint64_t (&integer)[kWords])   in all lanes
//   one()
//   mul(Difference, Difference) -> Coordinate     also sqr(Difference)
//   sub(Coordinate a, Coordinate b) -> Difference                     a - b
//   sub_carried(Coordinate a, Coordinate b) -> Coordinate             a - b
//   sub2_carried(Coordinate a, Coordinate b, Coordinate c) -> Coordinate   a - b - c
//   add_carried(Coordinate a, Coordinate b) -> Coordinate             a + b
//   negate_if(Mask m, Coordinate) -> Coordinate
//   select(Mask m, Difference a, Difference b) -> Difference
//   zero_mask(Difference) -> Mask
//   invert(Coordinate) -> Coordinate              no lane may be zero
//
// Scalar S (modulo the order n, S::kWords words):
//   S::L, S::Residue
//   plain(Words)                   the number as a residue without conversion (Montgomery: x stands for x/R)
//   to_montgomery(Words)
//   mul(Residue a, Residue b)      Montgomery product: plain * montgomery = plain
//   invert(Residue montgomery) -> Residue montgomery; no lane may be zero
//   to_words(Residue) -> Words     canonical, of a plain residue
//   reduce_wide(const Words& low, const Words& high) -> Words    (Scalar25519) low + 2^256 high modulo n, canonical
//   recode(const Words& u, int window, int windows, const uint64_t* const* tables, const uint64_t** addresses,
//          size_t step, Mask* negative)
//     u < n, not 0 where it matters. Signed odd digits (NOTES.md): with `half` = 2^(window-1), digit i of lane l is
//     entry tables[l] + (i * half + index) * entry_words(kWords), at addresses[i * step * kCount + l]; the lane's bit
//     of negative[i * step] is set where the point is to be negated. u even: n - u is recoded and all signs are turned.
//     2^(window*windows) > n.

__extension__ typedef unsigned __int128 UInt128;

// 64-bit words of a table's entry: x, y and padding to a multiple of 32 bytes.
constexpr std::size_t entry_words(int words) noexcept { return static_cast<std::size_t>((2 * words + 3) / 4 * 4); }

}  // namespace
}  // namespace assay::kernel
