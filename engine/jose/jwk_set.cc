// JWK Sets (RFC 7517 §5): JwkSet::parse of assay/key_set.h.
#include <string>
#include <utility>

#include "assay/key_set.h"
#include "base/arena.h"
#include "codec/json.h"
#include "jose/jwk.h"
#include "jose/key_rules.h"

namespace assay::jose {
namespace {

using codec::JsonNode;
using codec::JsonType;

// A tree of a large set is large: its big blocks go back to the system once the set was read.
constexpr std::size_t kTreeBlockBytes = 1 << 20;

bool is_string(const JsonNode* node) noexcept { return node != nullptr && node->is(JsonType::string); }

// "jwks.json: key 3 (kid "x"): why".
std::string note_for(std::string_view name, std::size_t position, const JsonNode& entry, std::string_view why) {
  std::string note(name);
  note += ": key " + std::to_string(position);
  if (const JsonNode* kid = entry.find("kid"); is_string(kid)) {
    note += " (kid " + shown_kid(kid->text) + ")";
  }
  note += ": skipped: ";
  note += why;
  return note;
}

// True for a kid that Python takes for true but cannot hash: a list or object that is not empty.
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

// Returns the error of a set that is too large. No issuer publishes as many keys.
std::string too_many_keys(const JsonNode& keys, std::string_view name) {
  if (keys.items.size() <= JwkSet::kMaxKeys) return {};
  return std::string(name) + ": keys: the set holds " + std::to_string(keys.items.size()) + " keys, more than " +
         std::to_string(JwkSet::kMaxKeys) + "; give only the keys of the issuer";
}

// Why FastMCP's JWTVerifier leaves out a key of this type, before it reads it; empty: it does not. From 4 on it keeps
// the configured algorithm's type; before, each that it can write as PEM.
std::string left_out_by_fastmcp(const JsonNode& entry, Profile profile, Algorithm algorithm) {
  const JsonNode* kty = entry.find("kty");
  if (profile >= Profile::fastmcp_4_1) {
    const bool serves = is_string(kty) && kty->text == to_string(info(algorithm).key_type);
    return serves ? "" : "kty does not serve " + std::string(to_string(algorithm));
  }
  const bool known = is_string(kty) && (kty->text == "RSA" || kty->text == "EC");
  return known ? "" : "kty is neither RSA nor EC";
}

// Reads the set as FastMCP's JWTVerifier does: joserfc imports the keys into a dict by kid.
Result<JwkSet> read_as_fastmcp(const JsonNode& root, std::string_view name, Profile profile, Algorithm algorithm) {
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

  for (std::size_t i = 0; i < keys->items.size(); ++i) {
    const JsonNode& entry = keys->items[i];
    Jwk key;
    std::string why = entry.is(JsonType::object) ? left_out_by_fastmcp(entry, profile, algorithm) : "not a JSON object";
    if (why.empty()) why = read_jwk(entry, profile, key);
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
    const std::string why = entry.is(JsonType::object) ? read_jwk(entry, Profile::strict, key) : "not a JSON object";
    if (why.empty()) {
      set.keys.push_back(std::move(key));
    } else {
      add_skipped(set, name, i + 1, entry, why);
    }
  }
  return set;
}

}  // namespace
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
  if (is_fastmcp(profile)) return jose::read_as_fastmcp(*root, name, profile, algorithm);
  return jose::read_strictly(*root, name);
}

}  // namespace assay
