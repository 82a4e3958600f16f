#include "kernel/avx512f/kernels.h"

#include "base/cpu.h"
#include "kernel/avx512f/sha256.h"
#include "kernel/avx512f/sha512.h"
#include "kernel/fma/kernels.h"
#include "kernel/fma/sha256_shani.h"

namespace assay::kernel::avx512f {

const Kernels* kernels() noexcept {
#if defined(__x86_64__)
  // The build defines ASSAY_AVX512F_FEATURES from the list that it compiles this folder for. It has all of fma/'s.
  static_assert(base::has_all(base::kEveryFeature, ASSAY_AVX512F_FEATURES), "a feature that base/cpu.h cannot detect");
  if (!base::has_all(base::cpu_features(), ASSAY_AVX512F_FEATURES)) return nullptr;
  static const Kernels table = [] {
    Kernels kernels = *fma::kernels();
    kernels.isa = "avx512f";
    const base::CpuFeatures& cpu = base::cpu_features();
    if (cpu.sha_ni && cpu.halves_512) {
      // For 600 bytes a message takes 170 ns in three streams, and 198 ns in sixteen full lanes (Zen 4).
      kernels.sha256 = {fma::sha256_shani, 1, fma::sha256_shani_padded};
    } else if (cpu.sha_ni) {
      kernels.sha256 = {sha256_lanes_and_shani, 1};
    } else {
      kernels.sha256 = {sha256_lanes, 8};
    }
    kernels.sha512 = {sha512_lanes, 2};
    kernels.rsa = kRsa;
    kernels.p256 = kP256;
    kernels.p384 = kP384;
    kernels.p521 = kP521;
    kernels.ed25519 = kEd25519;
    return kernels;
  }();
  return &table;
#else
  return nullptr;
#endif
}

}  // namespace assay::kernel::avx512f
