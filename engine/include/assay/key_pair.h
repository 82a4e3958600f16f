// Key pairs and signing, for tests and benchmarks: FastMCP's RSAKeyPair, and the same for every algorithm.
//
// Target assay::mint. The verifier never links it, so it never holds a private key.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "assay/algorithm.h"
#include "assay/instant.h"
#include "assay/result.h"

namespace assay {

namespace mint {
struct SigningKey;
}

// What a token claims. Defaults and order are those of FastMCP's RSAKeyPair.create_token: sub, iss, iat, exp; then
// aud and scope only when given; additional claims last, a repeated name replacing the earlier value in its place.
struct TokenRequest {
  std::string subject = "fastmcp-user";
  std::string issuer = "https://fastmcp.example.com";
  std::vector<std::string> audiences;  // none, or only "": no aud; one: a string; several: a list
  bool audience_is_list = false;       // one audience is written as a list, too
  std::vector<std::string> scopes;     // joined with spaces
  std::int64_t expires_in_seconds = 3600;
  std::vector<std::pair<std::string, std::string>> additional_claims;  // name, value as JSON text
  std::optional<std::string> kid;                                      // header kid, when given and not empty
  std::optional<Instant> issued_at;                                    // iat; now when absent
};

// A private key bound to one algorithm. Immutable; signing is thread safe. The private part is wiped when freed.
// Signing throws std::runtime_error if OpenSSL fails; no key made here has been seen to fail.
class KeyPair {
 public:
  // Makes a new key. `bits` is the length of an RSA modulus, 2048 to 16384 (an error about it has the field "bits"),
  // and is ignored for other key types. HS*: a random secret as long as the hash.
  static Result<KeyPair> generate(Algorithm algorithm, int bits = 2048);
  // Reads a private PEM in PKCS#8, PKCS#1 or SEC 1 that is not encrypted; for HS* the secret's exact bytes.
  static Result<KeyPair> from_private(std::string_view pem_or_secret, Algorithm algorithm);

  Algorithm algorithm() const noexcept;
  std::string private_pem() const;  // PKCS#8; for HS* the secret's bytes
  std::string public_pem() const;   // SPKI; empty for HS*
  // {"keys":[...]} with this key's public JWK (for HS* the oct key, which is secret). No kid member when `kid` is
  // empty.
  std::string jwks(std::string_view kid = {}) const;

  std::string create_token(const TokenRequest& request = {}) const;
  // base64url(header) "." base64url(payload) "." base64url(signature) over exactly these bytes.
  std::string sign(std::string_view header_json, std::string_view payload) const;
  // The raw JWS signature of a signing input: r||s for ES*.
  std::string signature(std::string_view signing_input) const;

  KeyPair(KeyPair&&) noexcept;
  KeyPair& operator=(KeyPair&&) noexcept;
  ~KeyPair();

  // For assay's own minter.
  const mint::SigningKey& signing_key() const noexcept { return *key_; }

 private:
  explicit KeyPair(std::unique_ptr<mint::SigningKey> key) noexcept;
  std::unique_ptr<mint::SigningKey> key_;
};

// FastMCP's RSAKeyPair: RS256.
class RsaKeyPair {
 public:
  // Makes a key of 2048 bits. Throws std::runtime_error when OpenSSL has no random numbers.
  static RsaKeyPair generate();
  // Takes two PEMs as they are, as FastMCP's constructor does: the public key is not compared with the private one,
  // which signs. The error says why the private key cannot be used.
  static Result<RsaKeyPair> from_pem(std::string private_key, std::string public_key);
  const std::string& private_key() const noexcept { return private_; }
  const std::string& public_key() const noexcept { return public_; }
  std::string create_token(const TokenRequest& request = {}) const { return pair_.create_token(request); }

 private:
  RsaKeyPair(KeyPair pair, std::string private_key, std::string public_key) noexcept
      : pair_(std::move(pair)), private_(std::move(private_key)), public_(std::move(public_key)) {}
  KeyPair pair_;
  std::string private_, public_;
};

}  // namespace assay
