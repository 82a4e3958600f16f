#include "keys/openssl_pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>

#include "digest/openssl_memory.h"

namespace assay::keys {
namespace {

struct CertificateFree {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};
struct BioFree {
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
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

std::vector<PemBlock> pem_blocks(std::string_view text) {
  std::vector<PemBlock> blocks;
  digest::expect_openssl_memory();
  const std::unique_ptr<BIO, BioFree> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  char* label = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  while (bio != nullptr && PEM_read_bio(bio.get(), &label, &header, &data, &size) == 1) {
    blocks.push_back({label, std::string(reinterpret_cast<char*>(data), static_cast<std::size_t>(size)),
                      std::string_view(header).find("ENCRYPTED") != std::string_view::npos});
    OPENSSL_free(label);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, static_cast<std::size_t>(size));
  }
  digest::check_openssl_memory();  // or blocks would be left out
  return blocks;
}

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

EvpKey from_any_public(std::string_view der) {
  if (EvpKey key = from_spki(der)) return key;
  if (EvpKey key = from_pkcs1(der)) return key;
  return from_certificate(der);
}

}  // namespace assay::keys
