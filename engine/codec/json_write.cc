// Writes strings and values as one line of valid JSON, whatever the text holds.
#include <cstdint>
#include <cstring>

#include "codec/json.h"
#include "codec/utf.h"

namespace assay::codec {
namespace {

// RFC 8259 §7.
void append_escaped(std::string& to, char32_t code) {
  switch (code) {
    case '"':
      to += "\\\"";
      return;
    case '\\':
      to += "\\\\";
      return;
    case '\b':
      to += "\\b";
      return;
    case '\f':
      to += "\\f";
      return;
    case '\n':
      to += "\\n";
      return;
    case '\r':
      to += "\\r";
      return;
    case '\t':
      to += "\\t";
      return;
    default:
      append_unicode_escape(to, code);
  }
}

// Returns the length of the number, word or NaN at the beginning of `text`.
std::size_t scalar_length(std::string_view text) noexcept {
  const std::size_t end = text.find_first_of(" \t\r\n,:[]{}\"");
  return end == text.npos ? text.size() : end;
}

// CPython refuses to read integers of more digits, and one token must not stop a reader of verdicts. An "e0" at the end
// keeps the value and every digit, and makes it a number that every reader takes.
constexpr std::size_t kMaxIntegerDigits = 4300;

void append_scalar(std::string& to, std::string_view text) {
  const bool no_json = text == "NaN" || text == "Infinity" || text == "-Infinity";
  to += no_json ? std::string_view("null") : text;
  const std::size_t digits = text.size() - (text.starts_with('-') ? 1 : 0);
  if (digits > kMaxIntegerDigits && text.find_first_of(".eE") == text.npos) to += "e0";
}

// Copies the string that begins at `at` as written, except that surrogates and characters that no terminal should see
// become escapes. Returns the index after it.
std::size_t append_written_string(std::string& to, std::string_view text, std::size_t at) {
  to += text[at++];
  bool escaped = false;
  while (at < text.size()) {
    const CodePoint next = read_wtf8(text, at);
    if (is_surrogate(next.code) || is_unsafe_to_show(next.code)) {
      append_unicode_escape(to, next.code);
    } else {
      to.append(text, at, next.length);
    }
    at += next.length;
    if (!escaped && next.code == '"') break;
    escaped = !escaped && next.code == '\\';
  }
  return at;
}

// Characters of no width. Names that differ in them only look alike.
bool is_invisible(char32_t c) noexcept {
  return (c >= 0x200B && c <= 0x200D) || (c >= 0x2060 && c <= 0x2065) || c == 0xFEFF || (c >= 0xE0000 && c < 0xE0080);
}

// Unicode §23.7: never characters. XML does not allow U+FFFE and U+FFFF.
bool is_noncharacter(char32_t c) noexcept { return (c & 0xFFFE) == 0xFFFE || (c >= 0xFDD0 && c <= 0xFDEF); }

// Returns a nonzero value if one of these eight bytes is not plain ASCII text: a control character, '"', '\\', DEL or a
// byte of a longer character. It may also do so without need, but never misses one.
std::uint64_t not_plain(std::uint64_t eight) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  const auto is_zero = [](std::uint64_t x) { return x - kOnes; };
  const std::uint64_t marks = eight | (eight - kOnes * 0x20) | is_zero(eight ^ kOnes * '"') |
                              is_zero(eight ^ kOnes * '\\') | is_zero(eight ^ kOnes * 0x7F);
  return marks & kOnes * 0x80;
}

// Returns the end of the plain ASCII text that begins at `at`. Goes in steps of eight bytes as long as it can.
std::size_t skip_plain(std::string_view text, std::size_t at) noexcept {
  while (at + 8 <= text.size()) {
    std::uint64_t eight;
    std::memcpy(&eight, text.data() + at, 8);
    if (not_plain(eight) != 0) break;
    at += 8;
  }
  while (at < text.size() && text[at] >= 0x20 && text[at] < 0x7F && text[at] != '"' && text[at] != '\\') ++at;
  return at;
}

}  // namespace

