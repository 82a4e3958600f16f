#include "jose/jwk.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <optional>
#include <utility>

#include "base/arena.h"
#include "codec/base64url.h"
#include "codec/json.h"

namespace assay::jose {
namespace {

using codec::JsonNode;
using codec::JsonType;

// Why a key cannot be used; empty: it can.
using Why = std::string;

// A tree of a large set is large: big blocks go back to the system once the set was read.
constexpr std::size_t kTreeBlockBytes = 1 << 20;
constexpr std::size_t kMaxKidInNote = 80;
// RFC 7517 §4.3 knows eight operations; a long list must not cost its square.
constexpr std::size_t kMaxOperations = 32;

bool is_string(const JsonNode* node) noexcept { return node != nullptr && node->is(JsonType::string); }

// "read as an even number": the least significant bit of a big-endian integer.
bool is_even(std::string_view big_endian) noexcept {
  return big_endian.empty() || (static_cast<unsigned char>(big_endian.back()) & 1) == 0;
}

std::size_t bit_length(std::string_view big_endian) noexcept {
  while (!big_endian.empty() && big_endian.front() == 0) big_endian.remove_prefix(1);
  if (big_endian.empty()) return 0;
  return big_endian.size() * 8 - static_cast<std::size_t>(std::countl_zero(static_cast<unsigned char>(big_endian[0])));
}

std::string_view without_leading_zeros(std::string_view big_endian) noexcept {
  while (!big_endian.empty() && big_endian.front() == 0) big_endian.remove_prefix(1);
  return big_endian;
}

// Little-endian y of an Edwards point, as big-endian bytes without the sign bit.
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

int compare_bytes(const std::string& a, const std::string& b) noexcept {
  return std::memcmp(a.data(), b.data(), a.size());
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

Why edwards_weakness(const Jwk& key) {
  const EdwardsFacts& facts = facts_of(key.curve);
  if (key.curve == Curve::Ed448 && (static_cast<unsigned char>(key.x.back()) & 0x7f) != 0)
    return "x is not a canonical encoding of a point (RFC 8032 §5.2.3)";
  const std::string y = big_endian_y(key.x, key.curve);
  if (compare_bytes(y, facts.p) >= 0) return "x is not a canonical encoding of a point (RFC 8032 §5.1.3)";
  for (const std::string& small : facts.small_order_y)
    if (y == small) return "x is a point of small order, under which anyone can sign";
  return {};
}

std::optional<Curve> curve_named(std::string_view name) noexcept {
  for (Curve curve : {Curve::P256, Curve::P384, Curve::P521, Curve::secp256k1, Curve::Ed25519, Curve::Ed448,
                      Curve::X25519, Curve::X448})
    if (to_string(curve) == name) return curve;
  return std::nullopt;
}

bool is_ec_curve(Curve curve) noexcept {
  return curve == Curve::P256 || curve == Curve::P384 || curve == Curve::P521 || curve == Curve::secp256k1;
}

// Reads the members of one JWK. The two profiles share the numbers and differ in the rules around them.
class KeyReader {
 public:
  KeyReader(const JsonNode& json, Profile profile) : json_(json), strict_(profile == Profile::strict) {}

  // `key` is complete when the answer is empty.
  Why read(Jwk& key) {
    if (Why why = common_members(key); !why.empty()) return why;
    if (Why why = numbers(key); !why.empty()) return why;
    return strict_ ? bind(key) : Why();
  }

 private:
  Why common_members(Jwk& key) {
    const JsonNode* kty = json_.find("kty");
    if (kty == nullptr) return "kty is missing";
    if (!kty->is(JsonType::string)) return "kty is not a string";
    if (kty->text == "RSA") {
      key.type = KeyType::RSA;
    } else if (kty->text == "EC") {
      key.type = KeyType::EC;
    } else if (kty->text == "OKP") {
      key.type = KeyType::OKP;
    } else if (kty->text == "oct") {
      key.type = KeyType::oct;
    } else {
      return "kty is not one of RSA, EC, OKP, oct";
    }
    if (const JsonNode* kid = json_.find("kid")) {
      if (!kid->is(JsonType::string)) return "kid is not a string";
      // FastMCP files an empty kid with the keys that have none.
      key.has_kid = strict_ || !kid->text.empty();
      key.kid = kid->text;
    }
    if (Why why = use_and_operations(); !why.empty()) return why;
    if (const JsonNode* alg = json_.find("alg"); alg != nullptr && !alg->is(JsonType::string))
      return "alg is not a string";
    return certificates();
  }

  // RFC 7517 §4.2, §4.3.
  Why use_and_operations() const {
    const JsonNode* use = json_.find("use");
    const JsonNode* ops = json_.find("key_ops");
    return strict_ ? strict_use(use, ops) : joserfc_use(use, ops);
  }

  static Why strict_use(const JsonNode* use, const JsonNode* ops) {
    if (use != nullptr) {
      if (!use->is(JsonType::string)) return "use is not a string";
      if (use->text == "enc") return "use is enc: the key is not for signatures";
      if (use->text != "sig") return "use is neither sig nor enc";
    }
    if (ops == nullptr) return {};
    if (!ops->is(JsonType::array)) return "key_ops is not an array";
    if (ops->items.size() > kMaxOperations)
      return "key_ops holds more than " + std::to_string(kMaxOperations) + " operations";
    bool verify = false;
    for (std::size_t i = 0; i < ops->items.size(); ++i) {
      const JsonNode& op = ops->items[i];
      if (!op.is(JsonType::string)) return "key_ops holds something that is not a string";
      for (std::size_t j = 0; j < i; ++j)
        if (ops->items[j].text == op.text) return "key_ops names an operation twice";
      verify = verify || op.text == "verify";
      if (use != nullptr && is_operation_of_encryption(op.text)) return "use is sig, but key_ops names encryption";
    }
    return verify ? Why() : "key_ops does not hold verify";
  }

  static bool is_operation_of_encryption(std::string_view op) noexcept {
    constexpr std::array<std::string_view, 6> names = {"encrypt",   "decrypt",   "wrapKey",
                                                       "unwrapKey", "deriveKey", "deriveBits"};
    return std::find(names.begin(), names.end(), op) != names.end();
  }
  static bool is_operation_of_signing(std::string_view op) noexcept { return op == "sign" || op == "verify"; }

  // joserfc: each value, alone or in a list, must be a known one; with both members, the values must agree. A string is
  // walked letter by letter there, and a use in a list cannot be looked up: both fail.
  static Why joserfc_use(const JsonNode* use, const JsonNode* ops) {
    const auto known_use = [](const JsonNode& node) {
      return node.is(JsonType::string) && (node.text == "sig" || node.text == "enc");
    };
    const auto known_op = [](const JsonNode& node) {
      return node.is(JsonType::string) && (is_operation_of_signing(node.text) || is_operation_of_encryption(node.text));
    };
    const auto known = [](const JsonNode& node, auto one) {
      return node.is(JsonType::array) ? std::all_of(node.items.begin(), node.items.end(), one) : one(node);
    };
    if (use != nullptr && !known(*use, known_use)) return "use is not a known value";
    if (ops != nullptr && !known(*ops, known_op)) return "key_ops holds an unknown value";
    if (use == nullptr || ops == nullptr) return {};
    if (!use->is(JsonType::string) || !ops->is(JsonType::array)) return "use and key_ops do not match";
    for (const JsonNode& op : ops->items)
      if ((use->text == "sig") != is_operation_of_signing(op.text)) return "use and key_ops do not match";
    return {};
  }

  // RFC 7517 §4.6 to §4.9: looked at for their types alone, never followed, never trusted.
  Why certificates() const {
    if (const JsonNode* x5u = json_.find("x5u")) {
      if (!x5u->is(JsonType::string) || !(x5u->text.starts_with("https://") || x5u->text.starts_with("http://")))
        return "x5u is not a URL";
    }
    if (const JsonNode* x5c = json_.find("x5c")) {
      if (!x5c->is(JsonType::array)) return "x5c is not an array";
      for (const JsonNode& item : x5c->items)
        if (!item.is(JsonType::string)) return "x5c holds something that is not a string";
    }
    for (std::string_view name : {"x5t", "x5t#S256"})
      if (const JsonNode* x5t = json_.find(name); x5t != nullptr && !x5t->is(JsonType::string))
        return std::string(name) + " is not a string";
    return {};
  }

  Why numbers(Jwk& key) {
    switch (key.type) {
      case KeyType::RSA:
        return rsa(key);
      case KeyType::EC:
        return ec(key);
      case KeyType::OKP:
        return okp(key);
      case KeyType::oct:
        return octets("k", key.k);
    }
    return "kty is unknown";
  }

  // The decoded value of a required member.
  Why octets(std::string_view name, std::string& to) const {
    const JsonNode* node = json_.find(name);
    if (node == nullptr) return std::string(name) + " is missing";
    if (!node->is(JsonType::string)) return std::string(name) + " is not a string";
    std::optional<std::string> bytes = codec::base64url_decode(node->text);
    if (!bytes) return std::string(name) + " is not base64url";
    if (bytes->empty()) return std::string(name) + " is empty";
    to = std::move(*bytes);
    return {};
  }

  // An integer of any size: Base64urlUInt.
  Why integer(std::string_view name, std::string& to) const {
    if (Why why = octets(name, to); !why.empty()) return why;
    if (to.front() != 0 || to == std::string_view("\0", 1)) return {};
    // RFC 7518 §2: the minimum number of octets. joserfc reads the number.
    if (strict_) return std::string(name) + " has leading zero bytes";
    to = std::string(without_leading_zeros(to));
    if (to.empty()) to.assign(1, '\0');
    return {};
  }

  Why rsa(Jwk& key) const {
    if (json_.find("oth") != nullptr) return "oth: keys of more than two primes are not supported";
    if (Why why = integer("n", key.n); !why.empty()) return why;
    if (Why why = integer("e", key.e); !why.empty()) return why;
    if (!strict_ && (is_even(key.e) || key.e == "\x01" || bit_length(key.n) < 2 || longer_or_equal(key.e, key.n)))
      return "e is not an odd number between 3 and n";
    return rsa_private(key);
  }

  static bool longer_or_equal(const std::string& a, const std::string& b) noexcept {
    return a.size() != b.size() ? a.size() > b.size() : compare_bytes(a, b) >= 0;
  }

  // RFC 7518 §6.3.2: d alone, or with all of p, q, dp, dq, qi.
  Why rsa_private(Jwk& key) const {
    const std::array<std::pair<std::string_view, std::string*>, 5> primes = {
        {{"p", &key.p}, {"q", &key.q}, {"dp", &key.dp}, {"dq", &key.dq}, {"qi", &key.qi}}};
    std::size_t found = 0;
    for (const auto& [name, to] : primes) {
      const JsonNode* node = json_.find(name);
      if (node == nullptr) continue;
      if (!node->is(JsonType::string)) return std::string(name) + " is not a string";
      ++found;
    }
    if (json_.find("d") == nullptr) {
      // joserfc reads the public part of such a key.
      return found != 0 && strict_ ? "p, q, dp, dq or qi without d" : Why();
    }
    if (Why why = integer("d", key.d); !why.empty()) return why;
    if (found == 0) return {};
    if (found != primes.size()) return "of p, q, dp, dq and qi some are missing (RFC 7518 §6.3.2)";
    for (const auto& [name, to] : primes)
      if (Why why = integer(name, *to); !why.empty()) return why;
    return {};
  }

  Why curve(Jwk& key) const {
    const JsonNode* crv = json_.find("crv");
    if (crv == nullptr) return "crv is missing";
    if (!crv->is(JsonType::string)) return "crv is not a string";
    const std::optional<Curve> named = curve_named(crv->text);
    if (!named || is_ec_curve(*named) != (key.type == KeyType::EC))
      return "crv is not a curve of kty " + std::string(to_string(key.type));
    key.curve = *named;
    return {};
  }

  // A coordinate at full width (RFC 7518 §6.2.1.2); joserfc reads a number of any width.
  Why coordinate(std::string_view name, std::size_t width, std::string& to) const {
    if (Why why = octets(name, to); !why.empty()) return why;
    if (to.size() == width) return {};
    if (strict_) return std::string(name) + " is not " + std::to_string(width) + " bytes long (RFC 7518 §6.2.1.2)";
    const std::string_view number = without_leading_zeros(to);
    if (number.size() > width) return std::string(name) + " is larger than the field";
    to = std::string(width - number.size(), '\0').append(number);
    return {};
  }

  Why ec(Jwk& key) const {
    if (Why why = curve(key); !why.empty()) return why;
    const std::size_t width = coordinate_bytes(key.curve);
    if (Why why = coordinate("x", width, key.x); !why.empty()) return why;
    if (Why why = coordinate("y", width, key.y); !why.empty()) return why;
    return json_.find("d") == nullptr ? Why() : coordinate("d", width, key.d);
  }

  Why okp(Jwk& key) const {
    if (Why why = curve(key); !why.empty()) return why;
    const std::size_t width = coordinate_bytes(key.curve);
    const std::string wrong = " is not " + std::to_string(width) + " bytes long";
    const bool is_private = json_.find("d") != nullptr;
    if (is_private) {
      if (Why why = octets("d", key.d); !why.empty()) return why;
      if (key.d.size() != width) return "d" + wrong;
    }
    if (is_private && !strict_) {
      // joserfc takes the public part from d and never decodes x.
      if (!is_string(json_.find("x"))) return "x is missing or not a string";
      return {};
    }
    if (Why why = octets("x", key.x); !why.empty()) return why;
    return key.x.size() == width ? Why() : "x" + wrong;
  }

  // strict: what is left of the algorithms of the key's type, and whether its numbers are sound.
  Why bind(Jwk& key) const {
    if (Why why = weakness_of(key); !why.empty()) return why;
    key.permitted = algorithms_of(key.type, key.curve);
    if (key.permitted.empty())
      return "no algorithm of this version verifies with curve " + std::string(to_string(key.curve));
    if (key.type == KeyType::oct) {
      key.permitted = key.permitted & hmac_algorithms_for(key.k.size());
      if (key.permitted.empty()) return "k is shorter than 32 bytes, the hash of HS256 (RFC 7518 §3.2)";
    }
    if (const JsonNode* alg = json_.find("alg")) {
      AlgorithmSet only;
      if (const std::optional<Algorithm> named = algorithm_from_string(alg->text)) only.insert(*named);
      if (only.empty()) return "alg is not a signature algorithm that assay verifies";
      key.permitted = key.permitted & only;
      // RFC 7517 §4.4: the algorithm intended for the key must be one that it can serve.
      if (key.permitted.empty()) return "alg does not fit the key";
    }
    return {};
  }

  const JsonNode& json_;
  const bool strict_;
};

// "jwks.json: key 3 (kid "x"): why".
std::string note_for(std::string_view name, std::size_t position, const JsonNode& entry, std::string_view why) {
  std::string note(name);
  note += ": key " + std::to_string(position);
  if (const JsonNode* kid = entry.find("kid"); is_string(kid)) {
    note += " (kid ";
    codec::append_json_string(note, kid->text.substr(0, kMaxKidInNote));
    note += ")";
  }
  note += ": skipped: ";
  note += why;
  return note;
}

// Python's truth of a kid that could be neither a dict's key nor a set's member: a filled list or object.
bool is_unhashable_kid(const JsonNode& entry) {
  const JsonNode* kid = entry.find("kid");
  return kid != nullptr &&
         ((kid->is(JsonType::array) && !kid->items.empty()) || (kid->is(JsonType::object) && !kid->members.empty()));
}

void add_skipped(JwkSet& set, std::string_view name, std::size_t position, const JsonNode& entry,
                 std::string_view why) {
  if (set.notes.size() < JwkSet::kMaxNotes) {
    set.notes.push_back(note_for(name, position, entry, why));
  } else {
    ++set.more_skipped;
  }
  if (const JsonNode* kid = entry.find("kid"); is_string(kid)) set.skipped_kids.emplace_back(kid->text);
}

// No issuer publishes as many: the document is not what it should be.
std::string too_many_keys(const JsonNode& keys, std::string_view name) {
  if (keys.items.size() <= JwkSet::kMaxKeys) return {};
  return std::string(name) + ": keys: the set holds " + std::to_string(keys.items.size()) + " keys, more than " +
         std::to_string(JwkSet::kMaxKeys) + "; give the keys of the issuer alone";
}

// FastMCP's JWTVerifier: keys of the configured algorithm's type, imported by joserfc, go into a dict by kid.
Result<JwkSet> read_as_fastmcp(const JsonNode& root, std::string_view name, Algorithm algorithm) {
  JwkSet set;
  const auto poison = [&](std::string why) {
    set.keys.clear();
    set.poisoned = true;
    set.notes.push_back(std::string(name) + ": " + why + ": FastMCP finds no key in such a set");
    return std::move(set);
  };
  if (!root.is(JsonType::object)) return poison("not a JSON object");
  const JsonNode* keys = root.find("keys");
  if (keys == nullptr) return set;
  if (keys->is(JsonType::object) || keys->is(JsonType::string)) return set;  // Python walks over names or letters
  if (!keys->is(JsonType::array)) return poison("keys is not a list");
  if (std::string why = too_many_keys(*keys, name); !why.empty()) return Error{std::move(why)};

  const KeyType wanted = info(algorithm).key_type;
  for (std::size_t i = 0; i < keys->items.size(); ++i) {
    const JsonNode& entry = keys->items[i];
    Jwk key;
    Why why;
    if (!entry.is(JsonType::object)) {
      why = "not a JSON object";
    } else if (const JsonNode* kty = entry.find("kty"); !is_string(kty) || kty->text != to_string(wanted)) {
      why = "kty does not serve " + std::string(to_string(algorithm));
    } else {
      why = KeyReader(entry, Profile::fastmcp).read(key);
    }
    if (why.empty()) {
      key.permitted = algorithms_of(key.type, key.curve);
      set.keys.push_back(std::move(key));
      continue;
    }
    if (is_unhashable_kid(entry)) return poison("key " + std::to_string(i + 1) + " has a list or an object as kid");
    add_skipped(set, name, i + 1, entry, why);
  }
  return set;
}

Result<JwkSet> read_strictly(const JsonNode& root, std::string_view name) {
  const std::string file(name);
  constexpr const char* kMend = "; give a JWK Set, {\"keys\":[...]} (RFC 7517 §5)";
  if (!root.is(JsonType::object)) return Error{file + ": not a JSON object" + kMend};
  const JsonNode* keys = root.find("keys");
  if (keys == nullptr && root.find("kty") != nullptr)
    return Error{file + ": a single JWK, not a set; put it into {\"keys\":[...]}"};
  if (keys == nullptr) return Error{file + ": has no member keys" + kMend};
  if (!keys->is(JsonType::array)) return Error{file + ": keys is not an array" + kMend};
  if (keys->items.empty()) return Error{file + ": keys: the set holds no keys; add the issuer's public keys"};
  if (std::string why = too_many_keys(*keys, name); !why.empty()) return Error{std::move(why)};

  JwkSet set;
  set.keys.reserve(keys->items.size());
  for (std::size_t i = 0; i < keys->items.size(); ++i) {
    const JsonNode& entry = keys->items[i];
    Jwk key;
    const Why why = entry.is(JsonType::object) ? KeyReader(entry, Profile::strict).read(key) : "not a JSON object";
    if (why.empty()) {
      set.keys.push_back(std::move(key));
    } else {
      add_skipped(set, name, i + 1, entry, why);
    }
  }
  return set;
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

std::size_t coordinate_bytes(Curve curve) noexcept {
  switch (curve) {
    case Curve::none:
      return 0;
    case Curve::P256:
    case Curve::secp256k1:
    case Curve::Ed25519:
    case Curve::X25519:
      return 32;
    case Curve::P384:
      return 48;
    case Curve::P521:
      return 66;
    case Curve::Ed448:
      return 57;
    case Curve::X448:
      return 56;
  }
  return 0;
}

std::string weakness_of(const Jwk& key) {
  if (key.type == KeyType::RSA) {
    const std::size_t bits = bit_length(key.n);
    if (bits < 2048) return "RSA of " + std::to_string(bits) + " bits; at least 2048 are needed (RFC 7518 §3.3)";
    if (bits > 16384) return "RSA of " + std::to_string(bits) + " bits; at most 16384 are supported";
    if (is_even(key.n)) return "n is even";
    if (is_even(key.e)) return "e is even";
    if (bit_length(key.e) < 2) return "e is 1";
    if (bit_length(key.e) > 33) return "e is longer than 33 bits";
    return {};
  }
  if (key.curve == Curve::Ed25519 || key.curve == Curve::Ed448) return edwards_weakness(key);
  return {};
}

}  // namespace assay::jose

namespace assay {

Result<JwkSet> JwkSet::parse(std::string_view json, Profile profile, std::string_view name, Algorithm algorithm) {
  base::Arena arena(jose::kTreeBlockBytes);
  codec::JsonError error;
  const auto dialect = profile == Profile::strict ? codec::JsonDialect::rfc8259 : codec::JsonDialect::python;
  const codec::JsonNode* root = codec::parse_json(json, dialect, arena, &error);
  if (root == nullptr) {
    return Error{std::string(name) + ": not JSON: " + error.message + " at byte " + std::to_string(error.offset) +
                 "; give a JWK Set, {\"keys\":[...]} (RFC 7517 §5)"};
  }
  if (profile == Profile::fastmcp) return jose::read_as_fastmcp(*root, name, algorithm);
  return jose::read_strictly(*root, name);
}

}  // namespace assay
