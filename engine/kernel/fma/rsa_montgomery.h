// Almost-Montgomery products of four pairs of large numbers, a modulus for each lane.
//
// Numbers are arrays of 4*blocks doubles (rsa_limbs.h), every limb an integer below 2^52. R = 2^(52*4*blocks) and
// W = 2^(52*4), the weight of a block.
//
// A block of limbs is one digit of Montgomery's reduction, and needs no arithmetic to be found: k n = -1 modulo W for
// some k < W, so that a number t has the digit m = t mod W and
//     (t + m k n) / W  =  floor(t / W) + m n2,   n2 = (k n + 1) / W,   n2 <= n.
// The last digit is taken with n itself, four quotient digits of a limb each, which brings the result below t/R + 2n.
// For factors below 2.1 n that is below 2.1 n again, since R >= 2^32 n. NOTES.md, section 7, derives these bounds.
//
// The product is scanned by diagonals of blocks of 4x4 limbs (P. Comba, 1990, with blocks for digits): eight columns
// stay in registers for 16 products. Each diagonal also takes in the digits found so far times n2, so a block is a
// digit, or final, once its columns are the lowest ones left. A column gathers at most 4*80 halves below 2^52 and a
// carry: below 2^61.
//
// Cost, L limbs: 2 L^2 exact products (vector.h) for a product, 1.5 L^2 + L/2 for a square.
#pragma once

#include "kernel/fma/rsa_limbs.h"
#include "kernel/kernel.h"

namespace assay::kernel::fma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

constexpr int kBlock = 4;
constexpr int kColumns = 2 * kBlock;
constexpr int kMaxBlocks = static_cast<int>(kMaxRsaLimbs) / kBlock;

// Four exponentiations on their way.
struct Group {
  Double x[kMaxRsaLimbs];   // the base
  Double y[kMaxRsaLimbs];   // the power so far
  Double n[kMaxRsaLimbs];   // the moduli
  Double n2[kMaxRsaLimbs];  // see above
  Double m[kMaxRsaLimbs];   // digits of the product at hand
  Double k0;                // -1/n mod 2^52
  Vector carry[kBlock];     // what the next diagonal of the product at hand begins with
};

// Sums over a diagonal of blocks. Column i has the weight 2^(52 i).
using Columns = Vector[kColumns];

// What `count` blocks add to each column besides halves of products: the bits of their doubles (vector.h). A product of
// limbs i and j adds its low half to column i + j and its high half to the next one.
struct Bias {
  std::uint64_t of[2 * kMaxBlocks + 1][kColumns];
};
constexpr Bias kBias = [] {
  Bias bias{};
  for (int count = 0; count <= 2 * kMaxBlocks; ++count) {
    for (int product = 0; product < kBlock * kBlock; ++product) {
      const int column = product / kBlock + product % kBlock;
      bias.of[count][column] += static_cast<std::uint64_t>(count) * kBits52;
      bias.of[count][column + 1] += static_cast<std::uint64_t>(count) * kBits104;
    }
  }
  return bias;
}();

// add_product (vector.h) as one statement, which leaves GCC 12 no freedom to spill. b is read from memory twice: there
// are too few registers to keep it.
[[gnu::always_inline]] inline void add_product_with(Vector& low, Vector& high, Double a, const Double& b) noexcept {
  Double upper, rest;
  asm volatile(
      "vmovapd %[c1], %[upper]\n\t"
      "vfmadd231pd %[b], %[a], %[upper]\n\t"
      "vsubpd %[upper], %[c2], %[rest]\n\t"
      "vpaddq %[upper], %[high], %[high]\n\t"
      "vfmadd231pd %[b], %[a], %[rest]\n\t"
      "vpaddq %[rest], %[low], %[low]"
      : [low] "+x"(low), [high] "+x"(high), [upper] "=&x"(upper), [rest] "=&x"(rest)
      : [a] "x"(a), [b] "m"(b), [c1] "x"(constant(kBits104)), [c2] "x"(constant(kBits104 + 1)));
}

// sum += a*b. 16 products.
[[gnu::always_inline]] inline void add_block(Columns& sum, const Double* a, const Double* b) noexcept {
#pragma GCC unroll 4
  for (int i = 0; i < kBlock; ++i) {
    const Double u = a[i];
#pragma GCC unroll 4
    for (int j = 0; j < kBlock; ++j) add_product_with(sum[i + j], sum[i + j + 1], u, b[j]);
  }
}

// The products of different limbs of a, once each. 6 products.
[[gnu::always_inline]] inline void add_triangle(Columns& sum, const Double* a) noexcept {
#pragma GCC unroll 4
  for (int i = 0; i < kBlock; ++i) {
#pragma GCC unroll 4
    for (int j = i + 1; j < kBlock; ++j) add_product_with(sum[i + j], sum[i + j + 1], a[i], a[j]);
  }
}

// The squares of the limbs of a. 4 products.
[[gnu::always_inline]] inline void add_squares(Columns& sum, const Double* a) noexcept {
#pragma GCC unroll 4
  for (int i = 0; i < kBlock; ++i) add_product_with(sum[2 * i], sum[2 * i + 1], a[i], a[i]);
}

// The sums themselves are doubled, not the limbs, since the square of 2^53 would leave the binade of C1.
[[gnu::always_inline]] inline void double_columns(Columns& sum) noexcept {
#pragma GCC unroll 8
  for (Vector& column : sum) column = add(column, column);
}

