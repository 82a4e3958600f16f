// ECDSA over P-384: 64-bit words, any CPU.
#include "kernel/curve/ecdsa.h"
#include "kernel/portable/field_p384.h"
#include "kernel/portable/kernels.h"
#include "kernel/portable/scalar.h"

namespace assay::kernel::portable {
namespace {

using CurveP384 = CurveOver<ParametersP384, FieldP384, ScalarP384, portable::FieldP384>;

}  // namespace

const CurveKernel kP384 = Ecdsa<CurveP384, 128>::kernel();

}  // namespace assay::kernel::portable
