// RSA: the lanes of fma/, eight of AVX-512F, and four of AVX2 for a few jobs.
#include "kernel/fma/rsa.h"

#include "kernel/avx512f/kernels.h"
#include "kernel/fma/kernels.h"
#include "kernel/rsa_few.h"

namespace assay::kernel::avx512f {
namespace {

using fma::kRsaInLanes;

void power(RsaJob* jobs, std::size_t count) noexcept {
  run_in_eight_or_four(jobs, count, kRsaInLanes.power, fma::kRsa.power);
}
void match(RsaMatch* jobs, std::size_t count) noexcept {
  run_in_eight_or_four(jobs, count, kRsaInLanes.match, fma::kRsa.match);
}

}  // namespace

const RsaKernel kRsa = {kRsaInLanes.prepare, power, kRsaInLanes.prepare_match, match};

}  // namespace assay::kernel::avx512f
