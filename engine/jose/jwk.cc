#include "jose/jwk.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "codec/base64url.h"
#include "jose/big_endian.h"
#include "jose/key_rules.h"

namespace assay::jose {
namespace {

using codec::JsonNode;
using codec::JsonType;

// Why a key cannot be used; empty: it can.
using Why = std::string;

// RFC 7517 §4.3 knows eight operations; a long list must not cost its square.
constexpr std::size_t kMaxOperations = 32;

// Reads the members of one JWK. The two profiles share the numbers and differ in the rules around them.
class KeyReader {
 public:
  KeyReader(const JsonNode& json, Profile profile) : json_(json), strict_(profile == Profile::strict) {}

  // Returns why the key cannot be used; `key` is complete if that is empty.
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

  // joserfc: each value, by itself or in a list, must be a known one; if both members are there, they must agree. Then
  // key_ops must be a list and use a string: joserfc walks a string letter by letter, and cannot look up a list.
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

  // RFC 7517 §4.6 to §4.9: only the types of certificate members are checked. They are never followed or trusted.
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

  // Decodes a required member.
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

  // Decodes an integer of any size: Base64urlUInt of RFC 7518 §2.
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
    if (!strict_ && (is_even(key.e) || key.e == "\x01" || bit_length(key.n) < 2 || at_least(key.e, key.n)))
      return "e is not an odd number between 3 and n";
    return rsa_private(key);
  }

  // a >= b, for numbers without leading zeros.
  static bool at_least(const std::string& a, const std::string& b) noexcept {
    return a.size() != b.size() ? a.size() > b.size() : a >= b;
  }

  // RFC 7518 §6.3.2: d stands by itself, or with all of p, q, dp, dq and qi.
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
    key.curve = curve_from_string(crv->text);
    const bool is_ec = !info(key.curve).group.empty();
    if (key.curve == Curve::none || is_ec != (key.type == KeyType::EC))
      return "crv is not a curve of kty " + std::string(to_string(key.type));
    return {};
  }

  // Decodes a coordinate at full width (RFC 7518 §6.2.1.2). joserfc reads a number of any width.
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
    const std::size_t width = info(key.curve).bytes;
    if (Why why = coordinate("x", width, key.x); !why.empty()) return why;
    if (Why why = coordinate("y", width, key.y); !why.empty()) return why;
    return json_.find("d") == nullptr ? Why() : coordinate("d", width, key.d);
  }

  Why okp(Jwk& key) const {
    if (Why why = curve(key); !why.empty()) return why;
    const std::size_t width = info(key.curve).bytes;
    const std::string wrong = " is not " + std::to_string(width) + " bytes long";
    const bool is_private = json_.find("d") != nullptr;
    if (is_private) {
      if (Why why = octets("d", key.d); !why.empty()) return why;
      if (key.d.size() != width) return "d" + wrong;
    }
    if (is_private && !strict_) {
      // joserfc takes the public part from d and never decodes x.
      const JsonNode* x = json_.find("x");
      return x != nullptr && x->is(JsonType::string) ? Why() : "x is missing or not a string";
    }
    if (Why why = octets("x", key.x); !why.empty()) return why;
    return key.x.size() == width ? Why() : "x" + wrong;
  }

  // strict: checks the numbers, and leaves of the algorithms of the key's type those that its members allow.
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

}  // namespace

std::string read_jwk(const JsonNode& json, Profile profile, Jwk& key) { return KeyReader(json, profile).read(key); }

std::string shown_kid(std::string_view kid) {
  constexpr std::size_t kMost = 80;
  std::string shown;
  codec::append_json_string(shown, kid.substr(0, kMost));
  return shown;
}

}  // namespace assay::jose
