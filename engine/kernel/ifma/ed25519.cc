// Ed25519: eight lanes of AVX-512 IFMA.
#include "kernel/curve/eddsa.h"
#include "kernel/ifma/field_25519.h"
#include "kernel/ifma/kernels.h"
#include "kernel/ifma/scalar.h"
#include "kernel/portable/field_25519.h"

namespace assay::kernel::ifma {
namespace {

using Curve25519 = CurveOver<Parameters25519, Field25519, Scalar25519, portable::Field25519>;

}  // namespace

const CurveKernel kEd25519 = Eddsa<Curve25519, 256>::kernel();

}  // namespace assay::kernel::ifma
