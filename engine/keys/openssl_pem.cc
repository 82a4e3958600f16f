#include "keys/openssl_pem.h"

#include <openssl/err.h>
#include <openssl/x509.h>

#include <memory>

#include "digest/openssl_memory.h"

namespace assay::keys {
namespace {

struct CertificateFree {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};

// Reads one DER structure that must fill `der` whole.
template <class Read>
auto read_whole(std::string_view der, Read read) {
  const unsigned char* at = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* const end = at + der.size();
  digest::expect_openssl_memory();
  auto object = read(&at, static_cast<long>(der.size()));
  if (object == nullptr) digest::check_openssl_memory();
  if (object != nullptr && at != end) object.reset();
  ERR_clear_error();
  return object;
}

}  // namespace

EvpKey from_spki(std::string_view der) {
  return read_whole(der, [](const unsigned char** at, long size) { return EvpKey(d2i_PUBKEY(nullptr, at, size)); });
}

EvpKey from_pkcs1(std::string_view der) {
  return read_whole(
      der, [](const unsigned char** at, long size) { return EvpKey(d2i_PublicKey(EVP_PKEY_RSA, nullptr, at, size)); });
}

EvpKey from_certificate(std::string_view der) {
  const auto certificate = read_whole(der, [](const unsigned char** at, long size) {
    return std::unique_ptr<X509, CertificateFree>(d2i_X509(nullptr, at, size));
  });
  EvpKey key(certificate == nullptr ? nullptr : X509_get_pubkey(certificate.get()));
  if (key == nullptr) digest::check_openssl_memory();
  return key;
}

EvpKey from_private(std::string_view der) {
  return read_whole(der,
                    [](const unsigned char** at, long size) { return EvpKey(d2i_AutoPrivateKey(nullptr, at, size)); });
}

bool is_private_key_info(std::string_view der) {
  struct InfoFree {
    void operator()(PKCS8_PRIV_KEY_INFO* info) const noexcept { PKCS8_PRIV_KEY_INFO_free(info); }
  };
  return read_whole(der, [](const unsigned char** at, long size) {
           return std::unique_ptr<PKCS8_PRIV_KEY_INFO, InfoFree>(d2i_PKCS8_PRIV_KEY_INFO(nullptr, at, size));
         }) != nullptr;
}

EvpKey from_any_public(std::string_view der) {
  if (EvpKey key = from_spki(der)) return key;
  if (EvpKey key = from_pkcs1(der)) return key;
  return from_certificate(der);
}

}  // namespace assay::keys
