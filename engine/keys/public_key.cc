#include "keys/public_key.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "codec/base64url.h"
#include "codec/json.h"
#include "digest/openssl_memory.h"
#include "jwk/foreign_text.h"
#include "jwk/jwk.h"
#include "jwk/key_rules.h"
#include "jwk/pem.h"
#include "keys/certificate.h"
#include "keys/openssl_pem.h"
#include "keys/ssh_key.h"

namespace assay::keys {
namespace {

constexpr const char* kFormats = "PEM or DER of a public key (SPKI or PKCS#1) or of an X.509 certificate, or a JWK";
constexpr std::string_view kBegin = "-----BEGIN ";

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
  jwk.permitted = jwk::algorithms_of(jwk.type, jwk.curve);
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

std::optional<Jwk> jwk_of(const EvpKey& key, Profile profile) {
  digest::expect_openssl_memory();
  std::optional<Jwk> jwk;
  if (key != nullptr) jwk = public_numbers(key.get(), profile);
  if (jwk && jwk->type == KeyType::OKP && !read_raw_point(key.get(), *jwk)) jwk.reset();
  digest::check_openssl_memory();  // or a number may be missing
  return jwk;
}

// Reads a public key of a text for the profile strict.
class StrictReader {
 public:
  StrictReader(std::string_view text, std::string_view name, std::vector<std::string>* notes)
      : text_(jwk::without_bom(text)), name_(name), notes_(notes) {}

  Result<Jwk> read() {
    if (std::string foreign = jwk::foreign_text(text_, "a public key"); !foreign.empty()) return error(foreign);
    if (text_.find(kBegin) != std::string_view::npos) return from_pem();
    const std::string_view text = text_.substr(std::min(text_.find_first_not_of(" \t\r\n"), text_.size()));
    if (looks_like_ssh_public_key(text)) return ssh_key(text);
    if (text.starts_with('{')) return from_json(text);
    if (Result<Jwk> jwk = from_der(text_); jwk || !jwk.error().message.empty()) return jwk;
    const std::string bytes = jwk::bytes_of_base64(text_);
    if (bytes.find(kBegin) != std::string::npos) return StrictReader(bytes, name_, notes_).read();
    if (!bytes.empty())
      if (Result<Jwk> jwk = from_der(bytes); jwk || !jwk.error().message.empty()) return jwk;
    if (text.starts_with("---- BEGIN SSH2"))
      return error(
          "a key as RFC 4716 writes it; convert it: ssh-keygen -i -f FILE > FILE.pub && ssh-keygen -e -m PKCS8 "
          "-f FILE.pub");
    if (text.starts_with("eyJ")) return error("a token (JWT), not a public key");
    return error(std::string("no public key found; give ") + kFormats);
  }

 private:
  Error error(const std::string& what) const { return Error{name_ + ": " + what}; }
  Error private_key() const {
    return error(
        "holds a private key, which a verifier must not have; give the public one: openssl pkey -in FILE "
        "-pubout");
  }

  Result<Jwk> checked(std::optional<Jwk> jwk) const {
    if (!jwk) return error("a key of a type or curve that JOSE does not use; give RSA, EC or Ed25519");
    if (jwk->permitted.empty())
      return error("a key on " + std::string(to_string(jwk->curve)) +
                   " verifies no algorithm of this version; give P-256, P-384, P-521, Ed25519, Ed448 or RSA");
    const std::string weakness = jwk::weakness_of(*jwk);
    if (weakness.empty()) return *std::move(jwk);
    Error refused = error(weakness + "; generate another key");
    if (jwk::is_short(*jwk)) refused.way_out = {{"policy.profile", "fastmcp"}};
    return refused;
  }

  Result<Jwk> of_certificate(std::string_view der, EvpKey key) const {
    Result<Jwk> jwk = checked(jwk_of(key, Profile::strict));
    if (jwk) jwk->certificate = der;
    return jwk;
  }

  // Reads one DER structure that fills `der` whole. The error has no message if it is none.
  Result<Jwk> from_der(std::string_view der) const {
    if (EvpKey key = from_certificate(der)) return of_certificate(der, std::move(key));
    if (EvpKey key = from_any_public(der)) return checked(jwk_of(key, Profile::strict));
    if (from_private(der) != nullptr) return private_key();
    return Error{};
  }

