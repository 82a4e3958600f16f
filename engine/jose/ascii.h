// Letters of ASCII, whatever the locale: JOSE and HTTP compare names so (RFC 9110 §11.1).
//
// Pure functions, thread safe.
#pragma once

#include <cstddef>
#include <string_view>

namespace assay::jose {

constexpr char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool is_letter(char c) noexcept { return lower(c) >= 'a' && lower(c) <= 'z'; }
constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// The value of a hexadecimal digit in either case; -1 for any other character.
constexpr int hex_value(char c) noexcept {
  if (is_digit(c)) return c - '0';
  return lower(c) >= 'a' && lower(c) <= 'f' ? lower(c) - 'a' + 10 : -1;
}

// Whether c is in the alphabet of base64url (RFC 4648 §5).
constexpr bool is_base64url(char c) noexcept { return is_letter(c) || is_digit(c) || c == '-' || c == '_'; }

constexpr bool equal_but_for_case(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

}  // namespace assay::jose
