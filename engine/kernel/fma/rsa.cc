// RSA: four lanes of AVX2 and FMA.
#include "kernel/fma/rsa.h"

#include "kernel/fma/kernels.h"

namespace assay::kernel::fma {

const RsaKernel kRsa = kRsaInLanes;

}  // namespace assay::kernel::fma
