// Walks through the JSON of a log line, without making a tree, and forgives what loggers get wrong: bare words such as
// an unquoted '-', escapes that JSON does not know (nginx writes \x22), a text that is cut. Linear in the text;
// allocates nothing. Nesting beyond kMostDepth is skipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace assay::log {

// The key of a value: a name in an object, or an index in an array.
struct JsonKey {
  std::string_view name;  // between its quotes, escapes as written
  std::size_t index = 0;
  bool is_in_array = false;
};

namespace json {

inline constexpr int kMostDepth = 64;

// The position of the quote that ends the string whose text begins at `from`; the end of the text if none does.
inline std::size_t string_end(std::string_view text, std::size_t from) noexcept {
  for (std::size_t at = text.find('"', from); at != std::string_view::npos; at = text.find('"', at + 1)) {
    std::size_t backslashes = 0;
    while (at - backslashes > from && text[at - backslashes - 1] == '\\') ++backslashes;
    if (backslashes % 2 == 0) return at;
  }
  return text.size();
}

inline bool is_white(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

inline std::size_t skip_white(std::string_view text, std::size_t at) noexcept {
  while (at < text.size() && is_white(text[at])) ++at;
  return at;
}

// The position behind the value that begins at `at`.
inline std::size_t value_end(std::string_view text, std::size_t at) noexcept {
  std::size_t depth = 0;
  for (; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '"') {
      at = string_end(text, at + 1);
      if (depth == 0) return at < text.size() ? at + 1 : at;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    } else if (c == ',' && depth == 0) {
      return at;
    }
  }
  return text.size();
}

}  // namespace json

// Calls, in the order of the text:
//   bool visitor.open(int depth, const JsonKey& key, std::size_t begin, bool is_array)  before what a container holds;
//                                             if it returns false, the container is skipped without close()
//   void visitor.close(int depth)             behind it
//   bool visitor.scalar(int depth, const JsonKey& key, std::string_view value, bool is_string)
//                                             strings without their quotes; if it returns false, the walk ends
// `depth` is 0 for the values that the outermost container holds. Returns true if the text begins with a container and
// ends where that ends.
template <class Visitor>
bool walk_json(std::string_view text, Visitor& visitor) {
  struct Frame {
    bool is_array;
    std::size_t index;
  };
  Frame frames[json::kMostDepth];
  std::size_t at = json::skip_white(text, 0);
  if (at == text.size() || (text[at] != '{' && text[at] != '[')) return false;
  int depth = 0;
  frames[0] = {text[at++] == '[', 0};
  while (at < text.size()) {
    Frame& frame = frames[depth];
    at = json::skip_white(text, at);
    if (at == text.size()) return false;
    if (text[at] == ',') {
      ++at;
      continue;
    }
    if (text[at] == '}' || text[at] == ']') {
      ++at;
      if (depth == 0) return json::skip_white(text, at) == text.size();
      visitor.close(--depth);
      continue;
    }
    JsonKey key{{}, frame.index++, frame.is_array};
    if (!frame.is_array) {
      if (text[at] != '"') return false;
      const std::size_t end = json::string_end(text, at + 1);
      key.name = text.substr(at + 1, end - at - 1);
      at = json::skip_white(text, end + 1 < text.size() ? end + 1 : text.size());
      if (at == text.size() || text[at] != ':') return false;
      at = json::skip_white(text, at + 1);
      if (at == text.size()) return false;
    }
    const char c = text[at];
    if (c == '{' || c == '[') {
      if (depth + 1 < json::kMostDepth && visitor.open(depth, key, at, c == '[')) {
        frames[++depth] = {c == '[', 0};
        ++at;
      } else {
        at = json::value_end(text, at);
      }
    } else if (c == '"') {
      const std::size_t end = json::string_end(text, at + 1);
      if (!visitor.scalar(depth, key, text.substr(at + 1, end - at - 1), true)) return true;
      at = end + 1;
    } else {
      std::size_t end = at;
      while (end < text.size() && text[end] != ',' && text[end] != '}' && text[end] != ']' &&
             !json::is_white(text[end])) {
        ++end;
      }
      if (!visitor.scalar(depth, key, text.substr(at, end - at), false)) return true;
      at = end;
    }
  }
  return false;
}

}  // namespace assay::log
