#include "jwk/secret_coding.h"

#include <cstdint>

namespace assay::jwk {
namespace {

bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

// The value of a digit, or -1.
int hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}
int base64_digit(char c) noexcept {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+' || c == '-') return 62;
  if (c == '/' || c == '_') return 63;
  return -1;
}

// Collects digits of `bits` bits into bytes; white space is skipped. Nothing if a digit is wrong, or if the bits that
// are left over at the end are a byte or more of a digit's own, or not zero.
std::optional<std::string> collect(std::string_view text, int bits, int (*digit_of)(char) noexcept) {
  std::string bytes;
  bytes.reserve(text.size() * static_cast<std::size_t>(bits) / 8);  // so that no copy is left behind
  std::uint32_t waiting = 0;
  int count = 0;
  for (const char c : text) {
    if (is_space(c)) continue;
    const int digit = digit_of(c);
    if (digit < 0) return std::nullopt;
    waiting = waiting << bits | static_cast<std::uint32_t>(digit);
    count += bits;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(waiting >> count & 0xFF);
    waiting &= (1u << count) - 1;
  }
  if (count >= bits || waiting != 0) return std::nullopt;
  return bytes;
}

// Cuts the padding, at most two characters, and white space around it.
std::string_view without_padding(std::string_view text) noexcept {
  int padding = 0;
  while (!text.empty() && (is_space(text.back()) || (text.back() == '=' && padding < 2))) {
    padding += text.back() == '=';
    text.remove_suffix(1);
  }
  return text;
}

}  // namespace

std::optional<std::string> decode_secret(std::string_view text, SecretEncoding encoding) {
  switch (encoding) {
    case SecretEncoding::base64:
      return collect(without_padding(text), 6, base64_digit);
    case SecretEncoding::hex:
      return collect(text, 4, hex_digit);
    case SecretEncoding::raw:
      break;
  }
  return std::nullopt;
}

}  // namespace assay::jwk
