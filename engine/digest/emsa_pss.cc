#include "digest/emsa_pss.h"

#include <cstring>

#include "digest/digest.h"

namespace assay::digest {
namespace {

constexpr std::size_t kMaxHash = 64;

std::string_view view(const unsigned char* bytes, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(bytes), size};
}

// RFC 8017 appendix B.2.1. `mask` has room for a whole digest past its end.
void mgf1(Hash hash, const unsigned char* seed, unsigned char* mask, std::size_t size) noexcept {
  const std::size_t hash_size = static_cast<std::size_t>(digest_bytes(hash));
  unsigned char input[kMaxHash + 4];
  std::memcpy(input, seed, hash_size);
  for (std::size_t done = 0, counter = 0; done < size; done += hash_size, ++counter) {
    for (int i = 0; i < 4; ++i)
      input[hash_size + static_cast<std::size_t>(i)] = static_cast<unsigned char>(counter >> (24 - 8 * i));
    sha2(hash, view(input, hash_size + 4), mask + done);
  }
}

}  // namespace

PssBlock open_pss(Hash hash, std::string_view block, std::size_t modulus_bits) noexcept {
  const std::size_t hash_size = static_cast<std::size_t>(digest_bytes(hash));
  const std::size_t em_bits = modulus_bits - 1;
  const std::size_t em_size = (em_bits + 7) / 8;
  // RFC 8017 §8.1.2 step 2c: with a modulus of 8k + 1 bits the encoded message is a byte shorter than the block.
  if (block.size() > kMaxModulusBytes || block.size() < em_size) return {};
  for (std::size_t i = 0; i < block.size() - em_size; ++i) {
    if (block[i] != 0) return {};
  }
  const auto* em = reinterpret_cast<const unsigned char*>(block.data()) + (block.size() - em_size);
  if (em_size < 2 * hash_size + 2 || em[em_size - 1] != 0xBC) return {};  // steps 3, 4

  const unsigned spare_bits = static_cast<unsigned>(8 * em_size - em_bits);
  const unsigned char kept = static_cast<unsigned char>(0xFFu >> spare_bits);
  if ((em[0] & ~kept & 0xFF) != 0) return {};  // step 6
  const std::size_t db_size = em_size - hash_size - 1;
  return {em, db_size, em + db_size, kept};
}

const unsigned char* unmask_pss(Hash hash, const PssBlock& block, unsigned char* mask) noexcept {
  const std::size_t salt_size = static_cast<std::size_t>(digest_bytes(hash));
  const std::size_t zeros = block.db_size - salt_size - 1;
  // Step 8 is an exclusive or, which is zero where block and mask are equal: only the salt needs to be written.
  const auto unmasked = [&](std::size_t i) { return static_cast<unsigned char>(block.em[i] ^ mask[i]); };
  const unsigned char first = unmasked(0) & block.kept;  // step 9
  if (zeros == 0) {
    if (first != 0x01) return nullptr;  // step 10
  } else if (first != 0 || std::memcmp(block.em + 1, mask + 1, zeros - 1) != 0 || unmasked(zeros) != 0x01) {
    return nullptr;  // step 10
  }
  unsigned char* salt = mask + zeros + 1;
  for (std::size_t i = 0; i < salt_size; ++i) salt[i] ^= block.em[zeros + 1 + i];  // step 11
  return salt;
}

bool emsa_pss_verify(Hash hash, const unsigned char* message_hash, std::string_view block,
                     std::size_t modulus_bits) noexcept {
  const std::size_t hash_size = static_cast<std::size_t>(digest_bytes(hash));
  const PssBlock opened = open_pss(hash, block, modulus_bits);
  if (opened.em == nullptr) return false;
  unsigned char mask[kMaxModulusBytes + kMaxHash];
  mgf1(hash, opened.h, mask, opened.db_size);  // step 7
  const unsigned char* salt = unmask_pss(hash, opened, mask);
  if (salt == nullptr) return false;

  unsigned char salted[8 + 2 * kMaxHash] = {};  // step 12: eight zeros, the message's hash, the salt
  std::memcpy(salted + 8, message_hash, hash_size);
  std::memcpy(salted + 8 + hash_size, salt, hash_size);
  unsigned char expected[kMaxHash];
  sha2(hash, view(salted, 8 + 2 * hash_size), expected);
  return std::memcmp(expected, opened.h, hash_size) == 0;  // step 14
}

}  // namespace assay::digest
