#include "assay/key_pair.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <stdexcept>

#include "codec/base64url.h"
#include "codec/json.h"
#include "jwk/key_rules.h"
#include "mint/openssl_signer.h"
#include "mint/openssl_signing_key.h"
#include "mint/token_text.h"

namespace assay {
namespace {

constexpr int kMinBits = static_cast<int>(jwk::kMinRsaBits);
constexpr int kMaxBits = static_cast<int>(jwk::kMaxRsaBits);

using mint::EvpKey;
using mint::SigningKey;

struct BioFree {
  void operator()(BIO* p) const noexcept { BIO_free(p); }
};
using Bio = std::unique_ptr<BIO, BioFree>;

struct NumberFree {
  void operator()(BIGNUM* p) const noexcept { BN_free(p); }
};

// OpenSSL's reason for what failed last, and an empty error queue.
std::string openssl_reason() {
  const unsigned long code = ERR_peek_last_error();
  const char* text = ERR_reason_error_string(code);
  ERR_clear_error();
  return text ? text : "no reason given";
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

// An encrypted key is an error, never a prompt on the terminal.
int refuse_passphrase(char*, int, int, void*) { return -1; }

bool contains(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

Result<EvpKey> read_private_pem(std::string_view pem) {
  if (contains(pem, "-----BEGIN ENCRYPTED PRIVATE KEY-----") || contains(pem, "Proc-Type: 4,ENCRYPTED")) {
    return Error{"the private key is encrypted; write it without a passphrase, e.g. openssl pkey -in KEY -out PLAIN"};
  }
  if (!contains(pem, "PRIVATE KEY-----")) {
    if (contains(pem, "-----BEGIN PUBLIC KEY-----") || contains(pem, "-----BEGIN RSA PUBLIC KEY-----") ||
        contains(pem, "-----BEGIN CERTIFICATE-----")) {
      return Error{"this is a public key; signing needs the private one"};
    }
    return Error{"this is no private key in PEM (PKCS#8, PKCS#1 or SEC 1)"};
  }
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  EvpKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, refuse_passphrase, nullptr));
  if (!key) return Error{"the private key cannot be read: " + openssl_reason()};
  return key;
}

// Curve::none for a curve that JOSE does not name.
Curve curve_of(EVP_PKEY* key) {
  std::string group(80, '\0');
  std::size_t size = 0;
  if (EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) != 1) return Curve::none;
  return curve_of_group(std::string_view(group).substr(0, size));
}

// What the key is and what it signs, for a person.
std::string describe(EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      return "an RSA key (for RS256 to PS512)";
    case EVP_PKEY_RSA_PSS:
      return "an RSA-PSS key (for PS256 to PS512)";
    case EVP_PKEY_ED25519:
      return "an Ed25519 key (for EdDSA or Ed25519)";
    case EVP_PKEY_ED448:
      return "an Ed448 key (for EdDSA or Ed448)";
    case EVP_PKEY_EC:
      break;
    default:
      return "a key of no JWS algorithm";
  }
  const Curve curve = curve_of(key);
  for (int i = 0; i < kAlgorithmCount; ++i) {
    const AlgorithmInfo& algorithm = info(static_cast<Algorithm>(i));
    if (algorithm.key_type != KeyType::EC || algorithm.curve != curve) continue;
    return "an EC key on " + std::string(to_string(curve)) + " (for " + std::string(algorithm.name) + ")";
  }
  return "an EC key on a curve of no algorithm here";
}

bool fits(EVP_PKEY* key, const AlgorithmInfo& algorithm) {
  const int id = EVP_PKEY_get_base_id(key);
  switch (algorithm.scheme) {
    case Scheme::rsa_pkcs1:
      return id == EVP_PKEY_RSA;
    case Scheme::rsa_pss:
      return id == EVP_PKEY_RSA || id == EVP_PKEY_RSA_PSS;
    case Scheme::ecdsa:
      return id == EVP_PKEY_EC && curve_of(key) == algorithm.curve;
    case Scheme::eddsa:
      return (id == EVP_PKEY_ED25519 && algorithm.curve != Curve::Ed448) ||
             (id == EVP_PKEY_ED448 && algorithm.curve != Curve::Ed25519);
    case Scheme::hmac:
      return false;
  }
  return false;
}

