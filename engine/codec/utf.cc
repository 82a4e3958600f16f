#include "codec/utf.h"

#include <cstdint>
#include <cstring>

namespace assay::codec {
namespace {

constexpr std::uint32_t kContinuation = 0x80;

std::uint32_t byte_at(std::string_view text, std::size_t at) noexcept { return static_cast<unsigned char>(text[at]); }

bool is_ascii8(const char* eight_bytes) noexcept {
  std::uint64_t eight = 0;
  std::memcpy(&eight, eight_bytes, sizeof eight);
  return (eight & 0x8080808080808080u) == 0;
}

// Returns how many characters of ASCII stand at `at` and after it.
std::size_t ascii_run(std::string_view text, std::size_t at) noexcept {
  const std::size_t begin = at;
  while (text.size() - at >= 8 && is_ascii8(text.data() + at)) at += 8;
  // The last eight bytes, of which some were seen before.
  if (text.size() - at < 8 && text.size() - begin >= 8 && is_ascii8(text.data() + text.size() - 8)) at = text.size();
  while (at < text.size() && byte_at(text, at) < 0x80) ++at;
  return at - begin;
}

}  // namespace

CodePoint read_wtf8(std::string_view text, std::size_t at) noexcept {
  const std::uint32_t lead = byte_at(text, at);
  if (lead < 0x80) return {lead, 1};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() - at < length) return {};
  char32_t code = lead & (0x7Fu >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const std::uint32_t next = byte_at(text, at + i);
    if ((next & 0xC0u) != kContinuation) return {};
    code = (code << 6) | (next & 0x3Fu);
  }
  // RFC 3629 §3: no overlong forms, nothing above U+10FFFF.
  if ((length == 3 && code < 0x800) || (length == 4 && (code < 0x10000 || code > 0x10FFFF))) return {};
  return {code, length};
}

std::size_t write_wtf8(char32_t code, char* to) noexcept {
  const auto tail = [code](int shift) { return static_cast<char>(0x80u | ((code >> shift) & 0x3Fu)); };
  if (code < 0x80) {
    to[0] = static_cast<char>(code);
    return 1;
  }
  if (code < 0x800) {
    to[0] = static_cast<char>(0xC0u | (code >> 6));
    to[1] = tail(0);
    return 2;
  }
  if (code < 0x10000) {
    to[0] = static_cast<char>(0xE0u | (code >> 12));
    to[1] = tail(6);
    to[2] = tail(0);
    return 3;
  }
  to[0] = static_cast<char>(0xF0u | (code >> 18));
  to[1] = tail(12);
  to[2] = tail(6);
  to[3] = tail(0);
  return 4;
}

std::size_t utf8_prefix(std::string_view text, bool surrogates) noexcept {
  std::size_t at = 0;
  while (at < text.size()) {
    // Most text is only ASCII, so it is skipped quickly.
    at += ascii_run(text, at);
    if (at == text.size()) break;
    const CodePoint next = read_wtf8(text, at);
    if (next.length == 0 || (!surrogates && is_surrogate(next.code))) return at;
    at += next.length;
  }
  return at;
}

}  // namespace assay::codec
