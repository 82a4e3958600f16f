#include "jwk/key_rules.h"

#include <algorithm>
#include <cctype>
#include <vector>

#include "jwk/big_endian.h"

namespace assay::jwk {
namespace {

// Returns y of an encoded Edwards point, as big-endian bytes without the sign bit.
std::string big_endian_y(std::string_view point, Curve curve) {
  std::string y(point.rbegin(), point.rend());
  if (curve == Curve::Ed25519) {
    y[0] = static_cast<char>(y[0] & 0x7f);
  } else {
    y.erase(0, 1);  // Ed448: a byte of its own holds the sign bit
  }
  return y;
}

std::string unhex(std::string_view hex) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(static_cast<char>(digit(hex[i]) * 16 + digit(hex[i + 1])));
  return bytes;
}

// The prime of the field and the y coordinates of every point of small order, big-endian.
struct EdwardsFacts {
  std::string p;
  std::vector<std::string> small_order_y;
};

const EdwardsFacts& facts_of(Curve curve) {
  // RFC 8032 §5.1: p = 2^255 - 19, cofactor 8. Orders 1, 2, 4 have y = 1, -1, 0; the four points of order 8 have two y.
  static const EdwardsFacts ed25519 = {unhex("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed"),
                                       {unhex("0000000000000000000000000000000000000000000000000000000000000001"),
                                        unhex("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec"),
                                        unhex("0000000000000000000000000000000000000000000000000000000000000000"),
                                        unhex("05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826"),
                                        unhex("7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7")}};
  // RFC 8032 §5.2: p = 2^448 - 2^224 - 1, cofactor 4. Orders 1, 2, 4 have y = 1, -1, 0.
  static const EdwardsFacts ed448 = [] {
    EdwardsFacts facts;
    facts.p = std::string(56, '\xff');
    facts.p[27] = '\xfe';
    std::string one(56, '\0'), minus_one = facts.p;
    one.back() = 1;
    minus_one.back() = '\xfe';
    facts.small_order_y = {one, minus_one, std::string(56, '\0')};
    return facts;
  }();
  return curve == Curve::Ed25519 ? ed25519 : ed448;
}

std::string edwards_weakness(const Jwk& key) {
  const EdwardsFacts& facts = facts_of(key.curve);
  if (key.curve == Curve::Ed448 && (static_cast<unsigned char>(key.x.back()) & 0x7f) != 0)
    return "x is not a canonical encoding of a point (RFC 8032 §5.2.3)";
  const std::string y = big_endian_y(key.x, key.curve);
  if (y >= facts.p) return "x is not a canonical encoding of a point (RFC 8032 §5.1.3)";
  for (const std::string& small : facts.small_order_y)
    if (y == small) return "x is a point of small order, under which anyone can sign";
  return {};
}

}  // namespace

AlgorithmSet algorithms_of(KeyType type, Curve curve) noexcept {
  AlgorithmSet set;
  for (int i = 0; i < kAlgorithmCount; ++i) {
    const Algorithm algorithm = static_cast<Algorithm>(i);
    const AlgorithmInfo& row = info(algorithm);
    if (row.key_type != type) continue;
    const bool any_edwards = row.scheme == Scheme::eddsa && row.curve == Curve::none;
    const bool fits = any_edwards ? curve == Curve::Ed25519 || curve == Curve::Ed448 : row.curve == curve;
    if (fits) set.insert(algorithm);
  }
  return set;
}

AlgorithmSet hmac_algorithms_for(std::size_t bytes) noexcept {
  AlgorithmSet set;
  for (Algorithm algorithm : {Algorithm::HS256, Algorithm::HS384, Algorithm::HS512})
    if (bytes >= static_cast<std::size_t>(digest_bytes(info(algorithm).hash))) set.insert(algorithm);
  return set;
}

std::string weakness_of(const Jwk& key) {
  if (key.type == KeyType::RSA) {
    const std::size_t bits = bit_length(key.n);
    if (bits < kMinRsaBits)
      return "RSA of " + std::to_string(bits) + " bits; at least " + std::to_string(kMinRsaBits) +
             " are needed (RFC 7518 §3.3)";
    if (bits > kMaxRsaBits)
      return "RSA of " + std::to_string(bits) + " bits; at most " + std::to_string(kMaxRsaBits) + " are supported";
    if (is_even(key.n)) return "n is even";
    if (is_even(key.e)) return "e is even";
    if (bit_length(key.e) < 2) return "e is 1";
    if (bit_length(key.e) > 33) return "e is longer than 33 bits";
    return {};
  }
  if (key.curve == Curve::Ed25519 || key.curve == Curve::Ed448) return edwards_weakness(key);
  return {};
}

bool is_short(const Jwk& key) noexcept { return key.type == KeyType::RSA && bit_length(key.n) < kMinRsaBits; }

std::optional<Algorithm> algorithm_meant(std::string_view name, KeyType type) {
  std::string upper;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      upper.push_back(static_cast<char>(std::toupper(static_cast<unsigned char>(c))));
  const auto has = [&upper](std::string_view part) { return upper.find(part) != std::string::npos; };
  const bool is_pss = has("PSS") || has("MGF1") || has("PS256") || has("PS384") || has("PS512");
  for (int i = 0; i < kAlgorithmCount; ++i) {
    const AlgorithmInfo& row = info(static_cast<Algorithm>(i));
    if (row.key_type != type || row.scheme == Scheme::eddsa || row.curve == Curve::secp256k1) continue;
    if (type == KeyType::RSA && (row.scheme == Scheme::rsa_pss) != is_pss) continue;
    const std::string_view digits = row.name.substr(2);
    const bool names_family = type == KeyType::RSA  ? has("RSA") || has("RS") || is_pss
                              : type == KeyType::EC ? has("ECDSA") || has("ES") || has("EC")
                                                    : has("HMAC") || has("HS");
    if (names_family && has(digits)) return static_cast<Algorithm>(i);
  }
  return {};
}

}  // namespace assay::jwk
