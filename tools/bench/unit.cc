#include "bench/unit.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "assay/key_pair.h"
#include "bench/clock.h"
#include "digest/digest.h"

namespace assay::bench {
namespace {

constexpr std::string_view kMessage = "what is signed here is as short as that of openssl speed";
constexpr std::size_t kHmacBytes = 512;

// Deletes objects of OpenSSL.
struct Free {
  void operator()(EVP_PKEY* p) const noexcept { EVP_PKEY_free(p); }
  void operator()(EVP_PKEY_CTX* p) const noexcept { EVP_PKEY_CTX_free(p); }
  void operator()(EVP_MD_CTX* p) const noexcept { EVP_MD_CTX_free(p); }
  void operator()(EVP_MAC* p) const noexcept { EVP_MAC_free(p); }
  void operator()(EVP_MAC_CTX* p) const noexcept { EVP_MAC_CTX_free(p); }
  void operator()(BIO* p) const noexcept { BIO_free(p); }
  void operator()(ECDSA_SIG* p) const noexcept { ECDSA_SIG_free(p); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

const unsigned char* bytes(const std::string& text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::string hash_name(Hash hash) {
  return hash == Hash::SHA256 ? "sha256" : hash == Hash::SHA384 ? "sha384" : "sha512";
}

std::string operation_of(const Minted& minted) {
  const AlgorithmInfo& algorithm = info(minted.algorithm);
  switch (algorithm.scheme) {
    case Scheme::rsa_pkcs1:
    case Scheme::rsa_pss:
      return "rsa" + std::to_string(minted.rsa_bits) + " verify";
    case Scheme::ecdsa:
      return algorithm.curve == Curve::P256   ? "ecdsap256 verify"
             : algorithm.curve == Curve::P384 ? "ecdsap384 verify"
             : algorithm.curve == Curve::P521 ? "ecdsap521 verify"
                                              : "ecdsa secp256k1 verify";
    case Scheme::eddsa:
      return algorithm.curve == Curve::Ed448 ? "ed448 verify" : "ed25519 verify";
    case Scheme::hmac:
      return "hmac(" + hash_name(algorithm.hash) + "), " + std::to_string(kHmacBytes) + " bytes";
  }
  return "";
}

// r||s (RFC 7518 §3.4) as the DER that EVP_PKEY_verify takes.
std::string der_of(const std::string& raw) {
  const int half = static_cast<int>(raw.size() / 2);
  const Owned<ECDSA_SIG> signature(ECDSA_SIG_new());
  if (signature == nullptr) return "";
  BIGNUM* r = BN_bin2bn(bytes(raw), half, nullptr);
  BIGNUM* s = BN_bin2bn(bytes(raw) + half, half, nullptr);
  if (ECDSA_SIG_set0(signature.get(), r, s) != 1) return "";
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(signature.get(), &der);
  std::string text(reinterpret_cast<char*>(der), size > 0 ? static_cast<std::size_t>(size) : 0);
  OPENSSL_free(der);
  return text;
}

}  // namespace

struct Unit::Impl {
  explicit Impl(KeyPair signs) : pair(std::move(signs)) {}

  KeyPair pair;
  std::string operation;
  Scheme scheme = Scheme::hmac;
  Owned<EVP_PKEY> key;
  Owned<EVP_PKEY_CTX> context;     // RSA, EC
  Owned<EVP_MD_CTX> md_context;    // OKP
  Owned<EVP_MAC_CTX> mac_context;  // oct
  bool init_each = false;          // OKP: this version of OpenSSL needs a new set-up for each message
  std::string signature, digest, message;

  bool init_eddsa() {
    return EVP_MD_CTX_reset(md_context.get()) == 1 &&
           EVP_DigestVerifyInit(md_context.get(), nullptr, nullptr, nullptr, key.get()) == 1;
  }

  bool once() {
    switch (scheme) {
      case Scheme::rsa_pkcs1:
      case Scheme::rsa_pss:
      case Scheme::ecdsa:
        return EVP_PKEY_verify(context.get(), bytes(signature), signature.size(), bytes(digest), digest.size()) == 1;
      case Scheme::eddsa:
        return (!init_each || init_eddsa()) && EVP_DigestVerify(md_context.get(), bytes(signature), signature.size(),
                                                                bytes(message), message.size()) == 1;
      case Scheme::hmac: {
        unsigned char mac[EVP_MAX_MD_SIZE];
        std::size_t size = 0;
        // A null key keeps the key that was set.
        return EVP_MAC_init(mac_context.get(), nullptr, 0, nullptr) == 1 &&
               EVP_MAC_update(mac_context.get(), bytes(message), message.size()) == 1 &&
               EVP_MAC_final(mac_context.get(), mac, &size, sizeof mac) == 1;
      }
    }
    return false;
  }

  bool prepare_mac(Hash hash) {
    const std::string secret = pair.private_pem();
    const Owned<EVP_MAC> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
    if (mac == nullptr) return false;
    mac_context.reset(EVP_MAC_CTX_new(mac.get()));  // holds its own reference
    std::string name = hash_name(hash);
    const std::array<OSSL_PARAM, 2> params{OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, name.data(), 0),
                                           OSSL_PARAM_construct_end()};
    message.assign(kHmacBytes, 'a');
    return mac_context != nullptr && EVP_MAC_init(mac_context.get(), bytes(secret), secret.size(), params.data()) == 1;
  }

  bool prepare_key(const AlgorithmInfo& algorithm) {
    const std::string pem = pair.public_pem();
    const Owned<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    key.reset(PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr));
    if (key == nullptr) return false;
    message = kMessage;
    signature = pair.signature(message);
    if (scheme == Scheme::eddsa) {
      md_context.reset(EVP_MD_CTX_new());
      if (md_context == nullptr || !init_eddsa() || !once()) return false;
      init_each = !once();
      ERR_clear_error();
      return true;
    }
    digest.resize(static_cast<std::size_t>(digest_bytes(algorithm.hash)));
    digest::sha2(algorithm.hash, message, reinterpret_cast<unsigned char*>(digest.data()));
    if (scheme == Scheme::ecdsa) signature = der_of(signature);
    context.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    if (context == nullptr || EVP_PKEY_verify_init(context.get()) != 1) return false;
    if (scheme == Scheme::ecdsa) return true;
    return EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) == 1 &&
           EVP_PKEY_CTX_set_signature_md(context.get(), EVP_get_digestbyname(hash_name(algorithm.hash).c_str())) == 1;
  }
};

Unit::Unit(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
Unit::Unit(Unit&&) noexcept = default;
Unit& Unit::operator=(Unit&&) noexcept = default;
Unit::~Unit() = default;

const std::string& Unit::operation() const noexcept { return impl_->operation; }

Result<Unit> Unit::make(const Minted& minted) {
  const AlgorithmInfo& wanted = info(minted.algorithm);
  // PS* is measured against the bare RSA operation too, for which the padding of RS* serves as well.
  const Algorithm signs = wanted.scheme != Scheme::rsa_pss ? minted.algorithm
                          : wanted.hash == Hash::SHA256    ? Algorithm::RS256
                          : wanted.hash == Hash::SHA384    ? Algorithm::RS384
                                                           : Algorithm::RS512;
  Result<KeyPair> pair = KeyPair::generate(signs, minted.rsa_bits);
  if (!pair) return pair.error();
  auto impl = std::make_unique<Impl>(std::move(*pair));
  impl->operation = operation_of(minted);
  impl->scheme = wanted.scheme;
  const bool prepared = wanted.scheme == Scheme::hmac ? impl->prepare_mac(wanted.hash) : impl->prepare_key(wanted);
  if (!prepared || !impl->once()) return Error{"OpenSSL refuses its own operation, " + impl->operation};
  return Unit(std::move(impl));
}

namespace {

// Repeats `once` for about `seconds` and returns the seconds that one takes; nothing if it fails.
template <class Once>
std::optional<double> seconds_of(double seconds, const Once& once) {
  const double started = thread_cpu_seconds();
  std::uint64_t done = 0;
  double spent = 0;
  // A run grows until it takes a hundredth of the time; the clock is read once after each run.
  for (std::uint64_t run = 1; spent < seconds;) {
    for (std::uint64_t i = 0; i < run; ++i) {
      if (!once()) return std::nullopt;
    }
    done += run;
    spent = thread_cpu_seconds() - started;
    if (spent < seconds / 100) run *= 2;
  }
  return spent / static_cast<double>(done);
}

}  // namespace

Result<double> Unit::measure(double seconds) {
  const std::optional<double> each = seconds_of(seconds, [this] { return impl_->once(); });
  if (!each) return Error{"OpenSSL refused a good signature: " + impl_->operation};
  return *each;
}

Result<double> Unit::measure_signing(double seconds) {
  const std::optional<double> each =
      seconds_of(seconds, [this] { return !impl_->pair.signature(impl_->message).empty(); });
  if (!each) return Error{"OpenSSL makes no signature: " + impl_->operation};
  return *each;
}

}  // namespace assay::bench
