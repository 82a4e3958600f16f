// EMSA-PSS verification (RFC 8017 §9.1.2) with MGF1 over the same hash and a salt as long as the hash (RFC 7518 §3.5).
//
// OpenSSL judges PSS through contexts that it makes anew for each signature, which costs as much as a third of the RSA
// operation; the check itself is a page. Pure function, thread safe, allocates nothing. Public values: not constant
// time.
#pragma once

#include <cstddef>
#include <string_view>

#include "assay/algorithm.h"

namespace assay::digest {

// Largest modulus in bytes that emsa_pss_verify takes: 16384 bits, OpenSSL's own limit.
inline constexpr std::size_t kMaxModulusBytes = 2048;

// `digest`: of the message, digest_bytes(hash) long. `block`: s^e mod n as long as the modulus, big-endian.
// `modulus_bits`: the exact bit length of n.
bool emsa_pss_verify(Hash hash, const unsigned char* digest, std::string_view block, std::size_t modulus_bits) noexcept;

// The steps between the hashes, for callers that hash many blocks at a time: open_pss, then MGF1(h) into a mask of
// db_size bytes, unmask_pss, then the hash of eight zeros, the digest and the salt, which must equal h.
struct PssBlock {
  const unsigned char* em = nullptr;  // the masked data block; null: the block is no encoded message
  std::size_t db_size = 0;
  const unsigned char* h = nullptr;
  unsigned char kept = 0;  // bits of the first byte that belong to the data block
};

// Steps 3 to 6. `block` and `modulus_bits` as above; the result views into the block.
PssBlock open_pss(Hash hash, std::string_view block, std::size_t modulus_bits) noexcept;
// Steps 8 to 11: turns the mask into the data block. Returns the salt in it; null: not the padding that it should be.
const unsigned char* unmask_pss(Hash hash, const PssBlock& block, unsigned char* mask) noexcept;

}  // namespace assay::digest
