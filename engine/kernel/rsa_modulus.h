// RSA moduli in limbs of 52 bits, as RsaKernel::prepare makes them (kernel.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/curve/mod_inverse.h"
#include "kernel/kernel.h"

namespace assay::kernel {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

constexpr int kRsaLimbBits = 52;
constexpr std::uint64_t kRsaLimbMask = (std::uint64_t{1} << kRsaLimbBits) - 1;

// 0: no kernel takes numbers of this size. 4096 bits have one limb more than they need, for blocks of four and of five.
constexpr std::size_t rsa_limbs(std::size_t bytes) noexcept {
  switch (bytes) {
    case 256:
      return 40;
    case 384:
      return 60;
    case 512:
      return 80;
    default:
      return 0;
  }
}

inline void cut_into_limbs(const unsigned char* number, std::size_t bytes,
                           std::uint64_t (&limbs)[kMaxRsaLimbs]) noexcept {
  for (std::uint64_t& limb : limbs) limb = 0;
  for (std::size_t i = 0; i < 2 * bytes; ++i) {  // by nibbles, 13 a limb, least first
    const unsigned byte = number[bytes - 1 - i / 2];
    limbs[i / 13] |= std::uint64_t{i % 2 == 0 ? byte & 15 : byte >> 4} << (4 * (i % 13));
  }
}

// Fills every member but n2. Returns false as RsaKernel::prepare does.
inline bool prepare_modulus(const unsigned char* n, const unsigned char* r2, std::size_t bytes,
                            RsaModulus* modulus) noexcept {
  const std::size_t limbs = rsa_limbs(bytes);
  if (limbs == 0 || n[0] < 0x80 || n[bytes - 1] % 2 == 0) return false;
  cut_into_limbs(n, bytes, modulus->n);
  cut_into_limbs(r2, bytes, modulus->r2);
  modulus->k0 = (0 - inverse_of_odd(modulus->n[0])) & kRsaLimbMask;
  modulus->limbs = static_cast<std::uint32_t>(limbs);
  modulus->bytes = static_cast<std::uint32_t>(bytes);
  return true;
}

}  // namespace
}  // namespace assay::kernel
