// Keys in DER, as OpenSSL's objects.
//
// Free functions, thread safe; they leave OpenSSL's queue of errors empty. They throw only std::bad_alloc. Included by
// .cc files of this room only.
#pragma once

#include <string_view>

#include "keys/openssl_key.h"

namespace assay::keys {

// Each reads one DER structure that fills `der` whole, and returns null for anything else.
EvpKey from_spki(std::string_view der);
EvpKey from_pkcs1(std::string_view der);         // an RSA public key (RFC 8017, appendix A.1.1)
EvpKey from_certificate(std::string_view der);   // the public key of an X.509 certificate; its signature is not checked
EvpKey from_any_public(std::string_view der);    // any of the three
EvpKey from_private(std::string_view der);       // PKCS#8, PKCS#1 or SEC 1
bool is_private_key_info(std::string_view der);  // true for PKCS#8 (RFC 5208 §5)

}  // namespace assay::keys
