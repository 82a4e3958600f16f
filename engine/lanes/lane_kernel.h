// The names of the kernels that the lanes backend uses, and which of them fits a key or a hash.
//
// Plain values; thread safe.
#pragma once

#include <cstddef>
#include <cstdint>

#include "assay/algorithm.h"
#include "kernel/kernel.h"
#include "keys/prepared_key.h"

namespace assay::lanes {

enum class LaneKernel : std::uint8_t { rsa2048, rsa3072, rsa4096, p256, p384, p521, ed25519, sha256, sha512, none };
inline constexpr std::size_t kLaneKernels = static_cast<std::size_t>(LaneKernel::none);
inline constexpr std::size_t kRsaKernels = 3;
inline constexpr std::size_t kCurveKernels = 4;

// "p256"; "none".
const char* to_string(LaneKernel kernel) noexcept;
constexpr bool is_rsa(LaneKernel kernel) noexcept { return kernel <= LaneKernel::rsa4096; }
constexpr bool is_curve(LaneKernel kernel) noexcept {
  return kernel >= LaneKernel::p256 && kernel <= LaneKernel::ed25519;
}
// 0 to 3 of a curve, 0 to 2 of an RSA size.
constexpr std::size_t index_of(LaneKernel kernel) noexcept {
  return static_cast<std::size_t>(kernel) - (is_curve(kernel) ? static_cast<std::size_t>(LaneKernel::p256) : 0);
}
// SHA-384 is SHA-512 from another initial value.
constexpr LaneKernel kernel_of(Hash hash) noexcept {
  return hash == Hash::SHA256 ? LaneKernel::sha256 : hash == Hash::none ? LaneKernel::none : LaneKernel::sha512;
}
// The kernel that fits a key: RSA of 2048, 3072 or 4096 bits with e = 65537, the curves of ES256, ES384, ES512 and
// Ed25519. none: any other.
LaneKernel kernel_of(const keys::PreparedKey& key) noexcept;

// The kernel of a curve. `which` is one.
const kernel::CurveKernel& curve_of(const kernel::Kernels& kernels, LaneKernel which) noexcept;

}  // namespace assay::lanes
