// ECDSA over P-521: eight lanes of AVX-512 IFMA.
#include "kernel/curve/ecdsa.h"
#include "kernel/ifma/field_p521.h"
#include "kernel/ifma/kernels.h"
#include "kernel/ifma/scalar.h"
#include "kernel/portable/field_p521.h"

namespace assay::kernel::ifma {
namespace {

using CurveP521 = CurveOver<ParametersP521, FieldP521, ScalarP521, portable::FieldP521>;

}  // namespace

const CurveKernel kP521 = Ecdsa<CurveP521, 64>::kernel();

}  // namespace assay::kernel::ifma
