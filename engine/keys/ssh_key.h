// Keys as OpenSSH writes them (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4; PROTOCOL.key), as far as Python's
// cryptography reads them. Pure functions, thread safe.
#pragma once

#include <optional>
#include <string_view>

#include "assay/key_set.h"

namespace assay::keys {

// True for a text that begins as a line of a public key: "ssh-rsa AAAA... comment".
bool looks_like_ssh_public_key(std::string_view text) noexcept;

// Reads the line at the beginning of the text. Nothing if it is none, or a DSA key or a certificate. `permitted` is
// empty.
std::optional<Jwk> read_ssh_public_key(std::string_view text);
// True if the line can be read; also if it is a DSA key.
bool is_ssh_public_key(std::string_view text);

// Reads the public part of the content of an OPENSSH PRIVATE KEY block. Nothing if it is encrypted or broken.
std::optional<Jwk> read_ssh_private_key(std::string_view content);

}  // namespace assay::keys
