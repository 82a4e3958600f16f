#include "kernel/ifma/kernels.h"

#include "base/cpu.h"
#include "kernel/avx512f/kernels.h"

namespace assay::kernel::ifma {

const Kernels* kernels() noexcept {
#if defined(__x86_64__)
  // The build defines ASSAY_IFMA_FEATURES from the list that it compiles this folder for.
  static_assert(base::has_all(base::kEveryFeature, ASSAY_IFMA_FEATURES), "a feature that base/cpu.h cannot detect");
  const Kernels* const without_ifma = avx512f::kernels();
  if (without_ifma == nullptr || !base::has_all(base::cpu_features(), ASSAY_IFMA_FEATURES)) return nullptr;
  static const Kernels table = [without_ifma] {
    Kernels kernels = *without_ifma;  // its hashes
    kernels.isa = "ifma";
    kernels.rsa = base::cpu_features().halves_512 ? kRsaWithFma : kRsa;
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

}  // namespace assay::kernel::ifma
