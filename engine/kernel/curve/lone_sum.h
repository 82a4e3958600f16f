// u1 G + u2 Q for a signature that comes with few others: its entries lie side by side in the lanes.
//
// The tree of ecmult.h keeps one signature a lane and pays an inversion a level, which a few signatures cannot share
// out. Here each lane adds up every kCount-th entry of one signature, in Jacobian coordinates (x = X/Z^2, y = Y/Z^3),
// and the sums of the lanes are added crosswise, so that at the end each lane holds the sum. Nothing is inverted
// on the way.
//
// With x1, y1, x2, y2 over a common denominator Z (Cohen, Miyaji and Ono, 1998, §2):
//
//   H = x2 - x1     R = y2 - y1     X3 = R^2 - H^3 - 2 x1 H^2     Y3 = R (x1 H^2 - X3) - y1 H^3     Z3 = Z H
//
// Where x1 = x2, a doubling or a sum at infinity, H is zero. Then Z is, and stays so: such a sum is exceptional.
#pragma once

#include "kernel/curve/ecmult.h"

namespace assay::kernel {
namespace {  // see tower.h

template <Field F>
struct JacobianPoint {
  typename F::Coordinate x, y, z;
};

// The sum of two points over a common denominator z. Cost: 5M + 2S.
template <Field F>
[[gnu::always_inline]] inline JacobianPoint<F> add_over(const typename F::Coordinate& z, const Point<F>& a,
                                                        const Point<F>& b) noexcept {
  using Coordinate = typename F::Coordinate;
  const Coordinate h = F::sub_carried(b.x, a.x), r = F::sub_carried(b.y, a.y);
  const Coordinate h2 = F::sqr(h), h3 = F::mul(h2, h), v = F::mul(a.x, h2);
  const Coordinate x = F::sub_carried(sqr_sub2<F>(r, h3, v), v);
  return {x, mul_sub<F>(F::sub(v, x), r, F::mul(a.y, h3)), F::mul(z, h)};
}

// Cost: 8M + 3S.
template <Field F>
[[gnu::noinline]] JacobianPoint<F> add_entry(const JacobianPoint<F>& a, const Point<F>& b) noexcept {
  const typename F::Coordinate z2 = F::sqr(a.z);
  return add_over<F>(a.z, {a.x, a.y}, {F::mul(b.x, z2), F::mul(b.y, F::mul(z2, a.z))});
}

// Cost: 12M + 4S.
template <Field F>
[[gnu::noinline]] JacobianPoint<F> add_sums(const JacobianPoint<F>& a, const JacobianPoint<F>& b) noexcept {
  const typename F::Coordinate a2 = F::sqr(a.z), b2 = F::sqr(b.z);
  return add_over<F>(F::mul(a.z, b.z), {F::mul(a.x, b2), F::mul(a.y, F::mul(b2, b.z))},
                     {F::mul(b.x, a2), F::mul(b.y, F::mul(a2, a.z))});
}

// a where mask, else b.
template <Field F>
inline JacobianPoint<F> select_point(typename F::L::Mask mask, const JacobianPoint<F>& a,
                                     const JacobianPoint<F>& b) noexcept {
  const auto select = [mask](const typename F::Coordinate& one, const typename F::Coordinate& other) noexcept {
    return F::mul(F::select(mask, one, other), F::one());
  };
  return {select(a.x, b.x), select(a.y, b.y), select(a.z, b.z)};
}

// Adds the sum of the lanes at kDistance to each lane's, and so on down to the neighbours.
template <Field F, int kDistance>
inline JacobianPoint<F> add_lanes(const JacobianPoint<F>& a) noexcept {
  if constexpr (kDistance == 0) {
    return a;
  } else {
    const JacobianPoint<F> other{F::template turned<kDistance>(a.x), F::template turned<kDistance>(a.y),
                                 F::template turned<kDistance>(a.z)};
    return add_lanes<F, kDistance / 2>(add_sums<F>(a, other));
  }
}

// Adds up the `slots` entries that choose_slots chose for the signature in lane `lane` of a pass of one group. At least
// two entries a lane. The sum is in each lane; it is exceptional if its z is zero.
template <Curve C>
JacobianPoint<typename C::F> sum_up_alone(const SumScratch<C>& scratch, std::size_t slots, std::size_t lane) noexcept {
  using F = typename C::F;
  using Mask = typename C::Mask;
  constexpr std::size_t kLanes = C::L::kCount;
  const auto load = [&](std::size_t first) noexcept {
    const std::uint64_t* addresses[kLanes];
    Mask negative = 0;
    for (std::size_t l = 0; l < kLanes; ++l) {
      const std::size_t slot = first + l < slots ? first + l : slots - 1;
      addresses[l] = scratch.addresses[slot * kLanes + lane];
      negative = static_cast<Mask>(negative | ((scratch.negative[slot] >> lane & 1u) << l));
    }
    return load_points<F>(addresses, negative);
  };
  JacobianPoint<F> sum = add_over<F>(F::one(), load(0), load(kLanes));
  std::size_t first = 2 * kLanes;
  for (; first + kLanes <= slots; first += kLanes) sum = add_entry<F>(sum, load(first));
  if (first < slots) {
    const auto filled = static_cast<Mask>((1u << (slots - first)) - 1);
    sum = select_point<F>(filled, add_entry<F>(sum, load(first)), sum);
  }
  return add_lanes<F, static_cast<int>(kLanes / 2)>(sum);
}

// So many signatures of a pass, and fewer, cost less one by one than together: NOTES.md, section 5. One lane gains
// nothing.
template <Curve C>
inline constexpr std::size_t kFewAlone = C::L::kCount / 2;

// As sum_up, for the `count` signatures of a pass of one group. It costs one inversion, which they share.
template <Curve C>
void sum_up_few(const SumScratch<C>& scratch, std::size_t slots, std::size_t count) noexcept {
  using F = typename C::F;
  using Mask = typename C::Mask;
  JacobianPoint<F> sums = sum_up_alone<C>(scratch, slots, 0);
  for (std::size_t lane = 1; lane < count; ++lane) {
    sums = select_point<F>(static_cast<Mask>(1u << lane), sum_up_alone<C>(scratch, slots, lane), sums);
  }
  scratch.exceptional[0] = F::zero_mask(sums.z);
  const auto z = F::mul(F::select(scratch.exceptional[0], F::one(), sums.z), F::one());
  const auto inverse = F::invert(z), inverse2 = F::sqr(inverse);
  scratch.points[0] = {F::mul(sums.x, inverse2), F::mul(sums.y, F::mul(inverse2, inverse))};
}

}  // namespace
}  // namespace assay::kernel
