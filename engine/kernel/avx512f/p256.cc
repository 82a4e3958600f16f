// ECDSA over P-256: the lanes of fma/, eight of AVX-512F.
#include "kernel/avx512f/kernels.h"
#include "kernel/curve/ecdsa.h"
#include "kernel/fma/field_p256.h"
#include "kernel/fma/rounded.h"
#include "kernel/fma/scalar.h"
#include "kernel/portable/field_p256.h"

namespace assay::kernel::avx512f {
namespace {

using CurveP256 = CurveOver<ParametersP256, fma::FieldP256, fma::ScalarP256, portable::FieldP256>;

}  // namespace

const CurveKernel kP256 = fma::Rounded<Ecdsa<CurveP256, 256>>::kernel();

}  // namespace assay::kernel::avx512f
