// ECDSA over P-521: 64-bit words, any CPU.
#include "kernel/curve/ecdsa.h"
#include "kernel/portable/field_p521.h"
#include "kernel/portable/kernels.h"
#include "kernel/portable/scalar.h"

namespace assay::kernel::portable {
namespace {

using CurveP521 = CurveOver<ParametersP521, FieldP521, ScalarP521, portable::FieldP521>;

}  // namespace

const CurveKernel kP521 = Ecdsa<CurveP521, 64>::kernel();

}  // namespace assay::kernel::portable
