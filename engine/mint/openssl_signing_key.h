// The private half of a KeyPair as OpenSSL holds it. Included only by .cc files and openssl_*.h of this room.
#pragma once

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <memory>
#include <string>
#include <utility>

#include "assay/algorithm.h"

namespace assay::mint {

struct EvpKeyFree {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};
using EvpKey = std::unique_ptr<EVP_PKEY, EvpKeyFree>;

// Immutable once made; read by any number of Signers at once. OpenSSL clears private numbers when it frees a key; the
// secret of HS* is wiped here.
struct SigningKey {
  SigningKey(Algorithm a, EvpKey key) noexcept : algorithm(a), pkey(std::move(key)) {}
  SigningKey(Algorithm a, std::string bytes) noexcept : algorithm(a), secret(std::move(bytes)) {}
  SigningKey(const SigningKey&) = delete;
  SigningKey& operator=(const SigningKey&) = delete;
  ~SigningKey() { OPENSSL_cleanse(secret.data(), secret.size()); }

  Algorithm algorithm;
  EvpKey pkey;         // RSA, EC, OKP
  std::string secret;  // oct
};

}  // namespace assay::mint
