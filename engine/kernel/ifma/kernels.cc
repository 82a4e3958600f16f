#include "kernel/ifma/kernels.h"

#include "base/cpu.h"
#include "kernel/ifma/curve_kernels.h"

namespace assay::kernel::ifma {

const Kernels* kernels() noexcept {
#if defined(__x86_64__)
  if (!base::cpu_features().lanes_ifma) return nullptr;
  static const Kernels table = [] {
    Kernels kernels;
    kernels.isa = "ifma";
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
