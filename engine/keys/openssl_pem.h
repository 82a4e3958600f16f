// Keys in PEM and DER, as OpenSSL's objects.
//
// Nothing here asks for a passphrase: PEM is taken apart without decryption. Free functions, thread safe; they leave
// OpenSSL's queue of errors empty. They throw only std::bad_alloc. Included by .cc files of this room only.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "keys/openssl_key.h"

namespace assay::keys {

// One block of a PEM file: "PUBLIC KEY" and its DER.
struct PemBlock {
  std::string label;
  std::string der;
  bool encrypted = false;  // by PEM's own encryption (RFC 1421); `der` cannot be read then
};
// The blocks of a text in order; what stands between them is left out.
std::vector<PemBlock> pem_blocks(std::string_view text);

// Each reads one DER structure that fills `der` whole, and returns null for anything else.
EvpKey from_spki(std::string_view der);
EvpKey from_pkcs1(std::string_view der);        // an RSA public key (RFC 8017, appendix A.1.1)
EvpKey from_certificate(std::string_view der);  // the public key of an X.509 certificate; its signature is not checked
EvpKey from_any_public(std::string_view der);   // any of the three
EvpKey from_private(std::string_view der);      // PKCS#8, PKCS#1 or SEC 1

}  // namespace assay::keys
