// EMSA-PKCS1-v1_5 (RFC 8017 §9.2): checks whether a block is the encoding of a digest.
//
// A digest has one encoding for each length, so the block is compared with it byte for byte and nothing is parsed:
// parsers of padding and DigestInfo are where forgeries with e = 3 got in (D. Bleichenbacher, CRYPTO 2006, rump
// session). Pure function, thread safe; it allocates nothing. All values are public, so the time may depend on them.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "assay/algorithm.h"

namespace assay::digest {

// `digest`: the message's, digest_bytes(hash) long. `block`: s^e mod n, big-endian, as long as the modulus. Returns
// false for Hash::none, and for a block that is too short for the hash.
bool emsa_pkcs1_matches(Hash hash, const unsigned char* digest, std::string_view block) noexcept;

inline constexpr std::size_t kPkcs1DifferenceBytes = 96;
// The encoding of a digest is less than 00 01 FF .. FF by what this writes, big-endian. That depends on the length of
// the block no more than the end of the block does. `hash` is not Hash::none, and blocks have 95 bytes or more.
void emsa_pkcs1_difference(Hash hash, const unsigned char* digest,
                           std::span<unsigned char, kPkcs1DifferenceBytes> difference) noexcept;

}  // namespace assay::digest
