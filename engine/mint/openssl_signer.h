// Signs with one key, its OpenSSL contexts made once: about a microsecond a token saved over a context for each.
#pragma once

#include <openssl/evp.h>

#include <memory>
#include <string>
#include <string_view>

#include "mint/openssl_signing_key.h"

namespace assay::mint {

// Not thread safe: one for each thread. The key must outlive it. Members throw std::runtime_error when OpenSSL refuses.
class Signer {
 public:
  explicit Signer(const SigningKey& key);

  // Replaces `signature` by the raw JWS signature of `input` (RFC 7518 §3.2 to §3.5, RFC 8037 §3.1): r||s for ES*.
  void sign(std::string_view input, std::string& signature);

 private:
  struct MdFree {
    void operator()(EVP_MD* p) const noexcept { EVP_MD_free(p); }
  };
  struct MdContextFree {
    void operator()(EVP_MD_CTX* p) const noexcept { EVP_MD_CTX_free(p); }
  };
  struct KeyContextFree {
    void operator()(EVP_PKEY_CTX* p) const noexcept { EVP_PKEY_CTX_free(p); }
  };
  struct MacContextFree {
    void operator()(EVP_MAC_CTX* p) const noexcept { EVP_MAC_CTX_free(p); }
  };

  void prepare_key_context();
  void prepare_mac();
  void sign_mac(std::string_view input, std::string& signature);
  void sign_eddsa(std::string_view input, std::string& signature);
  void sign_digest(std::string_view input, std::string& signature);

  const SigningKey& key_;
  const AlgorithmInfo& info_;
  std::unique_ptr<EVP_MD, MdFree> md_;
  std::unique_ptr<EVP_MD_CTX, MdContextFree> md_context_;      // RSA, EC: the digest; OKP: the whole signature
  std::unique_ptr<EVP_PKEY_CTX, KeyContextFree> key_context_;  // RSA, EC
  std::unique_ptr<EVP_MAC_CTX, MacContextFree> mac_context_;   // oct
  std::string der_;
};

}  // namespace assay::mint
