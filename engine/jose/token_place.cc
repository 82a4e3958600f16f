#include "jose/token_place.h"

#include <algorithm>

#include "codec/json_pointer.h"
#include "jose/compact.h"
#include "jose/token_finder.h"

namespace assay::jose {
namespace {

using codec::JsonNode;
using codec::JsonType;

std::string_view without_white(std::string_view text) noexcept {
  const std::size_t begin = text.find_first_not_of(" \t\r\n");
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

bool may_be_json(std::string_view text) noexcept {
  text = without_white(text);
  return !text.empty() && (text.front() == '{' || text.front() == '[');
}

// Names of a record are foreign text: only short, harmless ones are shown.
bool is_showable(std::string_view name) noexcept {
  constexpr std::size_t kMost = 64;
  if (name.empty() || name.size() > kMost) return false;
  for (const char c : name) {
    if (c <= 0x20 || c >= 0x7F || c == '\'' || c == '"') return false;
  }
  // Nothing that could be a part of a token.
  return name.find("eyJ") == std::string_view::npos && !find_token(name);
}

std::string escaped(std::string_view name) {
  std::string to;
  for (const char c : name) {
    if (c == '~') {
      to += "~0";
    } else if (c == '/') {
      to += "~1";
    } else {
      to += c;
    }
  }
  return to;
}

// Searches a tree in the order in which it was written.
class Search {
 public:
  explicit Search(base::Arena& arena) : arena_(arena) {}

  std::optional<TokenPlace> in(const JsonNode& node, const std::string& pointer, bool showable) {
    switch (node.type) {
      case JsonType::string:
        return in_string(node, pointer, showable);
      case JsonType::array:
        for (std::size_t i = 0; i < node.items.size(); ++i) {
          if (auto found = in(node.items[i], pointer + "/" + std::to_string(i), showable)) {
            if (node.items[i].is(JsonType::object)) {
              found->kind = TokenPlace::Kind::item_of_list;
              found->pointer = showable ? pointer : "";
            }
            return found;
          }
        }
        return std::nullopt;
      case JsonType::object:
        for (const codec::JsonMember& member : node.members) {
          const bool shows = showable && is_showable(member.name);
          if (auto found = in(member.value, shows ? pointer + "/" + escaped(member.name) : "", shows)) return found;
        }
        return std::nullopt;
      default:
        return std::nullopt;
    }
  }

 private:
  std::optional<TokenPlace> in_string(const JsonNode& node, const std::string& pointer, bool showable) {
    const std::optional<FoundToken> token = find_token(node.text);
    if (!token) return std::nullopt;
    if (may_be_json(node.text)) {
      if (const JsonNode* inner = codec::parse_json(node.text, codec::JsonDialect::rfc8259, arena_)) {
        if (auto found = in(*inner, pointer, showable)) return found;
      }
    }
    const bool is_whole = strip_scheme(node.text).size() == token->size;
    return TokenPlace{is_whole ? TokenPlace::Kind::whole : TokenPlace::Kind::in_text, showable ? pointer : ""};
  }

  base::Arena& arena_;
};

}  // namespace

Place resolve(const JsonNode& root, std::string_view pointer, base::Arena& arena) {
  const JsonNode* node = &root;
  std::string_view rest = pointer;
  while (!rest.empty()) {
    if (node->is(JsonType::string)) {
      const std::string_view place = pointer.substr(0, pointer.size() - rest.size());
      if (!may_be_json(node->text)) return {Place::Outcome::text, nullptr, place};
      codec::JsonError error;
      const JsonNode* inner = codec::parse_json(node->text, codec::JsonDialect::rfc8259, arena, &error);
      if (inner == nullptr) {
        const bool is_cut = without_white(node->text.substr(std::min(error.offset, node->text.size()))).empty();
        return {is_cut ? Place::Outcome::cut : Place::Outcome::text, nullptr, place};
      }
      node = inner;
      continue;
    }
    std::string_view behind = rest;
    codec::take_token(behind);
    node = codec::resolve_json_pointer(*node, rest.substr(0, rest.size() - behind.size()));
    if (node == nullptr) return {};
    rest = behind;
  }
  return {Place::Outcome::found, node, {}};
}

std::optional<TokenPlace> find_token_place(const JsonNode& root, base::Arena& arena) {
  return Search(arena).in(root, "", true);
}

}  // namespace assay::jose
