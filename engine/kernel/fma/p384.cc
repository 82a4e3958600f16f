// ECDSA over P-384: four lanes of AVX2 and FMA.
#include "kernel/curve/ecdsa.h"
#include "kernel/fma/field_p384.h"
#include "kernel/fma/kernels.h"
#include "kernel/fma/rounded.h"
#include "kernel/fma/scalar.h"
#include "kernel/portable/field_p384.h"

namespace assay::kernel::fma {
namespace {

using CurveP384 = CurveOver<ParametersP384, FieldP384, ScalarP384, portable::FieldP384>;

}  // namespace

const CurveKernel kP384 = Rounded<Ecdsa<CurveP384, 128>>::kernel();

}  // namespace assay::kernel::fma
