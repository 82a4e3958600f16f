// OpenSSL's keys written as PEM and DER, for the tests of what reads them.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>

#include "keys/openssl_key.h"

namespace assay::keys {

inline std::string taken(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}
inline std::string public_pem(const EvpKey& key) {
  BIO* bio = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(bio, key.get());
  return taken(bio);
}
inline std::string private_pem(const EvpKey& key, const EVP_CIPHER* cipher = nullptr) {
  BIO* bio = BIO_new(BIO_s_mem());
  unsigned char passphrase[] = "pass";
  PEM_write_bio_PKCS8PrivateKey(bio, key.get(), cipher, reinterpret_cast<char*>(passphrase), 4, nullptr, nullptr);
  return taken(bio);
}
inline std::string public_der(const EvpKey& key) {
  BIO* bio = BIO_new(BIO_s_mem());
  i2d_PUBKEY_bio(bio, key.get());
  return taken(bio);
}
inline EvpKey p256() { return EvpKey(EVP_EC_gen("P-256")); }

// A certificate of the key, signed by itself; valid from `begin` to `end` seconds from now.
inline std::string certificate_der(const EvpKey& key, bool is_ca = false, long begin = 0, long end = 3600) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_set_version(certificate.get(), X509_VERSION_3);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), begin);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), end);
  X509_set_pubkey(certificate.get(), key.get());
  if (is_ca) {
    X509_EXTENSION* const constraints =
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_basic_constraints, "critical,CA:TRUE");
    X509_add_ext(certificate.get(), constraints, -1);
    X509_EXTENSION_free(constraints);
  }
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  BIO* bio = BIO_new(BIO_s_mem());
  i2d_X509_bio(bio, certificate.get());
  return taken(bio);
}
inline std::string pkcs1_der(const EvpKey& key) {
  unsigned char* data = nullptr;
  const int size = i2d_PublicKey(key.get(), &data);
  std::string der(reinterpret_cast<char*>(data), static_cast<std::size_t>(size));
  OPENSSL_free(data);
  return der;
}
}  // namespace assay::keys
