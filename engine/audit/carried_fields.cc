#include "audit/carried_fields.h"

#include <cstddef>

#include "jose/token_place.h"
#include "stream/carry.h"

namespace assay::audit {

std::span<const std::string_view> carried_fields(std::string_view line, std::string_view own,
                                                 const std::vector<std::string>& pointers, ParsedLine& latest,
                                                 base::Arena& arena) {
  if (pointers.empty()) return {};
  if (latest.line.data() != line.data() || latest.line.size() != line.size()) {
    latest.arena.reset();
    latest.line = line;
    latest.root = codec::parse_json(line, codec::JsonDialect::rfc8259, latest.arena);
  }
  const std::span<std::string_view> carried = arena.array<std::string_view>(pointers.size());
  stream::TokenHider hider(own, arena);
  for (std::size_t i = 0; i < pointers.size(); ++i) {
    const codec::JsonNode* value =
        latest.root == nullptr ? nullptr : jose::resolve(*latest.root, pointers[i], latest.arena).node;
    carried[i] = "null";
    if (value == nullptr) continue;
    std::string text;
    codec::append_json_line(text, *value);
    carried[i] = hider.without_tokens(arena.copy(text));
  }
  return carried;
}

}  // namespace assay::audit
