// ECDSA over P-384: eight lanes of AVX-512 IFMA.
#include "kernel/curve/ecdsa.h"
#include "kernel/ifma/field_p384.h"
#include "kernel/ifma/kernels.h"
#include "kernel/ifma/scalar.h"
#include "kernel/portable/field_p384.h"

namespace assay::kernel::ifma {
namespace {

using CurveP384 = CurveOver<ParametersP384, FieldP384, ScalarP384, portable::FieldP384>;

}  // namespace

const CurveKernel kP384 = Ecdsa<CurveP384, 128>::kernel();

}  // namespace assay::kernel::ifma
