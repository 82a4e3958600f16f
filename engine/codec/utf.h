// UTF-8, one code point at a time. Surrogates may pass if the caller wants them (WTF-8).
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
  std::size_t length = 0;  // in bytes; 0 if there is no UTF-8 or WTF-8 character here
};

// Reads the character at `at`, which is below text.size(). Surrogates are returned as such.
CodePoint read_wtf8(std::string_view text, std::size_t at) noexcept;

// Writes `code`, which may be a surrogate, to `to`, which has room for 4 bytes. Returns how many it wrote.
std::size_t write_wtf8(char32_t code, char* to) noexcept;

// Returns the length of the longest prefix that is UTF-8, or WTF-8 if `surrogates` may pass.
std::size_t utf8_prefix(std::string_view text, bool surrogates) noexcept;

}  // namespace assay::codec
