// Many affine additions with one inversion (Montgomery's simultaneous inversion; Cohen, Miyaji and Ono, 1998, §2).
//
//   lambda = (y2 - y1) / (x2 - x1)     x3 = lambda^2 - x1 - x2     y3 = lambda (x1 - x3) - y1
//
// The inverse of d_i = x2 - x1 is that of the product of all d, times all the others: 3M an addition. With lambda's
// product, its square and y3's product that makes 5M + 1S, against about 11M for a mixed Jacobian addition, and the sum
// is affine again. A single addition is longer than the reorder buffer, so kChains of them go in lock-step, stage by
// stage, each chain with a running product of its own.
#pragma once

#include "kernel/curve/point.h"

namespace assay::kernel {
namespace {  // see tower.h

inline constexpr int kChains = 4;

// For `count` additions at once.
template <Field F>
struct AdditionScratch {
  AdditionScratch(Carver& carver, std::size_t count) noexcept
      : difference(carver.array<typename F::Difference>(count)), prefix(carver.array<typename F::Coordinate>(count)) {}
  typename F::Difference* difference;  // d_i
  typename F::Coordinate* prefix;      // the product of the d of the chain before i
};

// Multiplies up the d of each chain and fills the scratch. The first product of a chain is by one, because at most one
// factor may be a Difference.
template <Field F>
inline void multiply_up(const Point<F>* a, const Point<F>* b, int count, int chains, const AdditionScratch<F>& scratch,
                        typename F::Coordinate* product) noexcept {
  for (int i = 0; i < chains; ++i) {
    scratch.difference[i] = F::sub(b[i].x, a[i].x);
    product[i] = F::mul(scratch.difference[i], F::one());
  }
  for (int i = chains; i < count; ++i) {
    const int c = i % kChains;
    const typename F::Difference d = F::sub(b[i].x, a[i].x);
    scratch.difference[i] = d;
    scratch.prefix[i] = product[c];
    product[c] = F::mul(product[c], d);
  }
}

// The same, but a d of zero becomes 1, and its lane is set in exceptional[i % groups].
template <Field F>
[[gnu::noinline]] void multiply_up_checked(const Point<F>* a, const Point<F>* b, int count, int chains,
                                           const AdditionScratch<F>& scratch, typename F::Coordinate* product,
                                           typename F::L::Mask* exceptional, int groups) noexcept {
  const typename F::Coordinate one = F::one();
  for (int i = 0; i < count; ++i) {
    typename F::Difference d = F::sub(b[i].x, a[i].x);
    const typename F::L::Mask zero = F::zero_mask(d);
    if (zero != 0) {
      d = F::select(zero, one, d);
      exceptional[i % groups] = static_cast<typename F::L::Mask>(exceptional[i % groups] | zero);
    }
    scratch.difference[i] = d;
    if (i < chains) {
      product[i] = F::mul(d, one);
    } else {
      scratch.prefix[i] = product[i % kChains];
      product[i % kChains] = F::mul(product[i % kChains], d);
    }
  }
}

// Calls body(c) for each chain. The loop is unrolled, unless the field says that four of its products, inlined side by
// side, do not fit the cache of decoded instructions.
template <Field F, class Body>
[[gnu::always_inline]] inline void for_chains(int chains, Body&& body) noexcept {
  if constexpr (requires { F::kRolledChains; }) {
#pragma GCC unroll 1
    for (int c = 0; c < chains; ++c) body(c);
  } else {
#pragma GCC unroll 4
    for (int c = 0; c < chains; ++c) body(c);
  }
}

// t[c] = 1 / d for the additions at [base, base + chains), the last of their chains that are still open. `inverse`: 1 /
// (the product of each chain's d up to here); on return, up to before here.
template <Field F>
[[gnu::always_inline]] inline void invert_stage(int base, int chains, const AdditionScratch<F>& scratch,
                                                typename F::Coordinate* inverse, typename F::Coordinate* t) noexcept {
  for_chains<F>(
      chains, [&](int c) __attribute__((always_inline)) {
        if (base == 0) {
          t[c] = inverse[c];
        } else {
          t[c] = F::mul(inverse[c], scratch.prefix[base + c]);
          inverse[c] = F::mul(inverse[c], scratch.difference[base + c]);
        }
      });
}

// Nothing to do beside additions.
struct Nothing {
  void operator()() const noexcept {}
};
inline constexpr Nothing kNothing;

// The additions at [base, base + chains). Calls beside() twice an addition.
template <Field F, bool kOnlyX, class Beside>
[[gnu::always_inline]] inline void add_stage(const Point<F>* a, const Point<F>* b, Point<F>* sum, int base, int chains,
                                             const AdditionScratch<F>& scratch, typename F::Coordinate* inverse,
                                             Beside& beside) noexcept {
  using Coordinate = typename F::Coordinate;
  Coordinate t[kChains], lambda[kChains];
  invert_stage<F>(base, chains, scratch, inverse, t);
  for_chains<F>(
      chains, [&](int c) __attribute__((always_inline)) {
        beside();
        lambda[c] = F::mul(F::sub(b[base + c].y, a[base + c].y), t[c]);
      });
  for_chains<F>(
      chains, [&](int c) __attribute__((always_inline)) {
        beside();
        // `sum` may be `a`: x1 is read before x3 takes its place, y1 before y3.
        const Coordinate x1 = a[base + c].x;
        const Coordinate x3 = sqr_sub2<F>(lambda[c], x1, b[base + c].x);
        sum[base + c].x = x3;
        if constexpr (!kOnlyX) sum[base + c].y = mul_sub<F>(F::sub(x1, x3), lambda[c], a[base + c].y);
      });
}

// The sums and the differences at [base, base + chains). The slope of a - b is that of a + b with y2 negated:
//
//   -lambda' = (y1 + y2) / (x2 - x1)     x3 = lambda'^2 - x1 - x2     y3 = -lambda' (x3 - x1) - y1
template <Field F>
[[gnu::always_inline]] inline void add_subtract_stage(Point<F>* a, Point<F>* b, int base, int chains,
                                                      const AdditionScratch<F>& scratch,
                                                      typename F::Coordinate* inverse) noexcept {
  using Coordinate = typename F::Coordinate;
  Coordinate t[kChains], lambda[kChains], minus_lambda[kChains];
  invert_stage<F>(base, chains, scratch, inverse, t);
  for_chains<F>(
      chains, [&](int c) __attribute__((always_inline)) {
        lambda[c] = F::mul(F::sub(b[base + c].y, a[base + c].y), t[c]);
        minus_lambda[c] = F::mul(F::add_carried(a[base + c].y, b[base + c].y), t[c]);
      });
  for_chains<F>(
      chains, [&](int c) __attribute__((always_inline)) {
        Point<F>& sum = a[base + c];
        Point<F>& difference = b[base + c];
        const Coordinate x1 = sum.x, y1 = sum.y, x2 = difference.x;
        sum.x = sqr_sub2<F>(lambda[c], x1, x2);
        sum.y = mul_sub<F>(F::sub(x1, sum.x), lambda[c], y1);
        difference.x = sqr_sub2<F>(minus_lambda[c], x1, x2);
        difference.y = mul_sub<F>(F::sub(difference.x, x1), minus_lambda[c], y1);
      });
}

// Inverts the d of `count` additions, at least one, together, and calls stage(base, chains, inverse) for each stage of
// them, the last first. A d of zero is replaced by 1, and its lane is set in exceptional[i % groups].
template <Field F, class Stage>
[[gnu::always_inline]] inline void in_stages(const Point<F>* a, const Point<F>* b, int count,
                                             const AdditionScratch<F>& scratch, typename F::L::Mask* exceptional,
                                             int groups, Stage&& stage) noexcept {
  using Coordinate = typename F::Coordinate;
  if (count < 1) __builtin_unreachable();
  const int chains = count < kChains ? count : kChains;
  Coordinate product[kChains];
  multiply_up<F>(a, b, count, chains, scratch, product);

  Coordinate before[kChains];  // the product of the chains before c
  const auto multiply_chains = [&]() noexcept {
    Coordinate all = product[0];
    for (int c = 1; c < chains; ++c) {
      before[c] = all;
      all = F::mul(all, product[c]);
    }
    return all;
  };
  Coordinate all = multiply_chains();
  if (__builtin_expect(F::zero_mask(all) != 0, 0)) {
    multiply_up_checked<F>(a, b, count, chains, scratch, product, exceptional, groups);
    all = multiply_chains();
  }

  Coordinate inverse[kChains];
  Coordinate rest = F::invert(all);
  for (int c = chains - 1; c > 0; --c) {
    inverse[c] = F::mul(rest, before[c]);
    rest = F::mul(rest, product[c]);
  }
  inverse[0] = rest;

  int base = (count - 1) / kChains * kChains;
  if (count - base < kChains) {
    stage(base, count - base, inverse);
    base -= kChains;
  }
  for (; base >= 0; base -= kChains) stage(base, kChains, inverse);
}

// sum[i] = a[i] + b[i] for i < count, at least one; `sum` may be `a`. Lanes where x1 = x2 get a wrong sum and are set
// in exceptional[i % groups]; the others are right all the same. kOnlyX leaves y of the sums as it was. beside() is
// called twice an addition, to fetch what is needed next.
template <Field F, bool kOnlyX = false, class Beside = const Nothing>
void add_batch(const Point<F>* a, const Point<F>* b, Point<F>* sum, int count, const AdditionScratch<F>& scratch,
               typename F::L::Mask* exceptional, int groups, Beside& beside = kNothing) noexcept {
  in_stages<F>(
      a, b, count, scratch, exceptional,
      groups, [&](int base, int chains, typename F::Coordinate* inverse) __attribute__((always_inline)) {
        add_stage<F, kOnlyX>(a, b, sum, base, chains, scratch, inverse, beside);
      });
}

// a[i] and b[i] become a[i] + b[i] and a[i] - b[i]. The two share one inverse, so each costs 3.5M + 1S. Lanes where
// x1 = x2 are treated as in add_batch.
template <Field F>
void add_subtract_batch(Point<F>* a, Point<F>* b, int count, const AdditionScratch<F>& scratch,
                        typename F::L::Mask* exceptional, int groups) noexcept {
  in_stages<F>(
      a, b, count, scratch, exceptional,
      groups, [&](int base, int chains, typename F::Coordinate* inverse) __attribute__((always_inline)) {
        add_subtract_stage<F>(a, b, base, chains, scratch, inverse);
      });
}

}  // namespace
}  // namespace assay::kernel
