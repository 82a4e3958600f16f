#include "jwk/jwk.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/wipe.h"
#include "codec/base64url.h"
#include "jwk/big_endian.h"
#include "jwk/jwk_number.h"
#include "jwk/key_rules.h"

namespace assay::jwk {
namespace {

using codec::JsonNode;
using codec::JsonType;

// Why a key cannot be used; empty: it can.
using Why = std::string;

// RFC 7517 §4.3 knows eight operations; a long list must not cost its square.
constexpr std::size_t kMaxOperations = 32;

// Joins what is wrong with two members.
Why both(Why one, const Why& other) {
  if (one.empty()) return other;
  return other.empty() ? one : one + "; " + other;
}

// Reads the members of one JWK. The two profiles share the numbers and differ in the rules around them.
class KeyReader {
 public:
  KeyReader(const JsonNode& json, Profile profile) : json_(json), strict_(profile == Profile::strict) {}

  // Returns why the key cannot be used; `key` is complete if that is empty.
  Why read(Jwk& key) {
    if (Why why = common_members(key); !why.empty()) return why;
    Why why = both(strict_ ? algorithm_name(key) : Why(), numbers(key));
    if (!why.empty() || !strict_) return why;
    if (Why fault = times(key.times); !fault.empty()) return fault;
    return bind(key);
  }

  // Whether the fault is one of form or strength, which a laxer profile may pass over.
  bool is_lax_elsewhere() const noexcept { return is_lax_elsewhere_; }

 private:
  // Marks a fault as one that a laxer profile may pass over.
  Why lax_elsewhere(Why why) {
    is_lax_elsewhere_ = is_lax_elsewhere_ || !why.empty();
    return why;
  }

  // Returns null if the member is absent. In strict, a member with the value null counts as absent: .NET's serializers
  // write null for members that are not set.
  const JsonNode* find(std::string_view name) const noexcept {
    const JsonNode* node = json_.find(name);
    return strict_ && node != nullptr && node->is(JsonType::null) ? nullptr : node;
  }

  Why common_members(Jwk& key) {
    const JsonNode* kty = find("kty");
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
    if (const JsonNode* kid = find("kid")) {
      if (!kid->is(JsonType::string)) return "kid is not a string";
      // FastMCP files an empty kid with the keys that have none.
      key.has_kid = strict_ || !kid->text.empty();
      key.kid = kid->text;
    }
    if (Why why = use_and_operations(); !why.empty()) return why;
    if (const JsonNode* alg = find("alg"); alg != nullptr && !alg->is(JsonType::string)) return "alg is not a string";
    return certificates(key);
  }

  // OpenID Federation 1.0 §8.7.2: the times of a key in a historical set. RFC 7517 §4 has other members ignored, so
  // that a time which is no number is none of these. What cannot be read of `revoked` would make a bad key good, so it
  // excludes the key.
  Why times(KeyTimes& to) const {
    const auto time = [](const JsonNode* node) {
      const bool number = node != nullptr && (node->is(JsonType::integer) || node->is(JsonType::real));
      return number ? parse_unix_seconds(node->text) : std::nullopt;
    };
    to.not_before = std::max(time(find("iat")), time(find("nbf")));
    to.retired_at = time(find("exp"));
    const JsonNode* revoked = find("revoked");
    if (revoked == nullptr) return {};
    const std::optional<Instant> from =
        revoked->is(JsonType::object) ? time(revoked->find("revoked_at")) : std::nullopt;
    if (!from) return "revoked has no revoked_at, a number of seconds (OpenID Federation 1.0 §8.7.2)";
    const JsonNode* reason = revoked->find("reason");
    // "compromised" there; "keyCompromise" of RFC 5280 is written, too.
    const bool compromised =
        reason != nullptr && reason->is(JsonType::string) && reason->text.find("ompromise") != std::string_view::npos;
    std::optional<Instant>& border = compromised ? to.compromised_at : to.retired_at;
    border = border ? std::min(*border, *from) : *from;
    return {};
  }

  // RFC 7517 §4.2, §4.3.
  Why use_and_operations() {
    const JsonNode* use = find("use");
    const JsonNode* ops = find("key_ops");
    return strict_ ? strict_use(use, ops) : joserfc_use(use, ops);
  }

