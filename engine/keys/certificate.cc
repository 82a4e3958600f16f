#include "keys/certificate.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>

#include "codec/base64url.h"
#include "digest/openssl_memory.h"

namespace assay::keys {
namespace {

struct X509Free {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};

std::int64_t unix_seconds(const ASN1_TIME* time) {
  std::tm parts{};
  return ASN1_TIME_to_tm(time, &parts) == 1 ? static_cast<std::int64_t>(timegm(&parts)) : 0;
}

// "2025-01-31".
std::string date_of(std::int64_t seconds) {
  const std::time_t time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  char text[32];
  if (gmtime_r(&time, &parts) == nullptr || std::strftime(text, sizeof text, "%Y-%m-%d", &parts) == 0) return "?";
  return text;
}

std::string digest_of(const X509* certificate, const EVP_MD* hash) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (X509_digest(certificate, hash, digest, &size) != 1) return {};
  return codec::base64url_encode(std::string_view(reinterpret_cast<const char*>(digest), size));
}

}  // namespace

std::optional<Certificate> read_certificate(std::string_view der) {
  digest::expect_openssl_memory();
  const unsigned char* at = reinterpret_cast<const unsigned char*>(der.data());
  const unsigned char* const end = at + der.size();
  const std::unique_ptr<X509, X509Free> parsed(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  std::optional<Certificate> result;
  if (parsed != nullptr && at == end) {
    result.emplace();
    result->key = EvpKey(X509_get_pubkey(parsed.get()));
    result->is_ca = X509_check_ca(parsed.get()) == 1;  // 1: said by basicConstraints, not guessed
    result->not_before = unix_seconds(X509_get0_notBefore(parsed.get()));
    result->not_after = unix_seconds(X509_get0_notAfter(parsed.get()));
    result->sha1 = digest_of(parsed.get(), EVP_sha1());
    result->sha256 = digest_of(parsed.get(), EVP_sha256());
  }
  digest::check_openssl_memory();  // or a part may be missing
  return result;
}

std::string validity_note(const Certificate& certificate, std::int64_t now) {
  constexpr const char* kAllTheSame = "; assay still uses its key, because a key does not expire with its certificate";
  if (now > certificate.not_after) return "its certificate expired on " + date_of(certificate.not_after) + kAllTheSame;
  if (now < certificate.not_before)
    return "its certificate is not valid before " + date_of(certificate.not_before) + kAllTheSame;
  return {};
}

std::string validity_fault(const Certificate& certificate, std::int64_t now) {
  if (now > certificate.not_after)
    return "its certificate expired on " + date_of(certificate.not_after) + " (valid from " +
           date_of(certificate.not_before) + ")";
  if (now < certificate.not_before)
    return "its certificate is not valid before " + date_of(certificate.not_before) + " (until " +
           date_of(certificate.not_after) + ")";
  return {};
}

}  // namespace assay::keys
