// Almost-Montgomery products of pairs of large numbers, a pair and a modulus for each lane.
//
// Numbers are arrays of 4*kBlocks doubles (rsa_limbs.h), every limb an integer below 2^52. R = 2^(52*4*kBlocks) and
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

// The exponentiations of all lanes on their way. Each size has code of its own, which is 2 % faster.
template <int kBlocks>
struct Group {
  static constexpr int kLimbs = kBlock * kBlocks;

  Double x[kLimbs];       // the base
  Double y[kLimbs];       // the power so far
  Double n[kLimbs];       // the moduli
  Double n2[kLimbs];      // see above
  Double factor[kLimbs];  // R^2 mod n, or c1 of a match
  Double m[kLimbs];       // digits of the product at hand
  Double k0;              // -1/n mod 2^52
  Vector carry[kBlock];   // what the next diagonal of the product at hand begins with
};

// Sums over a diagonal of blocks. Column i has the weight 2^(52 i).
using Columns = Vector[kColumns];

// Besides halves of products, a block adds the bits of their doubles to the columns (vector.h): a product of limbs i
// and j adds kBits52 to column i + j and kBits104 to the next one. of[k] is what columns begin with if half of k
// blocks' bits are to be taken out. All of these are multiples of 2^51, so they double without loss, modulo 2^64.
struct Start {
  std::uint64_t of[4 * kMaxBlocks + 1][kColumns];
};
constexpr Start kStart = [] {
  Start start{};
  for (std::size_t k = 0; k <= 4 * kMaxBlocks; ++k) {
    for (int product = 0; product < kBlock * kBlock; ++product) {
      const int column = product / kBlock + product % kBlock;
      start.of[k][column] -= k * (kBits52 / 2);
      start.of[k][column + 1] -= k * (kBits104 / 2);
    }
  }
  return start;
}();

// The first half of add_product (vector.h): adds the high half of a b, and returns the bits of the low half's double.
// One statement leaves GCC 12 no freedom to spill. b is read from memory twice: there are too few registers to keep it.
[[gnu::always_inline]] inline Vector add_high_half(Vector& high, Double a, const Double& b) noexcept {
#ifdef __AVX2__
  Double upper, lower;
  asm volatile(
      "vmovapd %[c1], %[upper]\n\t"
      "vfmadd231pd %[b], %[a], %[upper]\n\t"
      "vsubpd %[upper], %[c2], %[lower]\n\t"
      "vpaddq %[upper], %[high], %[high]\n\t"
      "vfmadd231pd %[b], %[a], %[lower]"
      : [high] "+v"(high), [upper] "=&v"(upper), [lower] "=&v"(lower)
      : [a] "v"(a), [b] "m"(b), [c1] "v"(constant(kBits104)), [c2] "v"(constant(kBits104 + 1)));
  return bits_of(lower);
#else  // a test models the instructions
  Vector low = zero();
  add_product(low, high, a, b);
  return low;
#endif
}
// The second half. It is a statement, too, so that it stays where it is written.
[[gnu::always_inline]] inline void add_low_half(Vector& low, Vector half) noexcept {
#ifdef __AVX2__
  asm volatile("vpaddq %[half], %[low], %[low]" : [low] "+v"(low) : [half] "v"(half));
#else
  low = add(low, half);
#endif
}

[[gnu::always_inline]] inline void add_product_with(Vector& low, Vector& high, Double a, const Double& b) noexcept {
  add_low_half(low, add_high_half(high, a, b));
}

