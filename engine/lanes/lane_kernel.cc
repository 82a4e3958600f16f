#include "lanes/lane_kernel.h"

#include <iterator>
#include <string_view>

namespace assay::lanes {
namespace {

LaneKernel rsa_kernel_of(const Jwk& jwk) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(jwk.n[i]); };
  if (jwk.e != std::string_view("\x01\x00\x01", 3)) return LaneKernel::none;
  const std::size_t size = jwk.n.size();
  if ((size != 256 && size != 384 && size != 512) || (byte(0) & 0x80) == 0 || (byte(size - 1) & 1) == 0)
    return LaneKernel::none;
  return size == 256 ? LaneKernel::rsa2048 : size == 384 ? LaneKernel::rsa3072 : LaneKernel::rsa4096;
}

}  // namespace

const char* to_string(LaneKernel kernel) noexcept {
  constexpr const char* kNames[] = {"rsa2048", "rsa3072", "rsa4096", "p256",   "p384",
                                    "p521",    "ed25519", "sha256",  "sha512", "none"};
  static_assert(std::size(kNames) == kLaneKernels + 1);
  return kNames[static_cast<std::size_t>(kernel)];
}

LaneKernel kernel_of(const keys::PreparedKey& key) noexcept {
  const Jwk& jwk = key.jwk;
  if (jwk.type == KeyType::RSA) return rsa_kernel_of(jwk);
  const std::size_t bytes = info(jwk.curve).bytes;
  if (jwk.x.size() != bytes || (jwk.type == KeyType::EC && jwk.y.size() != bytes)) return LaneKernel::none;
  switch (jwk.curve) {
    case Curve::P256:
      return LaneKernel::p256;
    case Curve::P384:
      return LaneKernel::p384;
    case Curve::P521:
      return LaneKernel::p521;
    case Curve::Ed25519:
      return LaneKernel::ed25519;
    default:
      return LaneKernel::none;
  }
}

const kernel::CurveKernel& curve_of(const kernel::Kernels& kernels, LaneKernel which) noexcept {
  switch (which) {
    case LaneKernel::p384:
      return kernels.p384;
    case LaneKernel::p521:
      return kernels.p521;
    case LaneKernel::ed25519:
      return kernels.ed25519;
    default:
      return kernels.p256;
  }
}

}  // namespace assay::lanes
