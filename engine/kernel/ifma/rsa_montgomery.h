// Almost-Montgomery products of eight pairs of large numbers, a modulus for each lane.
//
// Numbers are arrays of 5*blocks vectors (rsa_limbs.h), every limb below 2^52, R = 2^(52*5*blocks). Factors below 2N
// give a result below 2N and congruent to a*b/R: (a*b + m*N)/R < (4N/R)*N + N, and R >= 2^32 N for the sizes of
// kernel.h. Nothing is subtracted between products (S. Gueron, "Efficient software implementations of modular
// exponentiation", 2012).
//
// The product is scanned by diagonals of blocks of 5x5 limbs (P. Comba, 1990, with blocks for digits): 10 operands and
// 18 sums stay in registers for 50 multiplications, since an operand from memory would slow each of them. Low and high
// halves have sums of their own, a column apart. Each diagonal also takes in the quotient digits found so far times N,
// so a digit is final once its column is the lowest one left, and only ten columns are ever alive.
// A column gathers at most 4*80 halves below 2^52 and a carry: below 2^61.
//
// Cost, L limbs: 4 L^2 IFMA for a product, 3 L^2 + L for a square.
#pragma once

#include "kernel/ifma/rsa_limbs.h"
#include "kernel/kernel.h"

namespace assay::kernel::ifma {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

constexpr int kBlock = 5;
constexpr int kMaxGroups = 2;

// Eight exponentiations on their way.
struct Group {
  Vector x[kMaxRsaLimbs];  // the base
  Vector y[kMaxRsaLimbs];  // the power so far
  Vector n[kMaxRsaLimbs];  // the moduli
  Vector m[kMaxRsaLimbs];  // quotient digits of the product at hand
  Vector k0;               // -1/n mod 2^52
  Vector carry[kBlock];    // what the next diagonal of the product at hand begins with
};

// Sums over a diagonal of blocks: low[i] belongs to its column i, high[i] to column i + 1.
struct Columns {
  Vector low[2 * kBlock - 1];
  Vector high[2 * kBlock - 1];
};

[[gnu::always_inline]] inline void add_product(Columns& sum, int column, Vector a, Vector b) noexcept {
  sum.low[column] = add_low(sum.low[column], a, b);
  sum.high[column] = add_high(sum.high[column], a, b);
}

[[gnu::always_inline]] inline void load_block(Vector (&block)[kBlock], const Vector* from) noexcept {
#pragma GCC unroll 5
  for (int i = 0; i < kBlock; ++i) block[i] = from[i];
}

// sum += a*b. 50 IFMA.
[[gnu::always_inline]] inline void add_block(Columns& sum, const Vector* a, const Vector* b) noexcept {
  Vector u[kBlock], v[kBlock];
  load_block(u, a);
  load_block(v, b);
#pragma GCC unroll 5
  for (int i = 0; i < kBlock; ++i) {
#pragma GCC unroll 5
    for (int j = 0; j < kBlock; ++j) add_product(sum, i + j, u[i], v[j]);
  }
}

// The products of different limbs of a, once each. 20 IFMA.
[[gnu::always_inline]] inline void add_triangle(Columns& sum, const Vector* a) noexcept {
  Vector u[kBlock];
  load_block(u, a);
#pragma GCC unroll 5
  for (int i = 0; i < kBlock; ++i) {
#pragma GCC unroll 5
    for (int j = i + 1; j < kBlock; ++j) add_product(sum, i + j, u[i], u[j]);
  }
}

// The squares of the limbs of a. 10 IFMA.
[[gnu::always_inline]] inline void add_squares(Columns& sum, const Vector* a) noexcept {
  Vector u[kBlock];
  load_block(u, a);
#pragma GCC unroll 5
  for (int i = 0; i < kBlock; ++i) add_product(sum, 2 * i, u[i], u[i]);
}

[[gnu::always_inline]] inline void double_columns(Columns& sum) noexcept {
#pragma GCC unroll 9
  for (int i = 0; i < 2 * kBlock - 1; ++i) {
    sum.low[i] = add(sum.low[i], sum.low[i]);
    sum.high[i] = add(sum.high[i], sum.high[i]);
  }
}

// Finds the five quotient digits of a diagonal and adds their products with the lowest block of n.
[[gnu::always_inline]] inline void find_digits(Vector (&t)[2 * kBlock], Vector* digits, const Vector* modulus,
                                               Vector k0) noexcept {
  Vector n[kBlock];
  load_block(n, modulus);
#pragma GCC unroll 5
  for (int i = 0; i < kBlock; ++i) {
    const Vector m = add_low(zero(), t[i], k0);
    // Adding the low half of m*n[0] would make the lowest 52 bits of t[i] zero: all that is left of t[i] is
    // ceil(t[i] / 2^52), for which the product need not be made.
    t[i + 1] = add(t[i + 1], _mm512_srli_epi64(add(t[i], broadcast(kLimbMask)), kLimbBits));
    t[i + 1] = add_high(t[i + 1], m, n[0]);
#pragma GCC unroll 5
    for (int j = 1; j < kBlock; ++j) {
      t[i + j] = add_low(t[i + j], m, n[j]);
      t[i + j + 1] = add_high(t[i + j + 1], m, n[j]);
    }
    digits[i] = m;
  }
}

// Five limbs of the result. Leaves the carry in t[5].
[[gnu::always_inline]] inline void write_limbs(Vector (&t)[2 * kBlock], Vector* result) noexcept {
#pragma GCC unroll 5
  for (int i = 0; i < kBlock; ++i) {
    t[i + 1] = add(t[i + 1], _mm512_srli_epi64(t[i], kLimbBits));
    result[i] = _mm512_and_si512(t[i], broadcast(kLimbMask));
  }
}

// Diagonal d of y = y*x/R or y = y*y/R, d from 0 to 2*blocks - 1.
// The result goes where y is: block d - blocks, which no later diagonal reads.
template <bool kSquare>
[[gnu::always_inline]] inline void scan_diagonal(Group& group, int blocks, int d) noexcept {
  const int first = d < blocks ? 0 : d - blocks + 1;
  Columns sum;
#pragma GCC unroll 9
  for (int i = 0; i < 2 * kBlock - 1; ++i) sum.low[i] = sum.high[i] = zero();

  if constexpr (kSquare) {
    for (int i = first; 2 * i < d; ++i) add_block(sum, group.y + kBlock * i, group.y + kBlock * (d - i));
    if (d % 2 == 0) add_triangle(sum, group.y + kBlock * (d / 2));
    double_columns(sum);
    if (d % 2 == 0) add_squares(sum, group.y + kBlock * (d / 2));
  } else {
    const int last = d < blocks ? d : blocks - 1;
    for (int i = first; i <= last; ++i) add_block(sum, group.y + kBlock * i, group.x + kBlock * (d - i));
  }
  const int last = d < blocks ? d - 1 : blocks - 1;
  for (int i = first; i <= last; ++i) add_block(sum, group.m + kBlock * i, group.n + kBlock * (d - i));

  Vector t[2 * kBlock];
  t[0] = sum.low[0];
#pragma GCC unroll 9
  for (int i = 1; i < 2 * kBlock - 1; ++i) t[i] = add(sum.low[i], sum.high[i - 1]);
  t[2 * kBlock - 1] = sum.high[2 * kBlock - 2];
#pragma GCC unroll 5
  for (int i = 0; i < kBlock; ++i) t[i] = add(t[i], group.carry[i]);

  if (d < blocks) {
    find_digits(t, group.m + kBlock * d, group.n, group.k0);
  } else {
    write_limbs(t, group.y + kBlock * (d - blocks));
  }
#pragma GCC unroll 5
  for (int i = 0; i < kBlock; ++i) group.carry[i] = t[kBlock + i];
}

// y = y*x/R or y = y*y/R in every group. A diagonal ends in a chain of dependent digits; the next group's diagonal
// fills the time that it takes.
template <bool kSquare>
[[gnu::noinline]] void montgomery(Group* groups, int count, int blocks) noexcept {
  for (int g = 0; g < count; ++g) {
    for (Vector& carry : groups[g].carry) carry = zero();
  }
  for (int d = 0; d < 2 * blocks; ++d) {
    for (int g = 0; g < count; ++g) scan_diagonal<kSquare>(groups[g], blocks, d);
  }
}

}  // namespace
}  // namespace assay::kernel::ifma
