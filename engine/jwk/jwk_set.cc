// JWK Sets (RFC 7517 §5): JwkSet::parse of assay/key_set.h.
#include <algorithm>
#include <string>
#include <utility>

#include "assay/key_set.h"
#include "base/arena.h"
#include "codec/json.h"
#include "jwk/foreign_text.h"
#include "jwk/jwk.h"
#include "jwk/key_document.h"
#include "jwk/key_rules.h"

namespace assay::jwk {
namespace {

using codec::JsonNode;
using codec::JsonType;

// A tree of a large set is large: its big blocks go back to the system once the set was read.
constexpr std::size_t kTreeBlockBytes = 1 << 20;

bool is_string(const JsonNode* node) noexcept { return node != nullptr && node->is(JsonType::string); }

// True for a kid that Python takes for true but cannot hash: a list or object that is not empty.
bool is_unhashable_kid(const JsonNode& entry) {
  const JsonNode* kid = entry.find("kid");
  return kid != nullptr &&
         ((kid->is(JsonType::array) && !kid->items.empty()) || (kid->is(JsonType::object) && !kid->members.empty()));
}

void skip(JwkSet& set, std::string_view name, std::uint32_t position, const JsonNode& entry, JwkFault fault) {
  JwkSet::Skipped skipped{position, {}, std::move(fault.why), fault.fastmcp_takes_it};
  if (const JsonNode* kid = entry.find("kid"); is_string(kid)) skipped.kid = std::string(kid->text);
  set.skip(name, std::move(skipped));
}

// Adds a key that can be used.
void add(JwkSet& set, std::string_view name, std::uint32_t position, Jwk key) {
  key.position = position;
  if (key.is_private) {
    const auto kid = key.has_kid ? std::optional(key.kid) : std::nullopt;
    set.note(name, position, kid, "holds the private key: whoever can read this set can sign");
  }
  set.keys.push_back(std::move(key));
}

// Returns why a document cannot be read as a set of keys. `keys` is its member of that name, or null.
std::string refusal(const JsonNode& root, const JsonNode* keys) {
  if (keys == nullptr || !keys->is(JsonType::array)) return not_a_key_set(root);
  if (keys->items.empty()) return "keys: the set holds no keys; add the issuer's public keys";
  if (keys->items.size() <= JwkSet::kMaxKeys) return {};
  // No issuer publishes as many keys.
  return "keys: the set holds " + std::to_string(keys->items.size()) + " keys, more than " +
         std::to_string(JwkSet::kMaxKeys) + "; give only the keys of the issuer";
}

// Whether FastMCP keeps keys of this kty for the algorithm. Up to 3.4 it kept all that it could convert.
bool fastmcp_keeps(const JsonNode* kty, Profile profile, Algorithm algorithm) noexcept {
  if (!is_string(kty)) return false;
  if (profile == Profile::fastmcp_3_4) return kty->text == "RSA" || kty->text == "EC";
  return kty->text == to_string(info(algorithm).key_type);
}

// Reads the set as FastMCP's JWTVerifier does: joserfc imports the keys that it keeps into a dict by kid.
Result<JwkSet> read_as_fastmcp(const JsonNode& keys, Profile profile, std::string_view name, Algorithm algorithm) {
  JwkSet set;
  for (std::uint32_t i = 0; i < keys.items.size(); ++i) {
    const JsonNode& entry = keys.items[i];
    Jwk key;
    JwkFault fault;
    if (!entry.is(JsonType::object)) {
      fault.why = "not a JSON object";
    } else if (!fastmcp_keeps(entry.find("kty"), profile, algorithm)) {
      fault.why = "kty does not serve " + std::string(to_string(algorithm));
    } else {
      fault = read_jwk(entry, profile, key);
    }
    if (fault.why.empty()) {
      key.permitted = algorithms_of(key.type, key.curve);
      add(set, name, i + 1, std::move(key));
    } else if (is_unhashable_kid(entry)) {
      return Error{std::string(name) + ": key " + std::to_string(i + 1) +
                   " has a list or an object as kid: FastMCP finds no key in such a set"};
    } else {
      skip(set, name, i + 1, entry, std::move(fault));
    }
  }
  return set;
}

JwkSet read_strictly(const JsonNode& keys, std::string_view name) {
  JwkSet set;
  set.keys.reserve(keys.items.size());
  for (std::uint32_t i = 0; i < keys.items.size(); ++i) {
    const JsonNode& entry = keys.items[i];
    Jwk key;
    JwkFault fault = entry.is(JsonType::object) ? read_jwk(entry, Profile::strict, key) : JwkFault{"not a JSON object"};
    if (fault.why.empty()) {
      add(set, name, i + 1, std::move(key));
    } else {
      skip(set, name, i + 1, entry, std::move(fault));
    }
  }
  return set;
}

JwkSet read_pem_map(const JsonNode& root, std::string_view name) {
  JwkSet set;
  for (std::uint32_t i = 0; i < root.members.size(); ++i) {
    std::string kid(root.members[i].name);
    const JsonNode& value = root.members[i].value;
    if (value.is(JsonType::string)) {
      set.pem_keys.push_back({i + 1, std::move(kid), std::string(value.text)});
    } else {
      set.skip(name, {i + 1, std::move(kid), "not a string; in a map from kid to PEM each value is a PEM text", {}});
    }
  }
  return set;
}

Result<JwkSet> read_document(std::string_view text, Profile profile, std::string_view name, Algorithm algorithm) {
  base::Arena arena(kTreeBlockBytes);
  codec::JsonError error;
  const auto dialect = profile == Profile::strict ? codec::JsonDialect::rfc8259 : codec::JsonDialect::python;
  const JsonNode* root = codec::parse_json(text, dialect, arena, &error);
  const std::string file = std::string(name) + ": ";
  if (root == nullptr) {
    if (std::string what = not_json(text); !what.empty()) return Error{file + what};
    return Error{file + "not JSON: " + error.message + " at byte " + std::to_string(error.offset) +
                 "; give a JWK Set, {\"keys\":[...]} (RFC 7517 §5)"};
  }
  const JsonNode* keys = root->find("keys");
  if (profile == Profile::strict && keys == nullptr && is_pem_map(*root) && root->members.size() <= JwkSet::kMaxKeys)
    return read_pem_map(*root, name);
  if (std::string why = refusal(*root, keys); !why.empty()) return Error{file + why};
  return is_fastmcp(profile) ? read_as_fastmcp(*keys, profile, name, algorithm) : read_strictly(*keys, name);
}

}  // namespace
}  // namespace assay::jwk

