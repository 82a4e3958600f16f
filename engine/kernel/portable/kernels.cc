#include "kernel/portable/kernels.h"

#include "base/cpu.h"
#include "kernel/portable/sha256_shani.h"
#include "kernel/portable/sha2_arm.h"

namespace assay::kernel::portable {

const Kernels* kernels() noexcept {
  static const Kernels table = [] {
    Kernels kernels;
    kernels.isa = "portable";
#if defined(__x86_64__)
    if (base::cpu_features().sha_ni) kernels.sha256 = {sha256_shani, 1, sha256_shani_padded};
#elif defined(__aarch64__)
    if (base::cpu_features().sha2) kernels.sha256 = {sha256_arm, 1};
    if (base::cpu_features().sha512) kernels.sha512 = {sha512_arm, 1};
#endif
    kernels.p256 = kP256;
    kernels.p384 = kP384;
    kernels.p521 = kP521;
    kernels.ed25519 = kEd25519;
    return kernels;
  }();
  return &table;
}

}  // namespace assay::kernel::portable
