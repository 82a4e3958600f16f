#include "jwk/key_document.h"

#include <algorithm>

#include "base/arena.h"
#include "codec/base64url.h"
#include "jwk/foreign_text.h"

namespace assay::jwk {
namespace {

using codec::JsonNode;
using codec::JsonType;

constexpr std::string_view kPem = "-----BEGIN ";
constexpr std::size_t kMostOfAnAddress = 500;

bool is_string(const JsonNode* node) noexcept { return node != nullptr && node->is(JsonType::string); }

bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

// An address from outside, on one line and without quotes.
std::string shown_address(std::string_view address) {
  std::string quoted;
  codec::append_json_string(quoted, address.substr(0, kMostOfAnAddress));
  return quoted.substr(1, quoted.size() - 2);
}

// The decoded header of a compact JWS, or nothing.
std::optional<std::string> header_of(std::string_view token) {
  if (std::count(token.begin(), token.end(), '.') != 2) return {};
  return codec::base64url_decode(token.substr(0, token.find('.')));
}

bool is_jwk(const JsonNode& node) noexcept { return node.is(JsonType::object) && node.find("kty") != nullptr; }

}  // namespace

std::optional<std::string> payload_of_signed_set(std::string_view text) {
  const std::string_view token = trimmed(text);
  const std::optional<std::string> header = header_of(token);
  if (!header) return {};
  base::Arena arena;
  const JsonNode* root = codec::parse_json(*header, codec::JsonDialect::rfc8259, arena);
  const JsonNode* typ = root == nullptr ? nullptr : root->find("typ");
  if (!is_string(typ) || (typ->text != "jwk-set+jwt" && typ->text != "application/jwk-set+jwt")) return {};
  const std::size_t begin = token.find('.') + 1;
  return codec::base64url_decode(token.substr(begin, token.rfind('.') - begin));
}

bool is_pem_map(const JsonNode& root) noexcept {
  const auto is_pem = [](const JsonNode& value) {
    return value.is(JsonType::string) && value.text.find(kPem) != std::string_view::npos;
  };
  const auto says_other = [&](std::string_view name) {
    const JsonNode* value = root.find(name);
    return value != nullptr && !is_pem(*value);
  };
  return root.is(JsonType::object) && !says_other("jwks_uri") && !says_other("issuer") && !says_other("kty") &&
         std::any_of(root.members.begin(), root.members.end(),
                     [&](const codec::JsonMember& member) { return is_pem(member.value); });
}

std::string not_a_key_set(const JsonNode& root) {
  if (root.is(JsonType::array) && std::any_of(root.items.begin(), root.items.end(), is_jwk))
    return "a list of keys, not a JWK Set; put it into {\"keys\":[...]}";
  constexpr const char* kMend = "; give a JWK Set, {\"keys\":[...]} (RFC 7517 §5)";
  if (!root.is(JsonType::object)) return std::string("not a JSON object") + kMend;
  if (root.find("keys") != nullptr) return std::string("keys is not an array") + kMend;
  if (is_jwk(root)) return "a single JWK, not a set; put it into {\"keys\":[...]}";
  if (const JsonNode* uri = root.find("jwks_uri"); is_string(uri))
    return "a discovery document, not a JWK Set; give " + shown_address(uri->text) + ", its jwks_uri";
  if (is_pem_map(root))
    return "a map from kid to PEM, in which FastMCP finds no key; write its keys into {\"keys\":[...]}";
  if (!root.members.empty() && is_jwk(root.members.front().value))
    return "a map whose values are keys, not a JWK Set; put the values into {\"keys\":[...]}";
  if (is_string(root.find("issuer")))
    return "the metadata of an issuer, not a JWK Set, and without jwks_uri; give the address of its keys";
  return std::string("has no member keys") + kMend;
}

std::string not_json(std::string_view text) {
  if (std::string foreign = foreign_text(text, "JSON"); !foreign.empty()) return foreign;
  if (text.find(kPem) != std::string_view::npos) return "PEM, not a JWK Set; give it as a public key";
  if (header_of(trimmed(text)))
    return "a token (JWT), not a JWK Set; a signed key set has the type jwk-set+jwt in its header";
  return {};
}

}  // namespace assay::jwk
