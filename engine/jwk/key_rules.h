// What a public key may be used for, and when strict refuses it: rules that the readers of JWK, PEM and DER share.
//
// Pure functions of public values, thread safe. They need no arithmetic beyond comparing bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "assay/algorithm.h"
#include "assay/key_set.h"

namespace assay::jwk {

// Bits of an RSA modulus. RFC 7518 §3.3 asks for the least; OpenSSL verifies with no larger one.
inline constexpr std::size_t kMinRsaBits = 2048;
inline constexpr std::size_t kMaxRsaBits = 16384;

// Every algorithm that a key of this type and curve could serve; oct: all HS*. Empty for curves that sign nothing here.
AlgorithmSet algorithms_of(KeyType type, Curve curve) noexcept;

// The HS* algorithms whose hash a secret of `bytes` is at least as long as (RFC 7518 §3.2).
AlgorithmSet hmac_algorithms_for(std::size_t bytes) noexcept;

// Returns why strict refuses the key's public numbers, or an empty string. Refused are: RSA of fewer than kMinRsaBits
// or more than kMaxRsaBits; an even modulus; an e that is even, 1 or longer than 33 bits; an Edwards point that is not
// canonical (RFC 8032 §5.1.3, §5.2.3) or of small order, under which anyone can sign. `n` and `e` have no leading zero
// bytes.
std::string weakness_of(const Jwk& key);
// True for RSA of fewer than kMinRsaBits: a weakness that other verifiers took.
bool is_short(const Jwk& key) noexcept;

// Guesses the algorithm that a name outside of JOSE means for a key of this type: RS256 for "SHA256withRSA", "rs256"
// and "RSA-SHA256". Nothing if it may mean several or none.
std::optional<Algorithm> algorithm_meant(std::string_view name, KeyType type);

}  // namespace assay::jwk