  Result<Jwk> from_pem() {
    const std::vector<jwk::PemBlock> blocks = jwk::pem_blocks(text_, jwk::PemReader::lenient);
    std::vector<const jwk::PemBlock*> keys;
    std::size_t certificates = 0;
    for (const jwk::PemBlock& block : blocks) {
      if (block.label == "OPENSSH PRIVATE KEY")
        return error(
            "holds a private key, which a verifier must not have; give the public one: ssh-keygen -e -m PKCS8 "
            "-f FILE");
      if (is_private_label(block.label)) return private_key();
      const bool is_certificate = is_certificate_label(block.label);
      if (!is_certificate && !is_public_label(block.label)) continue;
      if (*block.fault != '\0')
        return error("its " + block.label + " block cannot be read: " + block.fault + "; was it cut?");
      certificates += is_certificate ? 1 : 0;
      keys.push_back(&block);
    }
    if (keys.empty()) return nothing_of_use(blocks);
    if (certificates == keys.size()) return from_chain(keys);
    if (keys.size() > 1)
      return error("holds " + std::to_string(keys.size()) + " keys or certificates; give one file for each key");
    Result<Jwk> jwk = from_der(keys.front()->der);
    if (!jwk && jwk.error().message.empty()) return unreadable(*keys.front());
    return jwk;
  }

  Error unreadable(const jwk::PemBlock& block) const {
    return error("its " + block.label + " block cannot be read; give " + kFormats);
  }

  Error nothing_of_use(const std::vector<jwk::PemBlock>& blocks) const {
    const jwk::PemBlock& first = blocks.front();
    if (first.label.empty() || first.label.size() > 40)
      return error(std::string("a PEM block that is broken: ") + first.fault);
    return error("holds a block " + jwk::shown_text(first.label) + ", not a public key; give " + kFormats);
  }

  // A chain begins with the certificate of the key that signs (RFC 8555 §9.1, RFC 5246 §7.4.2). The others are those of
  // CAs, whose keys sign no tokens.
  Result<Jwk> from_chain(const std::vector<const jwk::PemBlock*>& chain) {
    std::optional<Certificate> first = read_certificate(chain.front()->der);
    if (!first) return unreadable(*chain.front());
    if (chain.size() == 1) return of_certificate(chain.front()->der, std::move(first->key));
    if (first->is_ca && std::any_of(chain.begin() + 1, chain.end(), is_of_an_end))
      return error("a chain of " + std::to_string(chain.size()) +
                   " certificates that begins with a CA's, whose key signs no tokens; put the leaf, the certificate of "
                   "the key that signs, first");
    if (notes_ != nullptr)
      notes_->push_back("a chain of " + std::to_string(chain.size()) +
                        " certificates: only the first, the leaf, counts; the others are those of CAs");
    return of_certificate(chain.front()->der, std::move(first->key));
  }
  static bool is_of_an_end(const jwk::PemBlock* block) {
    const std::optional<Certificate> certificate = read_certificate(block->der);
    return certificate && !certificate->is_ca;
  }

  Error ssh_key(std::string_view text) const {
    const std::optional<Jwk> key = read_ssh_public_key(text);
    if (key && key->type == KeyType::OKP)  // ssh-keygen does not convert these
      return error(R"(an OpenSSH key; give it as a JWK: {"kty":"OKP","crv":"Ed25519","x":")" +
                   codec::base64url_encode(key->x) + "\"}");
    return error("an OpenSSH key; convert it: ssh-keygen -e -m PKCS8 -f FILE");
  }

  Result<Jwk> from_json(std::string_view text) const {
    base::Arena arena;
    codec::JsonError fault;
    const codec::JsonNode* root = codec::parse_json(text, codec::JsonDialect::rfc8259, arena, &fault);
    if (root == nullptr)
      return error(std::string("not JSON: ") + fault.message + " at byte " + std::to_string(fault.offset) + "; give " +
                   kFormats);
    if (root->find("keys") != nullptr) return error("a JWK Set, not a single key; give it as a key set");
    if (root->find("kty") == nullptr) return error(std::string("JSON, but no JWK; give ") + kFormats);
    Jwk jwk;
    if (const jwk::JwkFault unusable = jwk::read_jwk(*root, Profile::strict, jwk); !unusable.why.empty())
      return error("a JWK that cannot be used: " + unusable.why);
    if (jwk.type == KeyType::oct)
      return error("a shared secret, not a public key; give the secret's bytes as a secret");
    if (jwk.is_private)
      return error(
          "holds a private key, which a verifier must not have; take its private members away: d, p, q, dp, dq "
          "and qi");
    jwk.has_kid = false;  // it serves tokens with any kid, as PEM does
    jwk.kid.clear();
    return jwk;
  }

