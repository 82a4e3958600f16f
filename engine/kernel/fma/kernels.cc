#include "kernel/fma/kernels.h"

#include "base/cpu.h"
#include "kernel/fma/sha256_shani.h"
#include "kernel/fma/sha512.h"
#include "kernel/portable/kernels.h"

namespace assay::kernel::fma {

const Kernels* kernels() noexcept {
#if defined(__x86_64__)
  // The build defines ASSAY_FMA_FEATURES from the list that it compiles this folder for.
  static_assert(base::has_all(base::kEveryFeature, ASSAY_FMA_FEATURES), "a feature that base/cpu.h cannot detect");
  if (!base::has_all(base::cpu_features(), ASSAY_FMA_FEATURES)) return nullptr;
  static const Kernels table = [] {
    Kernels kernels = *portable::kernels();
    kernels.isa = "fma";
    if (base::cpu_features().sha_ni) kernels.sha256 = {sha256_shani, 1, sha256_shani_padded};
    kernels.sha512 = {sha512_lanes, 3};
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

}  // namespace assay::kernel::fma
