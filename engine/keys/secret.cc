#include "keys/secret.h"

#include <openssl/asn1.h>
#include <openssl/err.h>

#include <algorithm>
#include <optional>
#include <string>

#include "base/arena.h"
#include "base/wipe.h"
#include "codec/json.h"
#include "codec/utf.h"
#include "jwk/foreign_text.h"
#include "jwk/key_rules.h"
#include "jwk/pem.h"
#include "keys/openssl_pem.h"
#include "keys/ssh_key.h"

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

// True for a public key that lost its armour.
bool looks_like_base64_of_public_key(std::string_view text) {
  std::string der = jwk::bytes_of_base64(text);
  const bool is_key = !der.empty() && from_any_public(der) != nullptr;
  base::wipe(der);
  return is_key;
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
  return looks_like_ssh_public_key(text) || looks_like_der(text) || looks_like_jwk(text) ||
         looks_like_base64_of_public_key(text);
}

// True for what joserfc takes for a public key where a secret is asked for: everything that cryptography's readers of
// PEM, DER, OpenSSH and X.509 can read.
bool is_public_key_for_joserfc(std::string_view bytes) {
  if (is_ssh_public_key(bytes) || from_any_public(bytes) != nullptr) return true;
  const std::vector<jwk::PemBlock> blocks = jwk::pem_blocks(bytes, jwk::PemReader::cryptography);
  for (const jwk::PemBlock& block : blocks) {
    if (*block.fault != '\0') return false;
    const bool is_first = &block == &blocks.front();
    if (is_first && block.label == "PUBLIC KEY" && from_spki(block.der) != nullptr) return true;
    if (is_first && block.label == "RSA PUBLIC KEY" &&
        (from_pkcs1(block.der) != nullptr || from_spki(block.der) != nullptr))
      return true;
    if (block.label == "CERTIFICATE" || block.label == "X509 CERTIFICATE")
      return from_certificate(block.der) != nullptr;
  }
  return false;
}

// Whether the bytes are ASCII in UTF-16, in which each second byte from `zero` on is 0 and no other is.
bool is_ascii_in_utf16(std::string_view bytes, std::size_t zero) noexcept {
  for (std::size_t i = 0; i < bytes.size(); ++i)
    if ((bytes[i] == 0) != (i % 2 == zero)) return false;
  return bytes.size() % 2 == 0;
}

// Says that a text file begins with a byte order mark or is in UTF-16, as an editor or PowerShell writes it: its bytes
// would count as the secret, and no token would match. Empty: it is neither. Bytes that only begin alike are no text.
std::string byte_order_mark_of(std::string_view bytes) {
  const std::string_view text = jwk::without_bom(bytes);
  if (text.size() < bytes.size() && codec::utf8_prefix(text, false) == text.size())
    return "begins with a UTF-8 byte order mark (EF BB BF), which would count as part of the secret; take it away: "
           "tail -c +4 FILE";
  const bool is_utf16 = bytes.size() % 2 == 0 && (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"));
  const std::size_t zero = bytes.starts_with("\xFF\xFE") ? 3 : 2;  // the high byte of each ASCII character
  constexpr std::size_t kLeastText = 16;                           // fewer bytes may be random
  for (const std::size_t first : {std::size_t{1}, std::size_t{0}}) {
    if (bytes.size() < kLeastText || !is_ascii_in_utf16(bytes, first)) continue;
    return std::string("UTF-16 (every second byte is 0), whose bytes would count as they are; convert it: iconv -f ") +
           (first == 1 ? "UTF-16LE" : "UTF-16BE") + " -t UTF-8";
  }
  if (!is_utf16 || bytes.size() < 4) return {};
  for (std::size_t i = zero; i < bytes.size(); i += 2)
    if (bytes[i] != 0) return {};
  return "UTF-16 (it begins with a byte order mark), whose bytes would count as they are; convert it: "
         "iconv -f UTF-16 -t UTF-8";
}

Error too_short(const std::string& file, std::size_t bytes, AlgorithmSet wanted) {
  std::optional<Algorithm> least;
  for (const Algorithm algorithm : {Algorithm::HS512, Algorithm::HS384, Algorithm::HS256})
    if (wanted.contains(algorithm)) least = algorithm;
  const std::string needed = std::to_string(digest_bytes(info(*least).hash));
  return Error{file + ": the secret has " + std::to_string(bytes) + " bytes and needs at least " + needed +
                   " (RFC 7518 §3.2); generate a longer one: openssl rand " + needed,
               "",
               {{"policy.profile", "fastmcp"}, {"policy.algorithms", std::string(to_string(*least))}}};
}

}  // namespace

Result<Jwk> read_secret(std::string_view bytes, Profile profile, AlgorithmSet allowed, std::string_view name,
                        std::vector<std::string>* notes) {
  const std::string file(name);
  const AlgorithmSet hmac = jwk::algorithms_of(KeyType::oct, Curve::none) & allowed;
  if (bytes.empty()) return Error{file + ": the secret is empty; write at least 32 random bytes to it"};
  Jwk jwk;
  jwk.type = KeyType::oct;
  jwk.k = bytes;
  jwk.permitted = hmac;
  const char* is_public =
      ": holds a public key, not a shared secret; anyone could sign with it. Give it as a public key";
  const std::string mark = byte_order_mark_of(bytes);
  if (is_fastmcp(profile)) {
    if (!hmac.empty() && (looks_like_pem_public_key(bytes) || is_public_key_for_joserfc(bytes)))
      return Error{file + is_public};
    if (notes != nullptr && !mark.empty()) notes->push_back(mark);
    return jwk;
  }
  if (looks_like_pem_public_key(bytes)) return Error{file + is_public};
  if (looks_like_any_key(bytes)) return Error{file + ": holds a key file, not a shared secret; give random bytes"};
  if (!mark.empty()) return Error{file + ": " + mark};
  if (hmac.empty())
    return Error{file +
                 ": a shared secret verifies only HS256, HS384 and HS512, and none of them is allowed; "
                 "allow one, or leave the secret out"};
  jwk.permitted = hmac & jwk::hmac_algorithms_for(bytes.size());
  if (jwk.permitted.empty()) return too_short(file, bytes.size(), hmac);
  return jwk;
}

}  // namespace assay::keys
