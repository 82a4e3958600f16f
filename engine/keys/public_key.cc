#include "keys/public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "digest/openssl_memory.h"
#include "jose/key_rules.h"
#include "keys/openssl_pem.h"

namespace assay::keys {
namespace {

constexpr const char* kFormats = "PEM or DER of a public key (SPKI or PKCS#1) or of an X.509 certificate";

bool is_private_label(std::string_view label) noexcept { return label.ends_with("PRIVATE KEY"); }
bool is_certificate_label(std::string_view label) noexcept { return label.ends_with("CERTIFICATE"); }
bool is_public_label(std::string_view label) noexcept { return label.ends_with("PUBLIC KEY"); }

std::string number_bytes(const EVP_PKEY* key, const char* param, std::size_t width = 0) {
  BIGNUM* number = nullptr;
  if (EVP_PKEY_get_bn_param(key, param, &number) != 1) return {};
  const std::size_t size = std::max(width, static_cast<std::size_t>(BN_num_bytes(number)));
  std::string bytes(size, '\0');
  BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size));
  BN_free(number);
  return bytes;
}

std::string text_param(const EVP_PKEY* key, const char* param) {
  std::array<char, 80> text{};
  std::size_t size = 0;
  if (EVP_PKEY_get_utf8_string_param(key, param, text.data(), text.size(), &size) != 1) return {};
  return std::string(text.data(), size);
}

// RFC 4055 §3.1: an RSA-PSS key is only for PSS, and may be bound to one hash.
AlgorithmSet pss_algorithms(const EVP_PKEY* key) {
  const std::string digest = text_param(key, OSSL_PKEY_PARAM_RSA_DIGEST);
  AlgorithmSet set;
  if (digest.empty() || digest == "SHA256" || digest == "SHA2-256") set.insert(Algorithm::PS256);
  if (digest.empty() || digest == "SHA384" || digest == "SHA2-384") set.insert(Algorithm::PS384);
  if (digest.empty() || digest == "SHA512" || digest == "SHA2-512") set.insert(Algorithm::PS512);
  return set;
}

// Returns the public numbers, or nothing for a type or curve that JOSE does not name.
std::optional<Jwk> public_numbers(const EVP_PKEY* key, Profile profile) {
  Jwk jwk;
  jwk.type = KeyType::OKP;
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
      jwk.type = KeyType::RSA;
      jwk.n = number_bytes(key, OSSL_PKEY_PARAM_RSA_N);
      jwk.e = number_bytes(key, OSSL_PKEY_PARAM_RSA_E);
      break;
    case EVP_PKEY_EC: {
      jwk.type = KeyType::EC;
      jwk.curve = curve_of_group(text_param(key, OSSL_PKEY_PARAM_GROUP_NAME));
      if (jwk.curve == Curve::none) return std::nullopt;
      const std::size_t width = info(jwk.curve).bytes;
      jwk.x = number_bytes(key, OSSL_PKEY_PARAM_EC_PUB_X, width);
      jwk.y = number_bytes(key, OSSL_PKEY_PARAM_EC_PUB_Y, width);
      break;
    }
    case EVP_PKEY_ED25519:
      jwk.curve = Curve::Ed25519;
      break;
    case EVP_PKEY_ED448:
      jwk.curve = Curve::Ed448;
      break;
    case EVP_PKEY_X25519:
      jwk.curve = Curve::X25519;
      break;
    case EVP_PKEY_X448:
      jwk.curve = Curve::X448;
      break;
    default:
      return std::nullopt;
  }
  if (jwk.type == KeyType::RSA && jwk.n.empty()) return std::nullopt;
  jwk.permitted = jose::algorithms_of(jwk.type, jwk.curve);
  // cryptography, under joserfc, drops the constraints of a PSS key.
  if (profile == Profile::strict && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA_PSS) jwk.permitted = pss_algorithms(key);
  return jwk;
}

