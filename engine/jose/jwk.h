// The rules of a single public key that need no arithmetic beyond comparing bytes: shared by the JWK reader and by the
// readers of PEM and DER.
#pragma once

#include <string>
#include <string_view>

#include "assay/algorithm.h"
#include "assay/key_set.h"

namespace assay::jose {

// Every algorithm that a key of this type and curve could serve; oct: all HS*. Empty for curves that sign nothing here.
AlgorithmSet algorithms_of(KeyType type, Curve curve) noexcept;

// The HS* algorithms whose hash a secret of `bytes` is at least as long as (RFC 7518 §3.2).
AlgorithmSet hmac_algorithms_for(std::size_t bytes) noexcept;

// Bytes of a coordinate (EC) or of an encoded point (OKP); 0 for Curve::none.
std::size_t coordinate_bytes(Curve curve) noexcept;

// What strict holds against the public numbers, or an empty string: RSA below 2048 bits (RFC 7518 §3.3), an even
// modulus, e even, 1 or longer than 33 bits; an Edwards point that is not canonical (RFC 8032 §5.1.3, §5.2.3) or has a
// small order, under which anyone can sign. `n` and `e` have no leading zero bytes. Public values only.
std::string weakness_of(const Jwk& key);

}  // namespace assay::jose