namespace assay {

Result<JwkSet> JwkSet::parse(std::string_view json, Profile profile, std::string_view name, Algorithm algorithm) {
  if (is_fastmcp(profile)) return jwk::read_document(json, profile, name, algorithm);
  const std::string_view text = jwk::without_bom(json);
  const std::optional<std::string> payload = jwk::payload_of_signed_set(text);
  if (!payload) return jwk::read_document(text, profile, name, algorithm);
  Result<JwkSet> set = jwk::read_document(*payload, profile, name, algorithm);
  if (set)
    set->notes.insert(set->notes.begin(), std::string(name) + ": a signed key set: its signature was not verified");
  return set;
}

void JwkSet::skip(std::string_view name, Skipped key) {
  const char* mend = key.fastmcp_takes_it ? "; the profile fastmcp takes it" : "";
  note(name, key.position, key.kid, "skipped: " + key.why + mend);
  skipped.push_back(std::move(key));
}

void JwkSet::note(std::string_view name, std::uint32_t position, const std::optional<std::string>& kid,
                  std::string_view text) {
  if (notes.size() >= kMaxNotes) {
    ++more_notes;
    return;
  }
  std::string line = std::string(name) + ": key " + std::to_string(position);
  if (kid) line += " (kid " + jwk::shown_text(*kid) + ")";
  notes.push_back(line.append(": ").append(text));
}

}  // namespace assay