// Reads the point of an OKP key, which is raw bytes, not numbers.
bool read_raw_point(const EVP_PKEY* key, Jwk& jwk) {
  std::size_t size = 0;
  if (EVP_PKEY_get_raw_public_key(key, nullptr, &size) != 1) return false;
  jwk.x.resize(size);
  return EVP_PKEY_get_raw_public_key(key, reinterpret_cast<unsigned char*>(jwk.x.data()), &size) == 1;
}

Result<EvpKey> strict_key(std::string_view text, const std::string& file) {
  const std::string private_key =
      file +
      ": holds a private key, which a verifier must not have; give the public one: openssl pkey -in FILE -pubout";
  const std::vector<PemBlock> blocks = pem_blocks(text);
  EvpKey found;
  int count = 0;
  for (const PemBlock& block : blocks) {
    if (is_private_label(block.label)) return Error{private_key};
    if (!is_public_label(block.label) && !is_certificate_label(block.label)) continue;
    ++count;
    EvpKey key = is_certificate_label(block.label) ? from_certificate(block.der) : from_any_public(block.der);
    if (key == nullptr) return Error{file + ": its " + block.label + " block cannot be read; give " + kFormats};
    if (found == nullptr) found = std::move(key);
  }
  if (count > 1)
    return Error{file + ": holds " + std::to_string(count) + " keys or certificates; give one file for each key"};
  if (found != nullptr) return found;
  if (text.find("-----BEGIN") == std::string_view::npos) {
    if (EvpKey key = from_any_public(text)) return key;
    if (from_private(text) != nullptr) return Error{private_key};
  }
  return Error{file + ": no public key found; give " + kFormats};
}

// Reads the key that joserfc's import_from_pem_key reads: the first block of the kind that words of the text announce.
EvpKey joserfc_key(std::string_view text) {
  const auto first = [&](bool (*wanted)(std::string_view) noexcept) -> EvpKey {
    for (const PemBlock& block : pem_blocks(text)) {
      if (!wanted(block.label) || block.encrypted) continue;
      if (is_private_label(block.label)) return from_private(block.der);
      return is_certificate_label(block.label) ? from_certificate(block.der) : from_any_public(block.der);
    }
    return nullptr;
  };
  if (text.find("PUBLIC") != std::string_view::npos) return first(is_public_label);
  if (text.find("PRIVATE") != std::string_view::npos) return first(is_private_label);
  if (text.find("CERTIFICATE") != std::string_view::npos) return first(is_certificate_label);
  if (EvpKey key = from_private(text)) return key;
  EvpKey key = from_spki(text);
  return key != nullptr ? std::move(key) : from_pkcs1(text);
}

}  // namespace

Result<Jwk> read_public_key(std::string_view text, Profile profile, std::string_view name) {
  const std::string file(name);
  // No key is larger; OpenSSL counts bytes in an int.
  if (text.size() > (1u << 20)) return Error{file + ": too large for a public key; give " + kFormats};
  EvpKey key;
  if (profile == Profile::strict) {
    Result<EvpKey> read = strict_key(text, file);
    if (!read) return read.error();
    key = *std::move(read);
  } else {
    key = joserfc_key(text);
    if (key == nullptr) return Error{file + ": no key found; give " + kFormats};
  }
  digest::expect_openssl_memory();
  std::optional<Jwk> jwk = public_numbers(key.get(), profile);
  const bool complete = jwk && (jwk->type != KeyType::OKP || read_raw_point(key.get(), *jwk));
  digest::check_openssl_memory();  // or a number may be missing
  if (!complete) return Error{file + ": a key of a type or curve that JOSE does not use; give RSA, EC or Ed25519"};
  if (profile == Profile::strict) {
    if (jwk->permitted.empty())
      return Error{file + ": a key on " + std::string(to_string(jwk->curve)) +
                   " verifies no algorithm of this version; give P-256, P-384, P-521, Ed25519, Ed448 or RSA"};
    if (const std::string weakness = jose::weakness_of(*jwk); !weakness.empty())
      return Error{file + ": " + weakness + "; generate another key"};
  }
  return *std::move(jwk);
}

}  // namespace assay::keys
