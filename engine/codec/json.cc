#include "codec/json.h"

namespace assay::codec {
namespace {

// RFC 6901 §4: "0", or digits without a leading zero.
bool array_index(std::string_view token, std::size_t& index) noexcept {
  // Nineteen digits fit; a longer one is beyond any array.
  if (token.empty() || token.size() > 19 || (token.size() > 1 && token[0] == '0')) return false;
  index = 0;
  for (const char c : token) {
    if (c < '0' || c > '9') return false;
    index = index * 10 + static_cast<std::size_t>(c - '0');
  }
  return true;
}

// RFC 6901 §4: "~1" first becomes '/', then "~0" becomes '~'; one pass left to right does both.
std::string unescape_reference(std::string_view token) {
  std::string name;
  name.reserve(token.size());
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] == '~' && i + 1 < token.size()) {
      name += token[++i] == '1' ? '/' : '~';
    } else {
      name += token[i];
    }
  }
  return name;
}

const JsonNode* step(const JsonNode& node, std::string_view token) {
  if (node.is(JsonType::object)) {
    return token.find('~') == token.npos ? node.find(token) : node.find(unescape_reference(token));
  }
  std::size_t index = 0;
  if (!node.is(JsonType::array) || !array_index(token, index) || index >= node.items.size()) return nullptr;
  return &node.items[index];
}

}  // namespace

const JsonNode* JsonNode::find(std::string_view name) const noexcept {
  for (std::size_t i = members.size(); i-- > 0;) {
    if (members[i].name == name) return &members[i].value;
  }
  return nullptr;
}

bool is_json_pointer(std::string_view pointer) noexcept {
  if (pointer.empty()) return true;
  if (pointer[0] != '/') return false;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] != '~') continue;
    if (i + 1 == pointer.size() || (pointer[i + 1] != '0' && pointer[i + 1] != '1')) return false;
  }
  return true;
}

const JsonNode* resolve_json_pointer(const JsonNode& root, std::string_view pointer) {
  if (!is_json_pointer(pointer)) return nullptr;
  const JsonNode* node = &root;
  while (node != nullptr && !pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string_view token = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(token.size());
    node = step(*node, token);
  }
  return node;
}

}  // namespace assay::codec
