// The signatures of the self-test, in hexadecimal. They were made with OpenSSL; the private keys were thrown away.
#pragma once

#include <string_view>

#include "lanes/lane_kernel.h"

namespace assay::lanes {

// The message that all of them sign. Their algorithms are RS256, ES256, ES384, ES512 and Ed25519.
inline constexpr std::string_view kSelfTestMessage = "assay: the lanes agree with OpenSSL";

struct SelfTestVector {
  LaneKernel kernel;
  std::string_view public_key;  // RSA: n, with e = 65537. ECDSA: x || y. Ed25519: A
  std::string_view signature;   // RSA: PKCS#1 v1.5. ECDSA: r || s. Ed25519: R || S
};

// One for each kernel that verifies signatures, in the order of LaneKernel.
extern const SelfTestVector kSelfTestVectors[kRsaKernels + kCurveKernels];

}  // namespace assay::lanes
