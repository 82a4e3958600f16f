#include "key_archive/canonical_set.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "codec/json.h"
#include "digest/running_sha256.h"
#include "jwk/key_document.h"

namespace assay::key_archive {
namespace {

using codec::JsonNode;
using codec::JsonType;

std::string canonical_value(const JsonNode& value);

std::string in_brackets(const std::vector<std::string>& parts, char open, char close) {
  std::string to(1, open);
  for (const std::string& part : parts) {
    if (to.size() > 1) to += ',';
    to += part;
  }
  return to + close;
}

std::vector<std::string> canonical_items(const JsonNode& list) {
  std::vector<std::string> items;
  for (const JsonNode& item : list.items) items.push_back(canonical_value(item));
  return items;
}

// Of members with one name the last counts, as for readers of key sets.
std::vector<std::pair<std::string_view, const JsonNode*>> sorted_members(const JsonNode& object) {
  std::vector<std::pair<std::string_view, const JsonNode*>> members;
  for (const auto& [name, value] : object.members) {
    if (object.find(name) == &value) members.emplace_back(name, &value);
  }
  std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return members;
}

std::string member(std::string_view name, const std::string& value) {
  std::string to;
  codec::append_json_string(to, name);
  return to + ":" + value;
}

std::string canonical_value(const JsonNode& value) {
  switch (value.type) {
    case JsonType::array:
      return in_brackets(canonical_items(value), '[', ']');
    case JsonType::object: {
      std::vector<std::string> members;
      for (const auto& [name, node] : sorted_members(value)) members.push_back(member(name, canonical_value(*node)));
      return in_brackets(members, '{', '}');
    }
    case JsonType::string: {
      std::string to;
      codec::append_json_string(to, value.text);
      return to;
    }
    default:
      return std::string(value.raw);
  }
}

// The order of keys in a set means nothing.
std::string canonical_keys(const JsonNode& keys) {
  if (!keys.is(JsonType::array)) return canonical_value(keys);
  std::vector<std::string> items = canonical_items(keys);
  std::sort(items.begin(), items.end());
  return in_brackets(items, '[', ']');
}

}  // namespace

std::string canonical_set(std::string_view text) {
  base::Arena arena;
  const std::optional<std::string> payload = jwk::payload_of_signed_set(text);
  const JsonNode* root = codec::parse_json(payload ? *payload : text, codec::JsonDialect::rfc8259, arena);
  if (root == nullptr || !root->is(JsonType::object)) return std::string(text);
  std::vector<std::string> members;
  for (const auto& [name, value] : sorted_members(*root)) {
    if (payload && name != "keys") continue;
    members.push_back(member(name, name == "keys" ? canonical_keys(*value) : canonical_value(*value)));
  }
  return in_brackets(members, '{', '}');
}

std::string set_fingerprint(std::string_view text) { return digest::hexadecimal(digest::sha256(canonical_set(text))); }

}  // namespace assay::key_archive
