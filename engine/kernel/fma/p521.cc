// ECDSA over P-521: four lanes of AVX2 and FMA.
#include "kernel/curve/ecdsa.h"
#include "kernel/fma/field_p521.h"
#include "kernel/fma/kernels.h"
#include "kernel/fma/rounded.h"
#include "kernel/fma/scalar.h"
#include "kernel/portable/field_p521.h"

namespace assay::kernel::fma {
namespace {

using CurveP521 = CurveOver<ParametersP521, FieldP521, ScalarP521, portable::FieldP521>;

}  // namespace

const CurveKernel kP521 = Rounded<Ecdsa<CurveP521, 64>>::kernel();

}  // namespace assay::kernel::fma