  std::string_view text_;
  std::string name_;
  std::vector<std::string>* notes_;
};

// Reads the key of the block that cryptography's load_pem_public_key takes: the first one.
EvpKey cryptography_public(const std::vector<jwk::PemBlock>& blocks) {
  if (blocks.empty() || *blocks.front().fault != '\0') return nullptr;
  const jwk::PemBlock& first = blocks.front();
  if (first.label == "PUBLIC KEY") return from_spki(first.der);
  if (first.label != "RSA PUBLIC KEY") return nullptr;
  EvpKey key = from_pkcs1(first.der);
  if (key == nullptr) key = from_spki(first.der);
  return key != nullptr && EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA ? std::move(key) : nullptr;
}

// Reads the first block with a wanted label, as load_pem_private_key and load_pem_x509_certificate do.
template <class Wanted>
const jwk::PemBlock* first_block(const std::vector<jwk::PemBlock>& blocks, Wanted wanted) {
  for (const jwk::PemBlock& block : blocks) {
    if (*block.fault != '\0') return nullptr;
    if (wanted(block.label)) return block.encrypted ? nullptr : &block;
  }
  return nullptr;
}

// True if the DER has the form that cryptography asks of a private block with this label.
bool fits_label(const jwk::PemBlock& block, const EvpKey& key) {
  if (key == nullptr) return false;
  const int type = EVP_PKEY_get_base_id(key.get());
  const bool is_pkcs8 = is_private_key_info(block.der);
  if (block.label == "PRIVATE KEY") return is_pkcs8;
  return !is_pkcs8 && type == (block.label == "RSA PRIVATE KEY" ? EVP_PKEY_RSA : EVP_PKEY_EC);
}

// Reads the key that joserfc's import_from_pem_key reads: words of the text announce its kind.
std::optional<Jwk> joserfc_key(std::string_view text) {
  const auto has = [text](std::string_view word) { return text.find(word) != std::string_view::npos; };
  if (looks_like_ssh_public_key(text)) return read_ssh_public_key(text);
  const std::vector<jwk::PemBlock> blocks = jwk::pem_blocks(text, jwk::PemReader::cryptography);
  if (has("OPENSSH PRIVATE")) {
    const jwk::PemBlock* block =
        first_block(blocks, [](std::string_view label) { return label == "OPENSSH PRIVATE KEY"; });
    return block == nullptr ? std::nullopt : read_ssh_private_key(block->der);
  }
  if (has("PUBLIC")) return jwk_of(cryptography_public(blocks), Profile::fastmcp);
  if (has("PRIVATE")) {
    const jwk::PemBlock* block = first_block(blocks, [](std::string_view label) {
      return label == "PRIVATE KEY" || label == "RSA PRIVATE KEY" || label == "EC PRIVATE KEY";
    });
    EvpKey key = block == nullptr ? nullptr : from_private(block->der);
    return key != nullptr && fits_label(*block, key) ? jwk_of(key, Profile::fastmcp) : std::nullopt;
  }
  if (has("CERTIFICATE")) {
    const jwk::PemBlock* block = first_block(
        blocks, [](std::string_view label) { return label == "CERTIFICATE" || label == "X509 CERTIFICATE"; });
    std::optional<Jwk> jwk;
    if (block != nullptr) jwk = jwk_of(from_certificate(block->der), Profile::fastmcp);
    if (jwk) jwk->certificate = block->der;
    return jwk;
  }
  if (EvpKey key = from_private(text)) return jwk_of(key, Profile::fastmcp);
  EvpKey key = from_spki(text);
  return jwk_of(key != nullptr ? std::move(key) : from_pkcs1(text), Profile::fastmcp);
}

}  // namespace

Result<Jwk> read_public_key(std::string_view text, Profile profile, std::string_view name,
                            std::vector<std::string>* notes) {
  const std::string file(name);
  // No key is larger; OpenSSL counts bytes in an int.
  if (text.size() > (1u << 20)) return Error{file + ": too large for a public key; give " + kFormats};
  if (profile == Profile::strict) return StrictReader(text, name, notes).read();
  std::optional<Jwk> jwk = joserfc_key(text);
  if (!jwk) {
    const std::string foreign = jwk::foreign_text(text, "a key");
    return Error{file + ": " +
                 (foreign.empty() ? "no key found that FastMCP reads; give PEM of a public key" : foreign)};
  }
  jwk->permitted = jwk::algorithms_of(jwk->type, jwk->curve);
  return *std::move(jwk);
}

}  // namespace assay::keys
