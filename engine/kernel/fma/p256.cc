// ECDSA over P-256: four lanes of AVX2 and FMA.
#include "kernel/curve/ecdsa.h"
#include "kernel/fma/field_p256.h"
#include "kernel/fma/kernels.h"
#include "kernel/fma/rounded.h"
#include "kernel/fma/scalar.h"
#include "kernel/portable/field_p256.h"

namespace assay::kernel::fma {
namespace {

using CurveP256 = CurveOver<ParametersP256, FieldP256, ScalarP256, portable::FieldP256>;

}  // namespace

const CurveKernel kP256 = Rounded<Ecdsa<CurveP256, 256>>::kernel();

}  // namespace assay::kernel::fma
