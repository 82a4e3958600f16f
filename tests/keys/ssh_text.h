// Keys written as OpenSSH writes them, for the tests of what reads them.
#pragma once

#include <cstdint>
#include <string>

#include "assay/key_set.h"
#include "keys/openssl_text.h"

namespace assay::keys {

inline std::string ssh_field(const std::string& bytes) {
  const std::uint32_t size = static_cast<std::uint32_t>(bytes.size());
  std::string field;
  for (int shift = 24; shift >= 0; shift -= 8) field.push_back(static_cast<char>(size >> shift & 0xff));
  return field + bytes;
}
// A positive integer: a zero byte keeps its first bit from being a sign.
inline std::string ssh_integer(const std::string& bytes) {
  return ssh_field((bytes.front() & 0x80) != 0 ? '\0' + bytes : bytes);
}
inline std::string standard_base64(const std::string& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}
inline std::string ssh_packet(const Jwk& key) {
  if (key.type == KeyType::RSA) return ssh_field("ssh-rsa") + ssh_integer(key.e) + ssh_integer(key.n);
  if (key.type == KeyType::OKP) return ssh_field("ssh-ed25519") + ssh_field(key.x);
  return ssh_field("ecdsa-sha2-nistp256") + ssh_field("nistp256") + ssh_field('\x04' + key.x + key.y);
}
inline std::string ssh_line(const Jwk& key) {
  const char* type = key.type == KeyType::RSA   ? "ssh-rsa"
                     : key.type == KeyType::OKP ? "ssh-ed25519"
                                                : "ecdsa-sha2-nistp256";
  return std::string(type) + " " + standard_base64(ssh_packet(key)) + " me@host\n";
}
// A block OPENSSH PRIVATE KEY whose private part is two equal numbers and nothing else.
inline std::string ssh_private_pem(const Jwk& key, const std::string& cipher = "none") {
  const std::string content = std::string("openssh-key-v1") + '\0' + ssh_field(cipher) + ssh_field("none") +
                              ssh_field("") + std::string("\0\0\0\1", 4) + ssh_field(ssh_packet(key)) +
                              ssh_field("12341234");
  return "-----BEGIN OPENSSH PRIVATE KEY-----\n" + standard_base64(content) + "\n-----END OPENSSH PRIVATE KEY-----\n";
}

}  // namespace assay::keys
