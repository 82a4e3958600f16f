// How long a signature is, by its key and its algorithm: the one place that says so.
//
// Pure functions, thread safe.
#pragma once

#include <cstddef>
#include <string>

#include "assay/algorithm.h"
#include "assay/policy.h"
#include "jwk/key_rules.h"
#include "keys/prepared_key.h"

namespace assay::signature {

// Bytes of r, and of s, of the largest curve (P-521).
inline constexpr std::size_t kMostEcdsaHalf = 66;
// Bytes of R, of S and of the encoded public key A (RFC 8032 §5.1.5 and §5.1.6).
inline constexpr std::size_t kEd25519Half = 32;

// Bytes of a signature by `algorithm` under `key`, which is of the algorithm's type. HMAC: the digest. RSA: the modulus
// (RFC 8017 §8.1.2 and §8.2.2, step 1). ECDSA: r and s, each as wide as a coordinate (RFC 7518 §3.4). EdDSA: R and S,
// each as wide as an encoded point (RFC 8032 §5.1.6 and §5.2.6).
inline std::size_t signature_bytes(const keys::PreparedKey& key, const AlgorithmInfo& algorithm) noexcept {
  switch (algorithm.scheme) {
    case Scheme::hmac:
      return static_cast<std::size_t>(digest_bytes(algorithm.hash));
    case Scheme::rsa_pkcs1:
    case Scheme::rsa_pss: {
      const std::string& n = key.jwk.n;
      const std::size_t first = n.find_first_not_of('\0');
      return first == std::string::npos ? 0 : n.size() - first;
    }
    case Scheme::ecdsa:
    case Scheme::eddsa:
      return 2 * info(key.jwk.curve).bytes;
  }
  return 0;
}

// Bytes of the shortest signature by `algorithm` under any key that `profile` takes; 0: not known without the key.
inline std::size_t least_signature_bytes(Algorithm algorithm, Profile profile) noexcept {
  const AlgorithmInfo& of = info(algorithm);
  switch (of.scheme) {
    case Scheme::hmac:
      return static_cast<std::size_t>(digest_bytes(of.hash));
    case Scheme::rsa_pkcs1:
    case Scheme::rsa_pss:
      return profile == Profile::strict ? jwk::kMinRsaBits / 8 : 0;
    case Scheme::ecdsa:
      return 2 * info(of.curve).bytes;
    case Scheme::eddsa:
      return 2 * info(of.curve == Curve::none ? Curve::Ed25519 : of.curve).bytes;
  }
  return 0;
}

// Whether a shorter signature may be valid too. fastmcp takes an RSA-PSS signature without its leading zeros.
inline bool takes_shorter(const keys::PreparedKey& key, const AlgorithmInfo& algorithm) noexcept {
  return algorithm.scheme == Scheme::rsa_pss && key.lenient_pss_length;
}

}  // namespace assay::signature
