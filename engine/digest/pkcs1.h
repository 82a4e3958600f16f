// EMSA-PKCS1-v1_5 (RFC 8017 §9.2): is a block the encoding of a digest?
//
// A digest has one encoding for each length, so the block is compared with it byte for byte and nothing is parsed:
// parsers of padding and DigestInfo are where forgeries with e = 3 got in (D. Bleichenbacher, CRYPTO 2006, rump
// session). Pure function, thread safe, allocates nothing. Public values: not constant time.
#pragma once

#include <string_view>

#include "assay/algorithm.h"

namespace assay::digest {

// `digest`: of the message, digest_bytes(hash) long. `block`: s^e mod n as long as the modulus, big-endian.
// False for Hash::none, and for a block that is too short for the hash.
bool emsa_pkcs1_matches(Hash hash, const unsigned char* digest, std::string_view block) noexcept;

}  // namespace assay::digest
