// PEM (RFC 7468), taken apart without OpenSSL, so that text that lost its shape can be read and what is broken can be
// named. Nothing here asks for a passphrase. Pure functions, thread safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace assay::jwk {

// "PUBLIC KEY" and its DER.
struct PemBlock {
  std::string label;
  std::string der;         // empty if there is a fault
  bool encrypted = false;  // by PEM's own encryption (RFC 1421); `der` cannot be read then
  const char* fault = "";  // why the block cannot be read: "it has no END line"; empty: it can
};

enum class PemReader : std::uint8_t {
  lenient,       // takes every text whose base64 is not in doubt: on one line, indented, line ends written as \n
  cryptography,  // takes what Python's cryptography takes from version 45 on
};

// The blocks of a text in order; what stands between them is left out.
std::vector<PemBlock> pem_blocks(std::string_view text, PemReader reader);

// The bytes of base64 in either alphabet, in lines or not, padded or not, and nothing else; empty for any other text.
std::string bytes_of_base64(std::string_view text);

}  // namespace assay::jwk
