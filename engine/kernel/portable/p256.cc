// ECDSA over P-256: 64-bit words, any CPU.
#include "kernel/curve/ecdsa.h"
#include "kernel/portable/field_p256.h"
#include "kernel/portable/kernels.h"
#include "kernel/portable/scalar.h"

namespace assay::kernel::portable {
namespace {

using CurveP256 = CurveOver<ParametersP256, FieldP256, ScalarP256, portable::FieldP256>;

}  // namespace

const CurveKernel kP256 = Ecdsa<CurveP256, 256>::kernel();

}  // namespace assay::kernel::portable
