// EMSA-PSS verification (RFC 8017 §9.1.2) with MGF1 over the same hash and a salt as long as the hash (RFC 7518 §3.5).
//
// OpenSSL judges PSS through contexts that it makes anew for each signature, which costs as much as a third of the RSA
// operation; the check itself is a page. Pure function, thread safe, allocates nothing. Public values: not constant
// time.
#pragma once

#include <cstddef>
#include <string_view>

#include "assay/algorithm.h"

namespace assay::verify {

// Largest modulus in bytes that emsa_pss_verify takes: 16384 bits, OpenSSL's own limit.
inline constexpr std::size_t kMaxModulusBytes = 2048;

// `digest`: of the message, digest_bytes(hash) long. `block`: s^e mod n as long as the modulus, big-endian.
// `modulus_bits`: the exact bit length of n.
bool emsa_pss_verify(Hash hash, const unsigned char* digest, std::string_view block, std::size_t modulus_bits) noexcept;

}  // namespace assay::verify