EvpKey generate_key(const AlgorithmInfo& algorithm, int bits) {
  switch (algorithm.key_type) {
    case KeyType::RSA:
      return EvpKey(EVP_RSA_gen(static_cast<unsigned int>(bits)));
    case KeyType::EC:
      return EvpKey(EVP_EC_gen(info(algorithm.curve).group.data()));
    // EdDSA names no curve; Ed25519 is the one that everybody reads.
    default:
      return EvpKey(EVP_PKEY_Q_keygen(nullptr, nullptr, algorithm.curve == Curve::Ed448 ? "ED448" : "ED25519"));
  }
}

// The number `name` of the key, big-endian, in `width` bytes, or as few as hold it when `width` is 0.
std::string number(EVP_PKEY* key, const char* name, int width = 0) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) throw std::runtime_error(std::string("the key has no ") + name);
  const std::unique_ptr<BIGNUM, NumberFree> value(raw);
  std::string out(static_cast<std::size_t>(width ? width : BN_num_bytes(raw)), '\0');
  BN_bn2binpad(raw, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size()));
  return out;
}

// RFC 7518 §6.2.1, §6.3.1, §6.4; RFC 8037 §2: the members that say the key itself.
void set_key_members(const SigningKey& key, mint::Members& jwk) {
  const auto set = [&](const char* name, const std::string& bytes) {
    jwk.set_string(name, codec::base64url_encode(bytes));
  };
  EVP_PKEY* pkey = key.pkey.get();
  switch (info(key.algorithm).key_type) {
    case KeyType::RSA:
      set("n", number(pkey, OSSL_PKEY_PARAM_RSA_N));
      set("e", number(pkey, OSSL_PKEY_PARAM_RSA_E));
      break;
    case KeyType::EC: {
      const int width = (EVP_PKEY_get_bits(pkey) + 7) / 8;
      jwk.set_string("crv", to_string(info(key.algorithm).curve));
      set("x", number(pkey, OSSL_PKEY_PARAM_EC_PUB_X, width));
      set("y", number(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, width));
      break;
    }
    case KeyType::OKP: {
      std::size_t size = 0;
      EVP_PKEY_get_raw_public_key(pkey, nullptr, &size);
      std::string x(size, '\0');
      EVP_PKEY_get_raw_public_key(pkey, reinterpret_cast<unsigned char*>(x.data()), &size);
      jwk.set_string("crv", EVP_PKEY_get_base_id(pkey) == EVP_PKEY_ED448 ? "Ed448" : "Ed25519");
      set("x", x);
      break;
    }
    case KeyType::oct:
      set("k", key.secret);
      break;
  }
}

}  // namespace

KeyPair::KeyPair(std::unique_ptr<mint::SigningKey> key) noexcept : key_(std::move(key)) {}
KeyPair::KeyPair(KeyPair&&) noexcept = default;
KeyPair& KeyPair::operator=(KeyPair&&) noexcept = default;
KeyPair::~KeyPair() = default;

Result<KeyPair> KeyPair::generate(Algorithm algorithm, int bits) {
  const AlgorithmInfo& row = info(algorithm);
  if (row.key_type == KeyType::oct) {
    // RFC 7518 §3.2: a secret at least as long as the hash.
    std::string secret(static_cast<std::size_t>(digest_bytes(row.hash)), '\0');
    if (RAND_priv_bytes(reinterpret_cast<unsigned char*>(secret.data()), static_cast<int>(secret.size())) != 1) {
      return Error{"no random numbers from OpenSSL: " + openssl_reason()};
    }
    return KeyPair(std::make_unique<SigningKey>(algorithm, std::move(secret)));
  }
  if (row.key_type == KeyType::RSA && (bits < kMinBits || bits > kMaxBits)) {
    return Error{"an RSA modulus of " + std::to_string(bits) + " bits; it must have " + std::to_string(kMinBits) +
                     " (RFC 7518 §3.3) to " + std::to_string(kMaxBits),
                 "bits"};
  }
  EvpKey key = generate_key(row, bits);
  if (!key) return Error{"the key cannot be generated: " + openssl_reason()};
  return KeyPair(std::make_unique<SigningKey>(algorithm, std::move(key)));
}