// Takes out the bias of `count` blocks.
[[gnu::always_inline]] inline void remove_bias(Columns& sum, int count) noexcept {
#pragma GCC unroll 8
  for (int i = 0; i < kColumns; ++i) sum[i] = sub(sum[i], broadcast(kBias.of[count][i]));
}

// a b mod 2^52. a and b are limbs.
[[gnu::always_inline]] inline Double low_product(Double a, Double b) noexcept {
  const Double upper = multiply_add(a, b, constant(kBits104));
  return multiply_add(a, b, sub(constant(kBits104), upper));
}

// Finds the last four digits, of a limb each, and adds their products with the lowest block of n.
[[gnu::always_inline]] inline void find_last_digits(Columns& t, Double* digits, const Double* n, Double k0) noexcept {
#pragma GCC unroll 4
  for (int i = 0; i < kBlock; ++i) {
    const Double m = low_product(limb_of(t[i]), k0);
    digits[i] = m;
    // Adding the low half of m*n[0] would make the lowest 52 bits of t[i] zero: all that is left of t[i] is
    // ceil(t[i] / 2^52), for which the low half need not be made.
    t[i + 1] = add(t[i + 1], shift_right(add(t[i], broadcast(kLimbMask)), kLimbBits));
    t[i + 1] = add(t[i + 1], sub(bits_of(multiply_add(m, n[0], constant(kBits104))), broadcast(kBits104)));
#pragma GCC unroll 4
    for (int j = 1; j < kBlock; ++j) {
      add_product_with(t[i + j], t[i + j + 1], m, n[j]);
      t[i + j] = sub(t[i + j], broadcast(kBits52));
      t[i + j + 1] = sub(t[i + j + 1], broadcast(kBits104));
    }
  }
}

// Four limbs of the result, or a digit. Leaves the carry in t[4].
[[gnu::always_inline]] inline void write_limbs(Columns& t, Double* result) noexcept {
#pragma GCC unroll 4
  for (int i = 0; i < kBlock; ++i) {
    t[i + 1] = add(t[i + 1], shift_right(t[i], kLimbBits));
    result[i] = limb_of(t[i]);
  }
}

// Adds the blocks of diagonal d of y*x or y*y and returns their number.
template <bool kSquare>
[[gnu::always_inline]] inline int add_factors(Columns& t, const Group& group, int blocks, int d) noexcept {
  const int first = d < blocks ? 0 : d - blocks + 1, last = d < blocks ? d : blocks - 1;
  if constexpr (kSquare) {
    for (int i = first; 2 * i < d; ++i) add_block(t, group.y + kBlock * i, group.y + kBlock * (d - i));
    if (d % 2 == 0) add_triangle(t, group.y + kBlock * (d / 2));
    double_columns(t);
    if (d % 2 == 0) add_squares(t, group.y + kBlock * (d / 2));
  } else {
    for (int i = first; i <= last; ++i) add_block(t, group.y + kBlock * i, group.x + kBlock * (d - i));
  }
  return last - first + 1;
}

// Adds the blocks of diagonal d of the digits found so far and returns their number. Block i of m stands for
// m n2 W^(i+1), the last one for m n W^(blocks-1), whose lowest block find_last_digits has added.
[[gnu::always_inline]] inline int add_digits(Columns& t, const Group& group, int blocks, int d) noexcept {
  const int first = d < blocks ? 0 : d - blocks, end = d < blocks ? d : blocks - 1;
  for (int i = first; i < end; ++i) add_block(t, group.m + kBlock * i, group.n2 + kBlock * (d - 1 - i));
  if (d < blocks || d == 2 * blocks - 1) return end - first;
  add_block(t, group.m + kBlock * (blocks - 1), group.n + kBlock * (d - blocks + 1));
  return end - first + 1;
}

// Diagonal d of y = y*x/R or y = y*y/R, d from 0 to 2*blocks - 1.
// The result goes where y is: block d - blocks, which no later diagonal reads.
template <bool kSquare>
[[gnu::always_inline]] inline void scan_diagonal(Group& group, int blocks, int d) noexcept {
  Columns t;
#pragma GCC unroll 8
  for (Vector& column : t) column = zero();
  const int factors = add_factors<kSquare>(t, group, blocks, d);
  const int digits = add_digits(t, group, blocks, d);
  remove_bias(t, factors + digits);
#pragma GCC unroll 4
  for (int i = 0; i < kBlock; ++i) t[i] = add(t[i], group.carry[i]);

  if (d == blocks - 1) {
    find_last_digits(t, group.m + kBlock * d, group.n, group.k0);
  } else {
    write_limbs(t, d < blocks ? group.m + kBlock * d : group.y + kBlock * (d - blocks));
  }
#pragma GCC unroll 4
  for (int i = 0; i < kBlock; ++i) group.carry[i] = t[kBlock + i];
}

// y = y*x/R or y = y*y/R.
template <bool kSquare>
[[gnu::noinline]] void montgomery(Group& group, int blocks) noexcept {
  for (Vector& carry : group.carry) carry = zero();
  for (int d = 0; d < 2 * blocks; ++d) scan_diagonal<kSquare>(group, blocks, d);
}

}  // namespace
}  // namespace assay::kernel::fma
