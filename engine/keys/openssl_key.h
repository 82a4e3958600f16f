// OpenSSL's view of a prepared key. Included only by .cc files and openssl_*.h, since it brings OpenSSL's headers.
#pragma once

#include <openssl/evp.h>

#include <memory>

#include "digest/hmac.h"

namespace assay::keys {

struct EvpKeyFree {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
using EvpKey = std::unique_ptr<EVP_PKEY, EvpKeyFree>;

struct OpensslKey {
  EvpKey pkey;                            // RSA, EC, OKP
  std::unique_ptr<digest::HmacKey> hmac;  // oct
};

}  // namespace assay::keys
