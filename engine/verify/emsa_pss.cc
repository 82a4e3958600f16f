#include "verify/emsa_pss.h"

#include <algorithm>
#include <cstring>

#include "verify/digest.h"

namespace assay::verify {
namespace {

constexpr std::size_t kMaxHash = 64;

std::string_view view(const unsigned char* bytes, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(bytes), size};
}

// RFC 8017 appendix B.2.1: bytes ^= MGF1(seed).
void xor_mgf1(Hash hash, const unsigned char* seed, std::size_t hash_size, unsigned char* bytes,
              std::size_t size) noexcept {
  unsigned char input[kMaxHash + 4];
  std::memcpy(input, seed, hash_size);
  unsigned char mask[kMaxHash];
  for (std::size_t done = 0, counter = 0; done < size; ++counter) {
    for (int i = 0; i < 4; ++i)
      input[hash_size + static_cast<std::size_t>(i)] = static_cast<unsigned char>(counter >> (24 - 8 * i));
    digest(hash, view(input, hash_size + 4), mask);
    const std::size_t step = std::min(hash_size, size - done);
    for (std::size_t i = 0; i < step; ++i) bytes[done + i] ^= mask[i];
    done += step;
  }
}

}  // namespace

bool emsa_pss_verify(Hash hash, const unsigned char* message_hash, std::string_view block,
                     std::size_t modulus_bits) noexcept {
  const std::size_t hash_size = static_cast<std::size_t>(digest_bytes(hash));
  const std::size_t salt_size = hash_size;
  const std::size_t em_bits = modulus_bits - 1;
  const std::size_t em_size = (em_bits + 7) / 8;
  // RFC 8017 §8.1.2 step 2c: with a modulus of 8k + 1 bits the encoded message is a byte shorter than the block.
  if (block.size() > kMaxModulusBytes || block.size() < em_size) return false;
  for (std::size_t i = 0; i < block.size() - em_size; ++i) {
    if (block[i] != 0) return false;
  }
  const auto* em = reinterpret_cast<const unsigned char*>(block.data()) + (block.size() - em_size);
  if (em_size < hash_size + salt_size + 2 || em[em_size - 1] != 0xBC) return false;  // steps 3, 4

  const std::size_t db_size = em_size - hash_size - 1;
  const unsigned char* h = em + db_size;
  const unsigned spare_bits = static_cast<unsigned>(8 * em_size - em_bits);
  const unsigned char kept = static_cast<unsigned char>(0xFFu >> spare_bits);
  if ((em[0] & ~kept & 0xFF) != 0) return false;  // step 6

  unsigned char db[kMaxModulusBytes];
  std::memcpy(db, em, db_size);
  xor_mgf1(hash, h, hash_size, db, db_size);  // steps 7, 8
  db[0] &= kept;                              // step 9
  const std::size_t zeros = db_size - salt_size - 1;
  if (std::any_of(db, db + zeros, [](unsigned char byte) { return byte != 0; }) || db[zeros] != 0x01)
    return false;  // 10

  unsigned char salted[8 + 2 * kMaxHash] = {};  // step 12: eight zeros, the message's hash, the salt
  std::memcpy(salted + 8, message_hash, hash_size);
  std::memcpy(salted + 8 + hash_size, db + zeros + 1, salt_size);
  unsigned char expected[kMaxHash];
  digest(hash, view(salted, 8 + hash_size + salt_size), expected);
  return std::memcmp(expected, h, hash_size) == 0;  // step 14
}

}  // namespace assay::verify