bool is_unsafe_to_show(char32_t code) noexcept {
  if (code < 0x20 || (code >= 0x7F && code < 0xA0)) return true;  // C0, DEL, C1
  if (code == 0x061C || (code >= 0x2066 && code <= 0x2069)) return true;
  return code >= 0x200E && code <= 0x202E && (code <= 0x200F || code >= 0x2028);
}

void append_unicode_escape(std::string& to, char32_t code) {
  constexpr char kHex[] = "0123456789abcdef";
  to += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) to += kHex[(code >> shift) & 0xFu];
}

void append_visible(std::string& to, std::string_view text) {
  while (!text.empty()) {
    const CodePoint c = read_wtf8(text, 0);
    if (c.length == 0 || is_surrogate(c.code)) {
      append_unicode_escape(to, 0xFFFD);
      text.remove_prefix(1);
      continue;
    }
    if (!is_unsafe_to_show(c.code) && !is_invisible(c.code) && !is_noncharacter(c.code)) {
      to += text.substr(0, c.length);
    } else if (c.code < 0x10000) {
      append_unicode_escape(to, c.code);
    } else {
      append_unicode_escape(to, 0xD800 + ((c.code - 0x10000) >> 10));
      append_unicode_escape(to, 0xDC00 + ((c.code - 0x10000) & 0x3FF));
    }
    text.remove_prefix(c.length);
  }
}

void append_json_string(std::string& to, std::string_view text) {
  to += '"';
  std::size_t plain = 0;  // the beginning of the text that needs no change and is not yet copied
  std::size_t at = 0;
  const auto flush = [&] { to.append(text, plain, at - plain); };
  while ((at = skip_plain(text, at)) < text.size()) {
    const CodePoint next = read_wtf8(text, at);
    if (next.length != 0 && next.code != '"' && next.code != '\\' && !is_unsafe_to_show(next.code) &&
        !is_surrogate(next.code)) {
      at += next.length;
      continue;
    }
    flush();
    append_escaped(to, next.length == 0 ? char32_t{0xFFFD} : next.code);
    at += next.length == 0 ? 1 : next.length;
    plain = at;
  }
  flush();
  to += '"';
}

char* write_json_string(char* to, std::string_view text) {
  const char* from = text.data();
  const std::size_t size = text.size();
  char* at = to;
  *at++ = '"';
  std::uint64_t marks = 0;
  if (size >= 8) {
    const auto copy_eight = [&](std::size_t offset) {
      std::uint64_t eight;
      std::memcpy(&eight, from + offset, 8);
      std::memcpy(at + offset, &eight, 8);
      marks |= not_plain(eight);
    };
    for (std::size_t offset = 0; offset + 8 <= size; offset += 8) copy_eight(offset);
    copy_eight(size - 8);
  } else if (size >= 4) {
    std::uint32_t first, last;
    std::memcpy(&first, from, 4);
    std::memcpy(&last, from + size - 4, 4);
    std::memcpy(at, &first, 4);
    std::memcpy(at + size - 4, &last, 4);
    marks = not_plain(std::uint64_t{last} << 32 | first);
  } else {
    for (std::size_t i = 0; i < size; ++i) {
      at[i] = from[i];
      marks |= not_plain(0x2020202020202000 | static_cast<unsigned char>(from[i]));
    }
  }
  if (marks == 0) {
    at += size;
    *at++ = '"';
    return at;
  }
  std::string escaped;
  append_json_string(escaped, text);
  std::memcpy(to, escaped.data(), escaped.size());
  return to + escaped.size();
}

void append_json_line(std::string& to, const JsonNode& value) {
  const std::string_view raw = value.raw;
  std::size_t at = 0;
  while (at < raw.size()) {
    const char c = raw[at];
    if (c == '"') {
      at = append_written_string(to, raw, at);
    } else if (c == '\n' || c == '\r') {
      to += ' ';
      ++at;
    } else if (const std::size_t length = scalar_length(raw.substr(at)); length != 0) {
      append_scalar(to, raw.substr(at, length));
      at += length;
    } else {
      to += c;
      ++at;
    }
  }
}

}  // namespace assay::codec
