// Ed25519: 64-bit words, any CPU.
#include "kernel/curve/eddsa.h"
#include "kernel/portable/field_25519.h"
#include "kernel/portable/kernels.h"
#include "kernel/portable/scalar.h"

namespace assay::kernel::portable {
namespace {

using Curve25519 = CurveOver<Parameters25519, Field25519, Scalar25519, portable::Field25519>;

}  // namespace

const CurveKernel kEd25519 = Eddsa<Curve25519, 256>::kernel();

}  // namespace assay::kernel::portable
