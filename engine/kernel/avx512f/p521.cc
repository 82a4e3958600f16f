// ECDSA over P-521: the lanes of fma/, eight of AVX-512F.
#include "kernel/avx512f/kernels.h"
#include "kernel/curve/ecdsa.h"
#include "kernel/fma/field_p521.h"
#include "kernel/fma/rounded.h"
#include "kernel/fma/scalar.h"
#include "kernel/portable/field_p521.h"

namespace assay::kernel::avx512f {
namespace {

using CurveP521 = CurveOver<ParametersP521, fma::FieldP521, fma::ScalarP521, portable::FieldP521>;

}  // namespace

const CurveKernel kP521 = fma::Rounded<Ecdsa<CurveP521, 64>>::kernel();

}  // namespace assay::kernel::avx512f
