// ECDSA over P-256: eight lanes of AVX-512 IFMA.
#include "kernel/curve/ecdsa.h"
#include "kernel/ifma/field_p256.h"
#include "kernel/ifma/kernels.h"
#include "kernel/ifma/scalar.h"
#include "kernel/portable/field_p256.h"

namespace assay::kernel::ifma {
namespace {

using CurveP256 = CurveOver<ParametersP256, FieldP256, ScalarP256, portable::FieldP256>;

}  // namespace

const CurveKernel kP256 = Ecdsa<CurveP256, 256>::kernel();

}  // namespace assay::kernel::ifma
