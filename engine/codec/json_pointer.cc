#include "codec/json_pointer.h"

#include "codec/json.h"

namespace assay::codec {

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
