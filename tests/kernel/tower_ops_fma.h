// Makes the function pointers of tower_ops.h and limb_ops.h from the types of kernel/fma, at the width for which the
// file that includes this is compiled.
#pragma once

#include "kernel/fma/field_25519.h"
#include "kernel/fma/field_p256.h"
#include "kernel/fma/field_p384.h"
#include "kernel/fma/field_p521.h"
#include "kernel/fma/lanes.h"
#include "kernel/fma/scalar.h"
#include "kernel/limb_ops.h"
#include "kernel/tower_ops_impl.h"

namespace assay::test {

namespace {

using namespace kernel::fma;

template <class F>
struct MakeLimbOps {
  template <class Number>
  static Number load(const LimbNumber& from) noexcept {
    Number result;
    for (int i = 0; i < F::kLimbs; ++i) result.l[i] = from_bits(kernel::fma::load(from.limb[i]));
    return result;
  }
  [[gnu::noinline]] static void run_here(LimbOp op, const LimbNumber& difference, const LimbNumber& b,
                                         const LimbNumber& s, const LimbNumber& t, LimbNumber& out) noexcept {
    const auto d = load<typename F::Difference>(difference);
    const auto x = load<typename F::Coordinate>(b), y = load<typename F::Coordinate>(s);
    const auto z = load<typename F::Coordinate>(t);
    typename F::Coordinate result;
    if (op == LimbOp::mul) result = F::mul(d, x);
    if (op == LimbOp::sqr) result = F::sqr(x);
    if (op == LimbOp::mul_sub) result = F::mul_sub(d, x, y);
    if (op == LimbOp::sqr_sub2) result = F::sqr_sub2(x, y, z);
    for (int i = 0; i < F::kLimbs; ++i) store(out.limb[i], bits_of(result.l[i]));
  }
  static LimbNumber run(LimbOp op, const LimbNumber& difference, const LimbNumber& b, const LimbNumber& s,
                        const LimbNumber& t) {
    LimbNumber out{};
    const RoundTowardZero rounding;
    run_here(op, difference, b, s, t, out);
    return out;
  }
  static constexpr LimbOps ops(const char* name, bool montgomery) noexcept {
    return {.name = name, .lanes = kLanes, .limbs = F::kLimbs, .bits = F::kBits, .montgomery = montgomery, .run = run};
  }
};

constexpr TowerOps tower_of_fma(const char* isa) noexcept {
  return make_tower_ops<FmaLanes, FieldP256, FieldP384, FieldP521, Field25519, ScalarP256, ScalarP384, ScalarP521,
                        Scalar25519, RoundTowardZero>(isa);
}

constexpr AllLimbOps limbs_of_fma(const char* isa) noexcept {
  return {isa,
          {MakeLimbOps<FieldP256>::ops("P256", true), MakeLimbOps<FieldP384>::ops("P384", true),
           MakeLimbOps<FieldP521>::ops("P521", false), MakeLimbOps<Field25519>::ops("Ed25519", false)}};
}

}  // namespace
}  // namespace assay::test
