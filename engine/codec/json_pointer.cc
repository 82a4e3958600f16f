#include "codec/json_pointer.h"

#include "codec/json.h"

namespace assay::codec {

std::string_view take_token(std::string_view& pointer) noexcept {
  pointer.remove_prefix(1);
  const std::string_view token = pointer.substr(0, pointer.find('/'));
  pointer.remove_prefix(token.size());
  return token;
}

bool token_names(std::string_view token, std::string_view name) noexcept {
  std::size_t at = 0;
  for (std::size_t i = 0; i < token.size(); ++i, ++at) {
    char c = token[i];
    if (c == '~' && i + 1 < token.size()) c = token[++i] == '1' ? '/' : '~';
    if (at == name.size() || name[at] != c) return false;
  }
  return at == name.size();
}

bool token_index(std::string_view token, std::size_t& index) noexcept {
  // Nineteen digits fit; a longer index is beyond any array.
  if (token.empty() || token.size() > 19 || (token.size() > 1 && token[0] == '0')) return false;
  index = 0;
  for (const char c : token) {
    if (c < '0' || c > '9') return false;
    index = index * 10 + static_cast<std::size_t>(c - '0');
  }
  return true;
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

namespace {

const JsonNode* step(const JsonNode& node, std::string_view token) noexcept {
  for (std::size_t i = node.members.size(); i-- > 0;) {  // none unless it is an object; the last of a name counts
    if (token_names(token, node.members[i].name)) return &node.members[i].value;
  }
  std::size_t index = 0;
  if (!node.is(JsonType::array) || !token_index(token, index) || index >= node.items.size()) return nullptr;
  return &node.items[index];
}

}  // namespace

const JsonNode* resolve_json_pointer(const JsonNode& root, std::string_view pointer) noexcept {
  if (!is_json_pointer(pointer)) return nullptr;
  const JsonNode* node = &root;
  while (node != nullptr && !pointer.empty()) node = step(*node, take_token(pointer));
  return node;
}

}  // namespace assay::codec
