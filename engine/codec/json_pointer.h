// Reference tokens of JSON pointers (RFC 6901 §4), as the exact and the fast reader look them up.
#pragma once

#include <cstddef>
#include <string_view>

namespace assay::codec {

// Takes the first reference token off a pointer that begins with '/'.
inline std::string_view take_token(std::string_view& pointer) noexcept {
  pointer.remove_prefix(1);
  const std::string_view token = pointer.substr(0, pointer.find('/'));
  pointer.remove_prefix(token.size());
  return token;
}

// True if the token, with "~1" for '/' and "~0" for '~', is `name`.
inline bool token_names(std::string_view token, std::string_view name) noexcept {
  std::size_t at = 0;
  for (std::size_t i = 0; i < token.size(); ++i, ++at) {
    char c = token[i];
    if (c == '~' && i + 1 < token.size()) c = token[++i] == '1' ? '/' : '~';
    if (at == name.size() || name[at] != c) return false;
  }
  return at == name.size();
}

// Reads an array index: "0", or digits without a leading zero. False for any other token.
inline bool token_index(std::string_view token, std::size_t& index) noexcept {
  // Nineteen digits fit; a longer index is beyond any array.
  if (token.empty() || token.size() > 19 || (token.size() > 1 && token[0] == '0')) return false;
  index = 0;
  for (const char c : token) {
    if (c < '0' || c > '9') return false;
    index = index * 10 + static_cast<std::size_t>(c - '0');
  }
  return true;
}

}  // namespace assay::codec