Result<KeyPair> KeyPair::from_private(std::string_view pem_or_secret, Algorithm algorithm) {
  if (info(algorithm).key_type == KeyType::oct) {
    if (pem_or_secret.empty()) return Error{"the secret is empty"};
    return KeyPair(std::make_unique<SigningKey>(algorithm, std::string(pem_or_secret)));
  }
  Result<EvpKey> key = read_private_pem(pem_or_secret);
  if (!key) return key.error();
  if (!fits(key->get(), info(algorithm))) {
    return Error{"this is " + describe(key->get()) + ", which does not sign " + std::string(to_string(algorithm))};
  }
  KeyPair pair(std::make_unique<SigningKey>(algorithm, std::move(*key)));
  // A key can still be unable, too short for PS512 or restricted to another hash: found out here, not at a token.
  try {
    pair.signature("trial");
  } catch (const std::runtime_error&) {
    return Error{"this key cannot sign " + std::string(to_string(algorithm)) + ": " + openssl_reason()};
  }
  return pair;
}

Algorithm KeyPair::algorithm() const noexcept { return key_->algorithm; }

std::string KeyPair::private_pem() const {
  if (!key_->pkey) return key_->secret;
  // BIO_s_mem wipes its buffer when freed.
  const Bio bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PKCS8PrivateKey(bio.get(), key_->pkey.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    throw std::runtime_error("the private key cannot be written: " + openssl_reason());
  }
  return text_of(bio.get());
}

std::string KeyPair::public_pem() const {
  if (!key_->pkey) return {};
  const Bio bio(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_PUBKEY(bio.get(), key_->pkey.get()) != 1) {
    throw std::runtime_error("the public key cannot be written: " + openssl_reason());
  }
  return text_of(bio.get());
}

std::string KeyPair::jwks(std::string_view kid) const {
  mint::Members jwk;
  jwk.set_string("kty", to_string(info(key_->algorithm).key_type));
  if (!kid.empty()) jwk.set_string("kid", kid);
  jwk.set_string("use", "sig");
  jwk.set_string("alg", to_string(key_->algorithm));
  set_key_members(*key_, jwk);
  return "{\"keys\":[" + jwk.to_json() + "]}";
}

std::string KeyPair::create_token(const TokenRequest& request) const {
  mint::Members claims = mint::standard_claims(request, mint::issued_at(request));
  mint::add_additional_claims(request, claims);
  return sign(mint::standard_header(request, key_->algorithm).to_json(), claims.to_json());
}

std::string KeyPair::sign(std::string_view header_json, std::string_view payload) const {
  std::string token = codec::base64url_encode(header_json) + "." + codec::base64url_encode(payload);
  const std::string raw = signature(token);
  return token + "." + codec::base64url_encode(raw);
}

std::string KeyPair::signature(std::string_view signing_input) const {
  std::string out;
  mint::Signer(*key_).sign(signing_input, out);
  return out;
}

RsaKeyPair RsaKeyPair::generate() {
  Result<KeyPair> pair = KeyPair::generate(Algorithm::RS256);
  if (!pair) throw std::runtime_error(pair.error().message);
  std::string private_key = pair->private_pem(), public_key = pair->public_pem();
  return RsaKeyPair(std::move(*pair), std::move(private_key), std::move(public_key));
}

Result<RsaKeyPair> RsaKeyPair::from_pem(std::string private_key, std::string public_key) {
  Result<KeyPair> pair = KeyPair::from_private(private_key, Algorithm::RS256);
  if (!pair) return pair.error();
  return RsaKeyPair(std::move(*pair), std::move(private_key), std::move(public_key));
}

}  // namespace assay
