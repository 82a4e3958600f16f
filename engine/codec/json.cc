#include "codec/json.h"

namespace assay::codec {

const JsonNode* JsonNode::find(std::string_view name) const noexcept {
  for (std::size_t i = members.size(); i-- > 0;) {
    if (members[i].name == name) return &members[i].value;
  }
  return nullptr;
}

}  // namespace assay::codec
