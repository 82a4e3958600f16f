// RSA moduli in limbs of 52 bits, as RsaKernel::prepare makes them (kernel.h).
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/curve/mod_inverse.h"
#include "kernel/kernel.h"

namespace assay::kernel {
namespace {  // NOLINT(google-build-namespaces): see curve/tower.h

__extension__ typedef unsigned __int128 RsaUInt128;

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

// Fills every member but n2, c0 and c1. Returns false as RsaKernel::prepare does.
inline bool prepare_modulus(const unsigned char* n, const unsigned char* r2, std::size_t bytes,
                            RsaModulus* modulus) noexcept {
  const std::size_t limbs = rsa_limbs(bytes);
  if (limbs == 0 || n[0] < 0x80 || n[bytes - 1] % 2 == 0) return false;
  cut_into_limbs(n, bytes, modulus->n);
  cut_into_limbs(r2, bytes, modulus->r2);
  modulus->k0 = (0 - inverse_of_odd(modulus->n[0])) & kRsaLimbMask;
  modulus->limbs = static_cast<std::uint32_t>(limbs);
  modulus->bytes = static_cast<std::uint32_t>(bytes);
  modulus->has_match = false;
  return true;
}

using RsaNumber = std::uint64_t[kMaxRsaLimbs];

// result = a - b modulo 2^(52 limbs). Returns the borrow, 0 or 1.
inline std::uint64_t subtract_numbers(RsaNumber& result, const RsaNumber& a, const RsaNumber& b,
                                      std::size_t limbs) noexcept {
  std::uint64_t borrow = 0;
  for (std::size_t i = 0; i < limbs; ++i) {
    const std::uint64_t limb = a[i] - b[i] - borrow;
    borrow = limb >> 63;
    result[i] = limb & kRsaLimbMask;
  }
  return borrow;
}

// result = a b / R mod n, R = 2^(52 limbs), for a and b below n (Montgomery, Math. Comp. 44, 1985). `result` may be one
// of the factors. About 3.5 us for 40 limbs.
inline void montgomery_product(RsaNumber& result, const RsaNumber& a, const RsaNumber& b,
                               const RsaModulus& modulus) noexcept {
  const std::size_t limbs = modulus.limbs;
  RsaNumber t = {}, reduced;
  for (std::size_t i = 0; i < limbs; ++i) {
    RsaUInt128 sum = t[0] + RsaUInt128{a[i]} * b[0];
    const std::uint64_t digit = static_cast<std::uint64_t>(sum) * modulus.k0 & kRsaLimbMask;
    sum += RsaUInt128{digit} * modulus.n[0];  // a multiple of 2^52
    for (std::size_t j = 1; j < limbs; ++j) {
      sum = (sum >> kRsaLimbBits) + t[j] + RsaUInt128{a[i]} * b[j] + RsaUInt128{digit} * modulus.n[j];
      t[j - 1] = static_cast<std::uint64_t>(sum) & kRsaLimbMask;
    }
    t[limbs - 1] = static_cast<std::uint64_t>(sum >> kRsaLimbBits);
  }
  const bool below = subtract_numbers(reduced, t, modulus.n, limbs) != 0;  // t < 2n
  for (std::size_t i = 0; i < limbs; ++i) result[i] = below ? t[i] : reduced[i];
}

// RsaKernel::prepare_match. Squares of 1 and a product with 1 leave R^-65536, as they do for a signature in
// RsaKernel::match.
inline void prepare_match(RsaModulus* modulus) noexcept {
  constexpr int kSquarings = 16;
  const RsaNumber one = {1};
  RsaNumber power = {1};
  for (int i = 0; i < kSquarings; ++i) montgomery_product(power, power, power, *modulus);
  montgomery_product(modulus->c1, power, one, *modulus);

  RsaNumber top = {};  // E = 2^bits - 1
  const std::size_t bits = 8 * modulus->bytes - 15;
  for (std::size_t i = 0; i <= bits / kRsaLimbBits; ++i) top[i] = kRsaLimbMask;
  top[bits / kRsaLimbBits] = (std::uint64_t{1} << bits % kRsaLimbBits) - 1;
  montgomery_product(power, top, modulus->r2, *modulus);    // E R
  montgomery_product(power, power, modulus->c1, *modulus);  // E R^-65536, not 0 since 0 < E < n
  subtract_numbers(modulus->c0, modulus->n, power, modulus->limbs);
  modulus->has_match = true;
}

// Up to as many jobs as a group has lanes. Unused lanes repeat the first job and write nothing.
template <class Job>
struct GroupJobs {
  Job* jobs;
  int count;

  Job& operator[](int lane) const noexcept { return jobs[lane < count ? lane : 0]; }
};

}  // namespace
}  // namespace assay::kernel
