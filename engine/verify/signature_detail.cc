#include "verify/signature_detail.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "jose/token_material.h"
#include "signature/lengths.h"

namespace assay::verify {
namespace {

// The longest kid that a detail shows.
constexpr std::size_t kLongestKid = 64;

std::string bytes_of(std::size_t number) { return std::to_string(number) + (number == 1 ? " byte" : " bytes"); }

// Takes an INTEGER of DER off the front of `text`; false if there is none. ECDSA needs no length beyond 127 bytes.
bool take_integer(std::string_view& text) noexcept {
  if (text.size() < 3 || text[0] != 0x02) return false;
  const auto size = static_cast<unsigned char>(text[1]);
  if (size == 0 || size > 0x7F || text.size() < 2u + size) return false;
  text.remove_prefix(2u + size);
  return true;
}

// A SEQUENCE of two INTEGERs, r and s, and nothing else: what OpenSSL, KMS and Java write (RFC 3279 §2.2.3).
bool is_der(std::string_view signature) noexcept {
  if (signature.size() < 8 || signature[0] != 0x30) return false;
  std::size_t head = 2;
  std::size_t size = static_cast<unsigned char>(signature[1]);
  if (size == 0x81) {
    head = 3;
    size = static_cast<unsigned char>(signature[2]);
  }
  if (size != signature.size() - head) return false;
  std::string_view body = signature.substr(head);
  return take_integer(body) && take_integer(body) && body.empty();
}

bool is_hexadecimal(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); });
}

// The lengths that the keys take, in bytes.
struct Lengths {
  std::size_t least = 0, most = 0;
  bool fits = false;  // the signature has the length of one of them
};

Lengths lengths_of(const memo::KeyPlan& keys, const AlgorithmInfo& algorithm, std::size_t size) noexcept {
  Lengths found;
  for (const keys::PreparedKey* key : keys.candidates) {
    const std::size_t bytes = signature::signature_bytes(*key, algorithm);
    found.least = found.least == 0 ? bytes : std::min(found.least, bytes);
    found.most = std::max(found.most, bytes);
    found.fits = found.fits || size == bytes || (size < bytes && signature::takes_shorter(*key, algorithm));
  }
  return found;
}

// "ES256 takes 64", "RS256 with this key takes 256, the bytes of its modulus".
std::string taken(const AlgorithmInfo& algorithm, const Lengths& lengths) {
  std::string text(algorithm.name);
  const bool by_key = algorithm.key_type == KeyType::RSA || lengths.least != lengths.most;
  if (by_key) text += lengths.least == lengths.most ? " with this key" : " with these keys";
  text += " takes " + std::to_string(lengths.least);
  if (lengths.least != lengths.most) text += " to " + std::to_string(lengths.most);
  if (algorithm.key_type == KeyType::RSA) text += ", the bytes of the modulus";
  return text;
}

// What a wrong length may come from; empty: nothing is known.
std::string_view likely_cause(const AlgorithmInfo& algorithm, std::string_view signature, const Lengths& lengths) {
  if (signature.size() == 2 * lengths.least && is_hexadecimal(signature)) return "; it is hexadecimal text";
  if (signature.size() > lengths.most) return "";
  const bool has_numbers = algorithm.scheme != Scheme::hmac && algorithm.scheme != Scheme::eddsa;
  return has_numbers ? "; cut, or leading zeros were dropped?" : "; cut?";
}

std::string_view mismatch(const memo::KeyPlan& keys, base::Arena& arena) {
  if (keys.candidates.size() > 1) {
    return arena.copy("the signature matches none of the " + std::to_string(keys.candidates.size()) +
                      " keys that were tried");
  }
  const Jwk& key = keys.candidates.front()->jwk;
  const auto is_plain = [](char c) { return c >= ' ' && c < 0x7F; };
  if (!key.has_kid || key.kid.empty() || key.kid.size() > kLongestKid ||
      !std::all_of(key.kid.begin(), key.kid.end(), is_plain) || jose::may_hold_token_material(key.kid)) {
    return "the signature does not match the key";
  }
  return arena.copy("the signature does not match the key '" + key.kid + "'");
}

}  // namespace

std::string_view explain_signature(const memo::HeaderPlan& plan, const memo::KeyPlan& keys, std::string_view signature,
                                   base::Arena& arena) {
  const AlgorithmInfo& algorithm = info(*plan.header.algorithm);
  const Lengths lengths = lengths_of(keys, algorithm, signature.size());
  if (algorithm.scheme == Scheme::ecdsa && is_der(signature)) {
    return arena.copy(bytes_of(signature.size()) + " in DER; " + taken(algorithm, lengths) +
                      " (r and s, RFC 7518 §3.4)");
  }
  if (!lengths.fits) {
    return arena.copy(bytes_of(signature.size()) + "; " + taken(algorithm, lengths) +
                      std::string(likely_cause(algorithm, signature, lengths)));
  }
  if (plan.header.has_nonce) {
    return "the header has a nonce: such tokens (Microsoft Graph) can be verified by their own audience alone";
  }
  return mismatch(keys, arena);
}

}  // namespace assay::verify
