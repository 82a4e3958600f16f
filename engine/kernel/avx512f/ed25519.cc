// Ed25519: the lanes of fma/, eight of AVX-512F.
#include "kernel/avx512f/kernels.h"
#include "kernel/curve/eddsa.h"
#include "kernel/fma/field_25519.h"
#include "kernel/fma/rounded.h"
#include "kernel/fma/scalar.h"
#include "kernel/portable/field_25519.h"

namespace assay::kernel::avx512f {
namespace {

using Curve25519 = CurveOver<Parameters25519, fma::Field25519, fma::Scalar25519, portable::Field25519>;

}  // namespace

const CurveKernel kEd25519 = fma::Rounded<Eddsa<Curve25519, 256>>::kernel();

}  // namespace assay::kernel::avx512f
