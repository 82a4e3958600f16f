// SHA-2 of one message, computed by OpenSSL. Thread safe; allocates nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "assay/algorithm.h"

namespace assay::digest {

// Writes digest_bytes(hash) bytes to `digest`.
void sha2(Hash hash, std::string_view message, unsigned char* digest) noexcept;

// The state of a hash that has taken in some whole blocks. Messages with the same beginning can go on from it. It is
// wiped when destroyed, because it may come from an HMAC key.
struct HashState {
  HashState() = default;
  HashState(const HashState&) = default;
  HashState& operator=(const HashState&) = default;
  ~HashState();

  alignas(64) unsigned char words[64] = {};  // eight words of 32 bits for SHA-256, of 64 for the others
  std::uint64_t hashed = 0;                  // bytes taken in
};
// The initial value (FIPS 180-4 §5.3) in the form of HashState::words. `hash` is not none.
const void* initial_words(Hash hash) noexcept;
constexpr std::size_t block_bytes(Hash hash) noexcept { return hash == Hash::SHA256 ? 64 : 128; }
// Returns the state after the whole blocks of `text`, going on from `words`, which has taken in `hashed` bytes. Bytes
// after the last whole block are not used. `hash` is not none.
HashState hash_blocks(Hash hash, const void* words, std::uint64_t hashed, std::string_view text) noexcept;

}  // namespace assay::digest
