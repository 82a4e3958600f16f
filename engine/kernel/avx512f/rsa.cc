// RSA: the lanes of fma/, eight of AVX-512F.
#include "kernel/fma/rsa.h"

#include "kernel/avx512f/kernels.h"

namespace assay::kernel::avx512f {

const RsaKernel kRsa = fma::kRsaInLanes;

}  // namespace assay::kernel::avx512f
