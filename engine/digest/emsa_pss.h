// EMSA-PSS verification (RFC 8017 §9.1.2) with MGF1 over the same hash and a salt as long as the hash (RFC 7518 §3.5).
//
// OpenSSL verifies PSS through contexts that it makes anew for each signature, which costs as much as a third of the
// RSA operation. The check itself is a page. Pure functions, thread safe; they allocate nothing. All values are public,
// so the time may depend on them.
#pragma once

#include <cstddef>
#include <string_view>

#include "assay/algorithm.h"

namespace assay::digest {

// The largest modulus in bytes: 16384 bits, OpenSSL's own limit.
inline constexpr std::size_t kMaxModulusBytes = 2048;

// Returns whether the block is an encoding of the message. `digest`: the message's, digest_bytes(hash) long. `block`:
// s^e mod n, big-endian, as long as the modulus. `modulus_bits`: the exact bit length of n.
bool emsa_pss_verify(Hash hash, const unsigned char* digest, std::string_view block, std::size_t modulus_bits) noexcept;

// The steps between the hashes, for callers that hash many blocks at a time. Call open_pss, compute MGF1(h) into a mask
// of db_size bytes, call unmask_pss, then hash eight zeros, the digest and the salt: the result must equal h.
struct PssBlock {
  const unsigned char* em = nullptr;  // the masked data block; null: the block is not an encoded message
  std::size_t db_size = 0;
  const unsigned char* h = nullptr;
  unsigned char kept = 0;  // bits of the first byte that belong to the data block
};

// Steps 3 to 6. `block` and `modulus_bits` as above; the result views into the block.
PssBlock open_pss(Hash hash, std::string_view block, std::size_t modulus_bits) noexcept;
// Steps 8 to 11. Returns the salt, which stands where it was in the mask, or null if the padding is wrong.
const unsigned char* unmask_pss(Hash hash, const PssBlock& block, unsigned char* mask) noexcept;

}  // namespace assay::digest
