#include "keys/secret.h"

#include <openssl/asn1.h>
#include <openssl/err.h>

#include <algorithm>
#include <optional>
#include <string>

#include "base/arena.h"
#include "codec/base64url.h"
#include "codec/json.h"
#include "jose/key_rules.h"
#include "keys/openssl_pem.h"

namespace assay::keys {
namespace {

bool contains(std::string_view text, std::string_view part) noexcept {
  return text.find(part) != std::string_view::npos;
}

// True if the text holds one of the markers that FastMCP looks for, anywhere.
bool looks_like_pem_public_key(std::string_view text) noexcept {
  return contains(text, "-----BEGIN PUBLIC KEY-----") || contains(text, "-----BEGIN RSA PUBLIC KEY-----") ||
         contains(text, "-----BEGIN EC PUBLIC KEY-----") || contains(text, "-----BEGIN CERTIFICATE-----");
}

bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

// True for a JWK or a JWK Set, whatever else it holds.
bool looks_like_jwk(std::string_view text) {
  base::Arena arena;
  const codec::JsonNode* root = codec::parse_json(text, codec::JsonDialect::python, arena);
  return root != nullptr && (root->find("kty") != nullptr || root->find("keys") != nullptr);
}

// True for a public key that lost its armour: base64 in either alphabet, in lines or not, padded or not.
bool looks_like_base64_of_public_key(std::string_view text) {
  std::string plain;
  for (char c : text)
    if (!is_blank(c)) plain.push_back(c == '+' ? '-' : c == '/' ? '_' : c);
  while (plain.ends_with('=')) plain.pop_back();
  const std::optional<std::string> der = codec::base64url_decode(plain);
  return der && from_any_public(*der) != nullptr;
}

// Cuts the white space after a DER structure, which an editor may have added. Returns any other text whole.
std::string_view without_blank_tail(std::string_view text) {
  const unsigned char* const begin = reinterpret_cast<const unsigned char*>(text.data());
  const unsigned char* at = begin;
  long length = 0;
  int tag = 0, tag_class = 0;
  const int form = ASN1_get_object(&at, &length, &tag, &tag_class, static_cast<long>(text.size()));
  ERR_clear_error();
  const bool has_length = (form & 0x81) == 0;  // neither an error nor BER's indefinite length
  const std::size_t end = has_length ? static_cast<std::size_t>(at - begin + length) : text.size();
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(end), text.end(), is_blank) ? text.substr(0, end)
                                                                                            : text;
}

bool looks_like_der(std::string_view text) {
  const std::string_view der = without_blank_tail(text);
  return from_any_public(der) != nullptr || from_private(der) != nullptr;
}

bool looks_like_any_key(std::string_view text) {
  // RFC 7468, and RFC 4716 with four dashes.
  if (contains(text, "---- BEGIN ") || contains(text, "-----BEGIN ")) return true;
  for (std::string_view ssh : {"ssh-rsa", "ssh-dss", "ssh-ed25519", "ecdsa-sha2-", "sk-ssh-", "sk-ecdsa-"})
    if (text.starts_with(ssh)) return true;
  return looks_like_der(text) || looks_like_jwk(text) || looks_like_base64_of_public_key(text);
}

}  // namespace

Result<Jwk> read_secret(std::string_view bytes, Profile profile, AlgorithmSet allowed, std::string_view name) {
  const std::string file(name);
  const AlgorithmSet hmac = jose::algorithms_of(KeyType::oct, Curve::none) & allowed;
  if (bytes.empty()) return Error{file + ": the secret is empty; write at least 32 random bytes to it"};
  Jwk jwk;
  jwk.type = KeyType::oct;
  jwk.k = bytes;
  jwk.permitted = hmac;
  const char* is_public =
      ": holds a public key, not a shared secret; anyone could sign with it. Give it as a public key";
  if (is_fastmcp(profile)) {
    if (!hmac.empty() && looks_like_pem_public_key(bytes)) return Error{file + is_public};
    return jwk;
  }
  if (looks_like_pem_public_key(bytes)) return Error{file + is_public};
  if (looks_like_any_key(bytes)) return Error{file + ": holds a key file, not a shared secret; give random bytes"};
  if (hmac.empty())
    return Error{file +
                 ": a shared secret verifies only HS256, HS384 and HS512, and none of them is allowed; "
                 "allow one, or leave the secret out"};
  jwk.permitted = hmac & jose::hmac_algorithms_for(bytes.size());
  if (jwk.permitted.empty()) {
    int least = 64;
    for (int i = 0; i < kAlgorithmCount; ++i)
      if (hmac.contains(static_cast<Algorithm>(i)))
        least = std::min(least, digest_bytes(info(static_cast<Algorithm>(i)).hash));
    return Error{file + ": the secret has " + std::to_string(bytes.size()) + " bytes and needs at least " +
                 std::to_string(least) + " (RFC 7518 §3.2); generate a longer one: openssl rand " +
                 std::to_string(least)};
  }
  return jwk;
}

}  // namespace assay::keys
