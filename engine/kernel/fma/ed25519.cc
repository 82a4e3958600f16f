// Ed25519: four lanes of AVX2 and FMA.
#include "kernel/curve/eddsa.h"
#include "kernel/fma/field_25519.h"
#include "kernel/fma/kernels.h"
#include "kernel/fma/rounded.h"
#include "kernel/fma/scalar.h"
#include "kernel/portable/field_25519.h"

namespace assay::kernel::fma {
namespace {

using Curve25519 = CurveOver<Parameters25519, Field25519, Scalar25519, portable::Field25519>;

}  // namespace

const CurveKernel kEd25519 = Rounded<Eddsa<Curve25519, 256>>::kernel();

}  // namespace assay::kernel::fma