  // RFC 7517 §4.2 allows other values than sig and enc. SPIFFE writes jwt-svid for keys of tokens.
  Why strict_use(const JsonNode* use, const JsonNode* ops) {
    if (use != nullptr) {
      if (!use->is(JsonType::string)) return "use is not a string";
      if (use->text == "enc") return "use is enc: the key is not for signatures";
      if (use->text != "sig" && use->text != "jwt-svid")
        return "use is " + shown_text(use->text) + ": only sig and jwt-svid are for signatures of tokens";
    }
    if (ops == nullptr) return {};
    if (!ops->is(JsonType::array)) return "key_ops is not an array";
    if (ops->items.empty())
      return lax_elsewhere(
          "key_ops is empty: it allows no operation (RFC 7517 §4.3); leave the "
          "member out in a copy of the set");
    if (ops->items.size() > kMaxOperations)
      return "key_ops holds more than " + std::to_string(kMaxOperations) + " operations";
    bool verify = false;
    for (std::size_t i = 0; i < ops->items.size(); ++i) {
      const JsonNode& op = ops->items[i];
      if (!op.is(JsonType::string)) return "key_ops holds something that is not a string";
      for (std::size_t j = 0; j < i; ++j)
        if (ops->items[j].text == op.text) return "key_ops names an operation twice";
      verify = verify || op.text == "verify";
      if (use != nullptr && is_operation_of_encryption(op.text))
        return "use is " + std::string(use->text) + ", but key_ops names encryption";
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

  // RFC 7517 §4.6 to §4.9: certificate members are never followed or trusted. They only tell which key a token means.
  Why certificates(Jwk& key) const {
    if (const JsonNode* x5u = find("x5u")) {
      if (!x5u->is(JsonType::string) || !(x5u->text.starts_with("https://") || x5u->text.starts_with("http://")))
        return "x5u is not a URL";
    }
    if (const JsonNode* x5c = find("x5c")) {
      if (!x5c->is(JsonType::array)) return "x5c is not an array";
      for (const JsonNode& item : x5c->items)
        if (!item.is(JsonType::string)) return "x5c holds something that is not a string";
      if (!x5c->items.empty()) key.certificate = certificate_bytes(x5c->items.front().text);
    }
    for (const auto& [name, to] : {std::pair("x5t", &key.x5t), std::pair("x5t#S256", &key.x5t_s256)}) {
      const JsonNode* x5t = find(name);
      if (x5t == nullptr) continue;
      if (!x5t->is(JsonType::string)) return std::string(name) + " is not a string";
      *to = x5t->text;
    }
    return {};
  }

  // Decodes an item of x5c, which is standard base64 (RFC 7517 §4.7). Empty if it is something else.
  static std::string certificate_bytes(std::string_view text) {
    std::string bytes;
    std::string plain(text);
    while (plain.ends_with('=')) plain.pop_back();
    std::replace(plain.begin(), plain.end(), '+', '-');
    std::replace(plain.begin(), plain.end(), '/', '_');
    if (std::optional<std::string> der = codec::base64url_decode(plain)) bytes = std::move(*der);
    return bytes;
  }

  // strict: alg must name a signature algorithm that assay verifies.
  Why algorithm_name(const Jwk& key) {
    const JsonNode* alg = find("alg");
    if (alg == nullptr || algorithm_from_string(alg->text)) return {};
    Why why = "alg is " + shown_text(alg->text) + ", which is no signature algorithm that assay verifies";
    if (const std::optional<Algorithm> meant = algorithm_meant(alg->text, key.type))
      why += " (" + std::string(to_string(*meant)) + " is meant?)";
    return lax_elsewhere(why);
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

  Why octets(std::string_view name, std::string& to) const {
    return read_octets(name, find(name), JwkForm::octets, to);
  }

  // Decodes an integer of any size: Base64urlUInt of RFC 7518 §2. joserfc takes one with leading zero bytes.
  Why integer(std::string_view name, std::string& to) {
    to.clear();
    const Why why = read_octets(name, find(name), JwkForm::integer, to);
    if (why.empty() || to.empty()) return why;
    const JsonNode* node = find(name);
    const bool only_zeros = codec::base64url_decode(node->text).has_value();
    return only_zeros && !strict_ ? Why() : lax_elsewhere(why);
  }

  Why rsa(Jwk& key) {
    const JsonNode* oth = find("oth");
    // An empty list says that there are no further primes. joserfc takes no such member at all.
    if (oth != nullptr && !(strict_ && oth->is(JsonType::array) && oth->items.empty()))
      return "oth: keys of more than two primes are not supported";
    // Base64url of so many characters that are all hexadecimal is beyond chance. joserfc reads it as base64url.
    constexpr std::size_t kLeastHexDigits = 256;
    if (Why why = strict_ ? hex_fault("n", find("n"), kLeastHexDigits) : Why(); !why.empty()) return why;
    if (Why why = both(integer("n", key.n), integer("e", key.e)); !why.empty()) return why;
    if (!strict_ && (is_even(key.e) || key.e == "\x01" || bit_length(key.n) < 2 || at_least(key.e, key.n)))
      return "e is not an odd number between 3 and n";
    return rsa_private(key);
  }

  // a >= b, for numbers without leading zeros.
  static bool at_least(const std::string& a, const std::string& b) noexcept {
    return a.size() != b.size() ? a.size() > b.size() : a >= b;
  }

  // RFC 7518 §6.3.2: d stands by itself, or with all of p, q, dp, dq and qi. strict does not read them: verdicts depend
  // only on n and e, and the publisher would decide what checking the others costs.
  Why rsa_private(Jwk& key) {
    const std::array<std::pair<std::string_view, std::string*>, 5> primes = {
        {{"p", &key.p}, {"q", &key.q}, {"dp", &key.dp}, {"dq", &key.dq}, {"qi", &key.qi}}};
    std::size_t found = 0;
    for (const auto& [name, to] : primes) {
      const JsonNode* node = find(name);
      if (node == nullptr) continue;
      if (!node->is(JsonType::string)) return std::string(name) + " is not a string";
      ++found;
    }
    const bool has_d = find("d") != nullptr;
    key.is_private = has_d || found != 0;
    if (has_d && found != 0 && found != primes.size())
      return "some of p, q, dp, dq and qi are missing (RFC 7518 §6.3.2)";
    if (strict_ || !has_d) return {};  // joserfc, too, reads the public part of a key without d
    if (Why why = integer("d", key.d); !why.empty()) return why;
    if (found == 0) return {};
    for (const auto& [name, to] : primes)
      if (Why why = integer(name, *to); !why.empty()) return why;
    return {};
  }

  Why curve(Jwk& key) const {
    const JsonNode* crv = find("crv");
    if (crv == nullptr) return "crv is missing";
    if (!crv->is(JsonType::string)) return "crv is not a string";
    key.curve = curve_from_string(crv->text);
    const bool is_ec = !info(key.curve).group.empty();
    if (key.curve == Curve::none || is_ec != (key.type == KeyType::EC))
      return "crv is not a curve of kty " + std::string(to_string(key.type));
    return {};
  }

  // Decodes a coordinate at full width (RFC 7518 §6.2.1.2). joserfc reads a number of any size, which prepare_key
  // reduces modulo the field's prime.
  Why coordinate(std::string_view name, std::size_t width, std::string& to) {
    if (Why why = strict_ ? hex_fault(name, find(name), 2 * width) : Why(); !why.empty()) return why;
    if (Why why = octets(name, to); !why.empty()) return why;
    if (strict_) return lax_elsewhere(width_fault(name, to, width));
    const std::string_view number = without_leading_zeros(to);
    if (number.size() <= width) to = std::string(width - number.size(), '\0').append(number);
    return {};
  }

  Why ec(Jwk& key) {
    if (Why why = curve(key); !why.empty()) return why;
    const std::size_t width = info(key.curve).bytes;
    if (Why why = both(coordinate("x", width, key.x), coordinate("y", width, key.y)); !why.empty()) return why;
    key.is_private = find("d") != nullptr;
    return key.is_private ? coordinate("d", width, key.d) : Why();
  }

  Why okp(Jwk& key) {
    if (Why why = curve(key); !why.empty()) return why;
    const std::size_t width = info(key.curve).bytes;
    const auto wrong = [width](std::string_view name, const std::string& bytes) {
      return std::string(name) + " has " + std::to_string(bytes.size()) + " bytes and needs " + std::to_string(width);
    };
    key.is_private = find("d") != nullptr;
    if (key.is_private) {
      if (Why why = octets("d", key.d); !why.empty()) return why;
      if (key.d.size() != width) return wrong("d", key.d);
    }
    if (key.is_private && !strict_) {
      // joserfc takes the public part from d and never decodes x.
      const JsonNode* x = find("x");
      return x != nullptr && x->is(JsonType::string) ? Why() : "x is missing or not a string";
    }
    if (Why why = strict_ ? hex_fault("x", find("x"), 2 * width) : Why(); !why.empty()) return why;
    if (Why why = octets("x", key.x); !why.empty()) return why;
    return key.x.size() == width ? Why() : wrong("x", key.x);
  }

  // strict: checks the numbers, and leaves of the algorithms of the key's type those that its members allow.
  Why bind(Jwk& key) {
    if (Why why = weakness_of(key); !why.empty()) return is_short(key) ? lax_elsewhere(why) : why;
    key.permitted = algorithms_of(key.type, key.curve);
    if (key.permitted.empty())
      return "no algorithm of this version verifies with curve " + std::string(to_string(key.curve));
    if (key.type == KeyType::oct) {
      key.permitted = key.permitted & hmac_algorithms_for(key.k.size());
      if (key.permitted.empty())
        return "k has " + std::to_string(key.k.size()) +
               " bytes and needs at least 32, the hash of HS256 (RFC 7518 §3.2)";
    }
    const JsonNode* alg = find("alg");
    if (alg == nullptr) return {};
    // RFC 7517 §4.4: the algorithm intended for the key must be one that it can serve.
    key.permitted = key.permitted & algorithms_named(*algorithm_from_string(alg->text), key);
    return key.permitted.empty() ? "alg is " + std::string(alg->text) + ", which does not fit the key" : Why();
  }

  // RFC 9864 §2.2: EdDSA with a key on Ed25519 is Ed25519, so a key for the one is a key for the other.
  static AlgorithmSet algorithms_named(Algorithm named, const Jwk& key) noexcept {
    AlgorithmSet set;
    set.insert(named);
    const bool is_eddsa = info(named).scheme == Scheme::eddsa && key.permitted.contains(named);
    return is_eddsa ? key.permitted : set;
  }

  const JsonNode& json_;
  const bool strict_;
  bool is_lax_elsewhere_ = false;
};

// The algorithm with which FastMCP would use a key of this type and curve.
std::optional<Algorithm> fastmcp_algorithm(const Jwk& key) {
  if (key.type == KeyType::oct) return {};  // it takes no secret from a set
  const AlgorithmSet fitting = algorithms_of(key.type, key.curve) & AlgorithmSet::unless_named();
  for (int i = 0; i < kAlgorithmCount; ++i)
    if (fitting.contains(static_cast<Algorithm>(i))) return static_cast<Algorithm>(i);
  return {};
}

}  // namespace

JwkFault read_jwk(const JsonNode& json, Profile profile, Jwk& key) {
  KeyReader reader(json, profile);
  JwkFault fault{reader.read(key)};
  if (fault.why.empty() || !reader.is_lax_elsewhere() || is_fastmcp(profile)) return fault;
  Jwk lax;
  if (KeyReader(json, Profile::fastmcp).read(lax).empty()) fault.fastmcp_takes_it = fastmcp_algorithm(lax);
  return fault;
}

std::string shown_text(std::string_view text) {
  constexpr std::size_t kMost = 80;
  std::string shown;
  codec::append_json_string(shown, text.substr(0, kMost));
  return shown;
}

}  // namespace assay::jwk

namespace assay {

Jwk::~Jwk() {
  for (std::string* secret : {&k, &d, &p, &q, &dp, &dq, &qi})
    if (secret->capacity() != 0) base::wipe(*secret);
}

}  // namespace assay
