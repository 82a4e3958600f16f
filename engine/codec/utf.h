// UTF-8 one code point at a time, with surrogates let through where the caller wants them (WTF-8).
//
// Pure functions, thread safe, no allocation. Sources: RFC 3629 §4; the WTF-8 encoding of lone surrogates.
#pragma once

#include <cstddef>
#include <string_view>

namespace assay::codec {

constexpr bool is_surrogate(char32_t code) noexcept { return code >= 0xD800 && code <= 0xDFFF; }
constexpr bool is_high_surrogate(char32_t code) noexcept { return code >= 0xD800 && code <= 0xDBFF; }
constexpr bool is_low_surrogate(char32_t code) noexcept { return code >= 0xDC00 && code <= 0xDFFF; }
constexpr char32_t join_surrogates(char32_t high, char32_t low) noexcept {
  return 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
}

struct CodePoint {
  char32_t code = 0;
  std::size_t length = 0;  // bytes it took; 0 when there is no UTF-8 or WTF-8 character here
};

// Reads the character at `at`, which is below text.size(). Surrogates are returned as such.
CodePoint read_wtf8(std::string_view text, std::size_t at) noexcept;

// Writes `code` (surrogates too) to `to`, which has room for 4 bytes; returns how many it wrote.
std::size_t write_wtf8(char32_t code, char* to) noexcept;

// Length of the longest prefix that is UTF-8 (with `surrogates`: WTF-8); text.size() when all of it is.
std::size_t utf8_prefix(std::string_view text, bool surrogates) noexcept;

}  // namespace assay::codec
