#include "digest/pkcs1.h"

#include <cstddef>
#include <cstring>

namespace assay::digest {
namespace {

using namespace std::string_view_literals;

// RFC 8017 §9.2 note 1: the DER of DigestInfo up to the digest, with the NULL of the algorithm's parameters.
constexpr std::string_view digest_info(Hash hash) noexcept {
  switch (hash) {
    case Hash::SHA256:
      return "\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"sv;
    case Hash::SHA384:
      return "\x30\x41\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x02\x05\x00\x04\x30"sv;
    case Hash::SHA512:
      return "\x30\x51\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x03\x05\x00\x04\x40"sv;
    case Hash::none:
      break;
  }
  return {};
}

bool all_ones(std::string_view bytes) noexcept {
  unsigned common = 0xFF;
  for (const char byte : bytes) common &= static_cast<unsigned char>(byte);
  return common == 0xFF;
}

}  // namespace

bool emsa_pkcs1_matches(Hash hash, const unsigned char* digest, std::string_view block) noexcept {
  const std::string_view info = digest_info(hash);
  const std::size_t digest_size = static_cast<std::size_t>(digest_bytes(hash));
  const std::size_t info_at = block.size() - digest_size - info.size();
  // EM = 00 01 FF..FF 00 DigestInfo, eight FF or more: steps 3 to 5.
  if (info.empty() || block.size() < digest_size + info.size() + 11) return false;
  return std::memcmp(block.data() + block.size() - digest_size, digest, digest_size) == 0 &&
         block.substr(info_at, info.size()) == info && block.substr(0, 2) == "\x00\x01"sv && block[info_at - 1] == 0 &&
         all_ones(block.substr(2, info_at - 3));
}

void emsa_pkcs1_difference(Hash hash, const unsigned char* digest,
                           std::span<unsigned char, kPkcs1DifferenceBytes> difference) noexcept {
  const std::string_view info = digest_info(hash);
  const std::size_t digest_size = static_cast<std::size_t>(digest_bytes(hash));
  // FF less a byte is its complement: zeros for the padding, FF for the 00 before DigestInfo.
  const std::size_t digest_at = difference.size() - digest_size, info_at = digest_at - info.size();
  std::memset(difference.data(), 0, info_at - 1);
  difference[info_at - 1] = 0xFF;
  for (std::size_t i = 0; i < info.size(); ++i)
    difference[info_at + i] = static_cast<unsigned char>(~static_cast<unsigned char>(info[i]));
  for (std::size_t i = 0; i < digest_size; ++i) difference[digest_at + i] = static_cast<unsigned char>(~digest[i]);
}

}  // namespace assay::digest
