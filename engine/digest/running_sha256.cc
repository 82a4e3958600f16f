#include "digest/running_sha256.h"

#include <cstdint>
#include <cstring>

namespace assay::digest {

Sha256 sha256(std::string_view message) noexcept {
  Sha256 bytes;
  sha2(Hash::SHA256, message, bytes.data());
  return bytes;
}

std::string hexadecimal(const Sha256& bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

RunningSha256::RunningSha256() noexcept {
  std::memcpy(state_.words, initial_words(Hash::SHA256), sizeof state_.words / 2);
}

void RunningSha256::take(std::string_view blocks) noexcept {
  state_ = hash_blocks(Hash::SHA256, state_.words, state_.hashed, blocks);
}

Sha256 RunningSha256::end(std::string_view rest) noexcept {
  take(rest.substr(0, rest.size() / kBlock * kBlock));
  rest.remove_prefix(rest.size() / kBlock * kBlock);
  const std::uint64_t bits = 8 * (state_.hashed + rest.size());
  // FIPS 180-4 §5.1.1: a one bit, zeros, and the length in 64 bits.
  char padded[2 * kBlock] = {};
  if (!rest.empty()) std::memcpy(padded, rest.data(), rest.size());
  padded[rest.size()] = static_cast<char>(0x80);
  const std::size_t size = rest.size() + 9 <= kBlock ? kBlock : 2 * kBlock;
  for (std::size_t i = 0; i < 8; ++i) padded[size - 1 - i] = static_cast<char>(bits >> (8 * i));
  take({padded, size});
  Sha256 out{};
  for (std::size_t word = 0; word < 8; ++word) {
    std::uint32_t value = 0;
    std::memcpy(&value, state_.words + 4 * word, 4);
    for (std::size_t i = 0; i < 4; ++i) out[4 * word + i] = static_cast<unsigned char>(value >> (24 - 8 * i));
  }
  return out;
}

}  // namespace assay::digest
