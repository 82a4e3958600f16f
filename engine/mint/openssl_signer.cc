#include "mint/openssl_signer.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <array>
#include <stdexcept>

namespace assay::mint {
namespace {

void check(bool ok, const char* step) {
  if (!ok) throw std::runtime_error(std::string("signing failed in OpenSSL at ") + step);
}

const char* openssl_name(Hash hash) {
  return hash == Hash::SHA256 ? "SHA2-256" : hash == Hash::SHA384 ? "SHA2-384" : "SHA2-512";
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

struct EcdsaFree {
  void operator()(ECDSA_SIG* p) const noexcept { ECDSA_SIG_free(p); }
};

// RFC 7518 §3.4: R and S as unsigned big-endian integers of the curve's octet length, side by side.
void der_to_raw(std::string_view der, int bits, std::string& raw) {
  const unsigned char* at = bytes(der);
  std::unique_ptr<ECDSA_SIG, EcdsaFree> parsed(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  check(parsed != nullptr, "d2i_ECDSA_SIG");
  const int n = (bits + 7) / 8;
  raw.resize(static_cast<std::size_t>(2 * n));
  check(BN_bn2binpad(ECDSA_SIG_get0_r(parsed.get()), bytes(raw), n) == n, "BN_bn2binpad");
  check(BN_bn2binpad(ECDSA_SIG_get0_s(parsed.get()), bytes(raw) + n, n) == n, "BN_bn2binpad");
}

}  // namespace

Signer::Signer(const SigningKey& key) : key_(key), info_(info(key.algorithm)) {
  if (info_.scheme == Scheme::hmac) {
    prepare_mac();
    return;
  }
  md_context_.reset(EVP_MD_CTX_new());
  check(md_context_ != nullptr, "EVP_MD_CTX_new");
  if (info_.scheme != Scheme::eddsa) prepare_key_context();
}

void Signer::prepare_key_context() {
  md_.reset(EVP_MD_fetch(nullptr, openssl_name(info_.hash), nullptr));
  check(md_ != nullptr, "EVP_MD_fetch");
  key_context_.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.pkey.get(), nullptr));
  EVP_PKEY_CTX* context = key_context_.get();
  check(context != nullptr && EVP_PKEY_sign_init(context) == 1, "EVP_PKEY_sign_init");
  if (info_.key_type == KeyType::RSA) {
    const bool pss = info_.scheme == Scheme::rsa_pss;
    check(EVP_PKEY_CTX_set_rsa_padding(context, pss ? RSA_PKCS1_PSS_PADDING : RSA_PKCS1_PADDING) == 1, "RSA padding");
    check(EVP_PKEY_CTX_set_signature_md(context, md_.get()) == 1, "signature digest");
    if (pss) {
      // RFC 7518 §3.5: the salt is as long as the hash, MGF1 uses the same hash.
      check(EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1, "PSS salt length");
      check(EVP_PKEY_CTX_set_rsa_mgf1_md(context, md_.get()) == 1, "MGF1 digest");
    }
  }
}

void Signer::prepare_mac() {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  check(mac != nullptr, "EVP_MAC_fetch");
  mac_context_.reset(EVP_MAC_CTX_new(mac));  // holds its own reference
  EVP_MAC_free(mac);
  check(mac_context_ != nullptr, "EVP_MAC_CTX_new");
  std::string digest = openssl_name(info_.hash);
  std::array<OSSL_PARAM, 2> params{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                                   OSSL_PARAM_construct_end()};
  check(EVP_MAC_init(mac_context_.get(), bytes(std::string_view(key_.secret)), key_.secret.size(), params.data()) == 1,
        "EVP_MAC_init");
}

void Signer::sign(std::string_view input, std::string& signature) {
  switch (info_.scheme) {
    case Scheme::hmac:
      return sign_mac(input, signature);
    case Scheme::eddsa:
      return sign_eddsa(input, signature);
    case Scheme::rsa_pkcs1:
    case Scheme::rsa_pss:
    case Scheme::ecdsa:
      return sign_digest(input, signature);
  }
}

void Signer::sign_mac(std::string_view input, std::string& signature) {
  EVP_MAC_CTX* context = mac_context_.get();
  signature.resize(static_cast<std::size_t>(digest_bytes(info_.hash)));
  std::size_t size = 0;
  // A null key starts again with the key that was set: its padded blocks are not hashed a second time.
  check(EVP_MAC_init(context, nullptr, 0, nullptr) == 1, "EVP_MAC_init");
  check(EVP_MAC_update(context, bytes(input), input.size()) == 1, "EVP_MAC_update");
  check(EVP_MAC_final(context, bytes(signature), &size, signature.size()) == 1 && size == signature.size(),
        "EVP_MAC_final");
}

void Signer::sign_eddsa(std::string_view input, std::string& signature) {
  EVP_MD_CTX* context = md_context_.get();
  check(EVP_MD_CTX_reset(context) == 1, "EVP_MD_CTX_reset");
  check(EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key_.pkey.get()) == 1, "EVP_DigestSignInit");
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key_.pkey.get()));
  signature.resize(size);
  check(EVP_DigestSign(context, bytes(signature), &size, bytes(input), input.size()) == 1, "EVP_DigestSign");
  signature.resize(size);
}

void Signer::sign_digest(std::string_view input, std::string& signature) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int digest_size = 0;
  EVP_MD_CTX* context = md_context_.get();
  check(EVP_DigestInit_ex2(context, md_.get(), nullptr) == 1, "EVP_DigestInit_ex2");
  check(EVP_DigestUpdate(context, input.data(), input.size()) == 1, "EVP_DigestUpdate");
  check(EVP_DigestFinal_ex(context, digest.data(), &digest_size) == 1, "EVP_DigestFinal_ex");

  const bool ecdsa = info_.scheme == Scheme::ecdsa;
  std::string& out = ecdsa ? der_ : signature;
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key_.pkey.get()));
  out.resize(size);
  check(EVP_PKEY_sign(key_context_.get(), bytes(out), &size, digest.data(), digest_size) == 1, "EVP_PKEY_sign");
  out.resize(size);
  if (ecdsa) der_to_raw(der_, EVP_PKEY_get_bits(key_.pkey.get()), signature);
}

}  // namespace assay::mint
