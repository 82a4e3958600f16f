// Reads what an X.509 certificate says about a key. Its signature is never checked, and no key is trusted because of
// it.
//
// Free functions, thread safe. Included by .cc files of this room only.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keys/openssl_key.h"

namespace assay::keys {

struct Certificate {
  EvpKey key;          // null: of a type that OpenSSL does not know
  bool is_ca = false;  // its basic constraints say that it signs certificates (RFC 5280 §4.2.1.9)
  std::int64_t not_before = 0, not_after = 0;  // Unix seconds
  std::string sha1, sha256;                    // digests of its DER in base64url: what x5t and x5t#S256 hold
};

// Reads one certificate in DER that fills `der` whole.
std::optional<Certificate> read_certificate(std::string_view der);

// Says that a certificate is out of its time at `now` (Unix seconds): "its certificate expired on 2025-01-31; ...".
// Empty: it is within.
std::string validity_note(const Certificate& certificate, std::int64_t now);

// The same with both dates and without what it means: "its certificate expired on 2025-01-31 (valid from 2024-01-31)".
std::string validity_fault(const Certificate& certificate, std::int64_t now);

}  // namespace assay::keys