// sum += a*b. 16 products. A low half is added three products later, when it is there: waiting operations would fill
// the queues of the core (3 % faster).
[[gnu::always_inline]] inline void add_block(Columns& sum, const Double* a, const Double* b) noexcept {
  constexpr int kProducts = kBlock * kBlock, kDelay = 3;
  Vector halves[kProducts];
#pragma GCC unroll 19
  for (int p = 0; p < kProducts + kDelay; ++p) {
    if (p < kProducts) halves[p] = add_high_half(sum[p / kBlock + p % kBlock + 1], a[p / kBlock], b[p % kBlock]);
    const int late = p - kDelay;
    if (late >= 0) add_low_half(sum[late / kBlock + late % kBlock], halves[late]);
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

// The blocks of two numbers that meet in diagonal d: block i of the one and d - i of the other, i from first to last.
template <int kBlocks>
struct Meeting {
  int first, last;

  explicit Meeting(int d) noexcept : first(d < kBlocks ? 0 : d - kBlocks + 1), last(d < kBlocks ? d : kBlocks - 1) {}
  int count() const noexcept { return last - first + 1; }
};

// Adds diagonal d of y*x or y*y. A square doubles what the columns hold.
template <bool kSquare, int kBlocks>
[[gnu::always_inline]] inline void add_factors(Columns& t, const Group<kBlocks>& group, int d) noexcept {
  const Meeting<kBlocks> meeting(d);
  if constexpr (kSquare) {
    for (int i = meeting.first; 2 * i < d; ++i) add_block(t, group.y + kBlock * i, group.y + kBlock * (d - i));
    if (d % 2 == 0) add_triangle(t, group.y + kBlock * (d / 2));
    double_columns(t);
    if (d % 2 == 0) add_squares(t, group.y + kBlock * (d / 2));
  } else {
    for (int i = meeting.first; i <= meeting.last; ++i) add_block(t, group.y + kBlock * i, group.x + kBlock * (d - i));
  }
}

// Adds diagonal d of the digits found so far. Block i of m stands for m n2 W^(i+1), so it meets n2 a diagonal later.
// The last one stands for m n W^(kBlocks-1), of which find_last_digits has added the lowest block.
template <int kBlocks>
[[gnu::always_inline]] inline void add_digits(Columns& t, const Group<kBlocks>& group, int d) noexcept {
  constexpr int kLast = kBlocks - 1;
  const int first = Meeting<kBlocks>(d - 1).first, end = d < kLast ? d : kLast;
  for (int i = first; i < end; ++i) add_block(t, group.m + kBlock * i, group.n2 + kBlock * (d - 1 - i));
  if (d > kLast) add_block(t, group.m + kBlock * kLast, group.n + kBlock * (d - kLast));
}

// Diagonal d of y = y*x/R or y = y*y/R, d from 0 to 2*kBlocks - 2.
// The result goes where y is: block d - kBlocks, which no later diagonal reads.
template <bool kSquare, int kBlocks>
[[gnu::always_inline]] inline void scan_diagonal(Group<kBlocks>& group, int d) noexcept {
  // As many digits meet n2 or n as factors met in the diagonal before.
  const int count = Meeting<kBlocks>(d).count() + Meeting<kBlocks>(d - 1).count();
  Columns t;
#pragma GCC unroll 8
  for (int i = 0; i < kColumns; ++i) t[i] = broadcast(kStart.of[kSquare ? count : 2 * count][i]);
  add_factors<kSquare>(t, group, d);
  add_digits(t, group, d);
#pragma GCC unroll 4
  for (int i = 0; i < kBlock; ++i) t[i] = add(t[i], group.carry[i]);

  if (d == kBlocks - 1) {
    find_last_digits(t, group.m + kBlock * d, group.n, group.k0);
  } else {
    write_limbs(t, d < kBlocks ? group.m + kBlock * d : group.y + kBlock * (d - kBlocks));
  }
#pragma GCC unroll 4
  for (int i = 0; i < kBlock; ++i) group.carry[i] = t[kBlock + i];
}

// y = y*x/R or y = y*y/R.
template <bool kSquare, int kBlocks>
[[gnu::noinline]] void montgomery(Group<kBlocks>& group) noexcept {
  for (Vector& carry : group.carry) carry = zero();
  for (int d = 0; d < 2 * kBlocks - 1; ++d) scan_diagonal<kSquare>(group, d);
  // What is left is the highest block of the result.
  Columns t;
  for (int i = 0; i < kBlock; ++i) {
    t[i] = group.carry[i];
    t[kBlock + i] = zero();
  }
  write_limbs(t, group.y + kBlock * (kBlocks - 1));
}

}  // namespace
}  // namespace assay::kernel::fma
