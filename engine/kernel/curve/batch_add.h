// Many affine additions with one inversion (Montgomery's simultaneous inversion; Cohen, Miyaji and Ono, 1998, §2).
//
//   lambda = (y2 - y1) / (x2 - x1)     x3 = lambda^2 - x1 - x2     y3 = lambda (x1 - x3) - y1
//
// The inverse of d_i = x2 - x1 is that of the product of all d, times all the others: 3M an addition. With lambda's
// product, its square and y3's product that makes 5M + 1S, against about 11M for a mixed Jacobian addition, and the sum
// is affine again. An addition alone is longer than the reorder buffer, so kChains of them go in lock-step, stage by
// stage, each chain with a running product of its own.
#pragma once

#include "kernel/curve/point.h"

namespace assay::kernel {
namespace {  // see tower.h

inline constexpr int kChains = 4;

// For `count` additions at once.
template <class Field>
struct AdditionScratch {
  AdditionScratch(Carver& carver, std::size_t count) noexcept
      : difference(carver.array<typename Field::Difference>(count)),
        prefix(carver.array<typename Field::Difference>(count)) {}
  typename Field::Difference* difference;  // d_i
  typename Field::Difference* prefix;      // the product of the d of the chain before i
};

// The product of a chain's d, for each chain; fills the scratch.
template <class Field>
inline void multiply_up(const Point<Field>* a, const Point<Field>* b, int count, int chains,
                        const AdditionScratch<Field>& scratch, typename Field::Difference* product) noexcept {
  for (int i = 0; i < chains; ++i) {
    scratch.difference[i] = Field::sub(b[i].x, a[i].x);
    product[i] = scratch.difference[i];
  }
  for (int i = chains; i < count; ++i) {
    const int c = i % kChains;
    const typename Field::Difference d = Field::sub(b[i].x, a[i].x);
    scratch.difference[i] = d;
    scratch.prefix[i] = product[c];
    product[c] = Field::mul(product[c], d);
  }
}

// The same with d = 1 in the lanes where it is zero; those lanes are set in exceptional[i % groups].
template <class Field>
[[gnu::noinline]] void multiply_up_checked(const Point<Field>* a, const Point<Field>* b, int count, int chains,
                                           const AdditionScratch<Field>& scratch, typename Field::Difference* product,
                                           typename Field::L::Mask* exceptional, int groups) noexcept {
  const typename Field::Difference one = Field::one();
  for (int i = 0; i < count; ++i) {
    typename Field::Difference d = Field::sub(b[i].x, a[i].x);
    const typename Field::L::Mask zero = Field::zero_mask(d);
    if (zero != 0) {
      d = Field::select(zero, one, d);
      exceptional[i % groups] = static_cast<typename Field::L::Mask>(exceptional[i % groups] | zero);
    }
    scratch.difference[i] = d;
    if (i < chains) {
      product[i] = d;
    } else {
      scratch.prefix[i] = product[i % kChains];
      product[i % kChains] = Field::mul(product[i % kChains], d);
    }
  }
}

// The additions at [base, base + chains), the last of their chains that are still open. `inverse`: 1 / (the product of
// each chain's d up to here); on return, up to before here.
template <class Field, bool kOnlyX>
[[gnu::always_inline]] inline void add_stage(const Point<Field>* a, const Point<Field>* b, Point<Field>* sum, int base,
                                             int chains, const AdditionScratch<Field>& scratch,
                                             typename Field::Coordinate* inverse) noexcept {
  using Coordinate = typename Field::Coordinate;
  Coordinate t[kChains], lambda[kChains];
#pragma GCC unroll 4
  for (int c = 0; c < chains; ++c) {
    if (base == 0) {
      t[c] = inverse[c];
    } else {
      t[c] = Field::mul(inverse[c], scratch.prefix[base + c]);
      inverse[c] = Field::mul(inverse[c], scratch.difference[base + c]);
    }
  }
#pragma GCC unroll 4
  for (int c = 0; c < chains; ++c) lambda[c] = Field::mul(Field::sub(b[base + c].y, a[base + c].y), t[c]);
#pragma GCC unroll 4
  for (int c = 0; c < chains; ++c) {
    // `sum` may be `a`: x1 is read before x3 takes its place, y1 before y3.
    const Coordinate x1 = a[base + c].x;
    const Coordinate x3 = Field::sub2_carried(Field::sqr(lambda[c]), x1, b[base + c].x);
    sum[base + c].x = x3;
    if constexpr (!kOnlyX) {
      const Coordinate product = Field::mul(lambda[c], Field::sub(x1, x3));
      sum[base + c].y = Field::sub_carried(product, a[base + c].y);
    }
  }
}

// sum[i] = a[i] + b[i] for i < count; `sum` may be `a`. Lanes where x1 = x2 get a wrong sum and are set in
// exceptional[i % groups]; the others are right all the same. kOnlyX leaves y of the sums as it was.
template <class Field, bool kOnlyX = false>
void add_batch(const Point<Field>* a, const Point<Field>* b, Point<Field>* sum, int count,
               const AdditionScratch<Field>& scratch, typename Field::L::Mask* exceptional, int groups) noexcept {
  using Coordinate = typename Field::Coordinate;
  using Difference = typename Field::Difference;
  const int chains = count < kChains ? count : kChains;
  Difference product[kChains];
  multiply_up<Field>(a, b, count, chains, scratch, product);

  Coordinate before[kChains];  // the product of the chains before c
  const auto multiply_chains = [&]() noexcept {
    Coordinate all = Field::mul(product[0], Field::one());
    for (int c = 1; c < chains; ++c) {
      before[c] = all;
      all = Field::mul(all, product[c]);
    }
    return all;
  };
  Coordinate all = multiply_chains();
  if (__builtin_expect(Field::zero_mask(all) != 0, 0)) {
    multiply_up_checked<Field>(a, b, count, chains, scratch, product, exceptional, groups);
    all = multiply_chains();
  }

  Coordinate inverse[kChains];
  Coordinate rest = Field::invert(all);
  for (int c = chains - 1; c > 0; --c) {
    inverse[c] = Field::mul(rest, before[c]);
    rest = Field::mul(rest, product[c]);
  }
  inverse[0] = rest;

  int base = (count - 1) / kChains * kChains;
  if (count - base < kChains) {
    add_stage<Field, kOnlyX>(a, b, sum, base, count - base, scratch, inverse);
    base -= kChains;
  }
  for (; base >= 0; base -= kChains) add_stage<Field, kOnlyX>(a, b, sum, base, kChains, scratch, inverse);
}

}  // namespace
}  // namespace assay::kernel
