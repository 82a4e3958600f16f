// ECDSA over P-384: the lanes of fma/, eight of AVX-512F.
#include "kernel/avx512f/kernels.h"
#include "kernel/curve/ecdsa.h"
#include "kernel/fma/field_p384.h"
#include "kernel/fma/rounded.h"
#include "kernel/fma/scalar.h"
#include "kernel/portable/field_p384.h"

namespace assay::kernel::avx512f {
namespace {

using CurveP384 = CurveOver<ParametersP384, fma::FieldP384, fma::ScalarP384, portable::FieldP384>;

}  // namespace

const CurveKernel kP384 = fma::Rounded<Ecdsa<CurveP384, 128>>::kernel();

}  // namespace assay::kernel::avx512f
