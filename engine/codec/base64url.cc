#include "codec/base64url.h"

#include <array>
#include <cstdint>

#include "base/cpu.h"
#include "codec/base64url_isa.h"

namespace assay::codec {
namespace {

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t kBad = 0x80;

constexpr std::array<std::uint8_t, 256> kValue = [] {
  std::array<std::uint8_t, 256> value{};
  value.fill(kBad);
  for (std::uint8_t v = 0; v < 64; ++v) value[static_cast<unsigned char>(kAlphabet[v])] = v;
  return value;
}();

std::uint32_t value_of(char c) noexcept { return kValue[static_cast<unsigned char>(c)]; }

// Checks what the kernels do not: some bytes encode to this length, and the last character has no bits beyond the last
// byte.
bool is_canonical(const char* text, std::size_t size) noexcept {
  switch (size % 4) {
    case 1:
      return false;
    case 2:
      return (value_of(text[size - 1]) & 0xFu) == 0;
    case 3:
      return (value_of(text[size - 1]) & 0x3u) == 0;
    default:
      return true;
  }
}

// RFC 4648 §5. This kernel is the definition, and the others are tested against it.
std::size_t segment_scalar(const char* text, std::size_t size, char* to) noexcept {
  std::size_t at = 0;
  for (; at + 4 <= size; at += 4) {
    const std::uint32_t a = value_of(text[at]), b = value_of(text[at + 1]);
    const std::uint32_t c = value_of(text[at + 2]), d = value_of(text[at + 3]);
    if (((a | b | c | d) & kBad) != 0) break;
    const std::uint32_t group = a << 18 | b << 12 | c << 6 | d;
    *to++ = static_cast<char>(group >> 16);
    *to++ = static_cast<char>(group >> 8);
    *to++ = static_cast<char>(group);
  }
  std::size_t length = at;  // up to three more
  while (length < size && value_of(text[length]) != kBad) ++length;
  if (!is_canonical(text, length)) return kNotStrict;
  if (length > at) {
    const std::uint32_t third = length - at == 3 ? value_of(text[at + 2]) << 6 : 0;
    const std::uint32_t group = value_of(text[at]) << 18 | value_of(text[at + 1]) << 12 | third;
    *to++ = static_cast<char>(group >> 16);
    if (length - at == 3) *to++ = static_cast<char>(group >> 8);
  }
  return length;
}

#if defined(__x86_64__)
std::size_t segment_avx2(const char* text, std::size_t size, char* to) noexcept {
  const std::size_t length = base64url_prefix_avx2(text, size, to);
  return is_canonical(text, length) ? length : kNotStrict;
}

std::size_t segment_vbmi(const char* text, std::size_t size, char* to) noexcept {
  const std::size_t length = base64url_prefix_vbmi(text, size, to);
  return is_canonical(text, length) ? length : kNotStrict;
}
#elif defined(__aarch64__)
std::size_t segment_neon(const char* text, std::size_t size, char* to) noexcept {
  const std::size_t length = base64url_prefix_neon(text, size, to);
  return is_canonical(text, length) ? length : kNotStrict;
}
#endif

const Base64Kernel& best_kernel() noexcept {
  static const Base64Kernel best = [] {
    Base64Kernel kernels[3];
    base64url_kernels(kernels);
    return kernels[0];
  }();
  return best;
}

}  // namespace

int base64url_kernels(Base64Kernel (&kernels)[3]) noexcept {
  int count = 0;
#if defined(__x86_64__)
  if (base::cpu_features().avx512_vbmi) kernels[count++] = {"vbmi", segment_vbmi};
  if (base::cpu_features().avx2) kernels[count++] = {"avx2", segment_avx2};
#elif defined(__aarch64__)
  if (base::cpu_features().neon) kernels[count++] = {"neon", segment_neon};
#endif
  kernels[count++] = {"scalar", segment_scalar};
  return count;
}

std::string_view base64url_kernel() noexcept { return best_kernel().name; }

bool base64url_decode(std::string_view text, char* to) noexcept {
  return best_kernel().decode(text.data(), text.size(), to);
}

std::size_t base64url_decode_segment(std::string_view text, char* to) noexcept {
  return best_kernel().decode_segment(text.data(), text.size(), to);
}

std::optional<std::string> base64url_decode(std::string_view text) {
  const std::size_t size = base64url_decoded_size(text.size());
  std::string bytes(size + kBase64Slack, '\0');
  if (!base64url_decode(text, bytes.data())) return std::nullopt;
  bytes.resize(size);
  return bytes;
}

std::string_view without_padding(std::string_view text) noexcept {
  if (text.size() % 4 != 0 || !text.ends_with('=')) return text;
  const std::string_view rest = text.substr(0, text.size() - (text.ends_with("==") ? 2 : 1));
  return rest.ends_with('=') ? text : rest;
}

void base64url_encode(std::string_view bytes, char* to) noexcept {
  const auto byte = [&](std::size_t at) -> std::uint32_t {
    return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0;
  };
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::uint32_t group = byte(at) << 16 | byte(at + 1) << 8 | byte(at + 2);
    *to++ = kAlphabet[group >> 18];
    *to++ = kAlphabet[group >> 12 & 0x3Fu];
    if (at + 1 < bytes.size()) *to++ = kAlphabet[group >> 6 & 0x3Fu];
    if (at + 2 < bytes.size()) *to++ = kAlphabet[group & 0x3Fu];
  }
}

std::string base64url_encode(std::string_view bytes) {
  std::string text(base64url_encoded_size(bytes.size()), '\0');
  base64url_encode(bytes, text.data());
  return text;
}

bool is_base64url_alphabet(std::string_view text) noexcept {
  // Two chains, because a single one would wait for the latency of the table.
  std::uint32_t even = 0, odd = 0;
  std::size_t i = 0;
  for (; i + 2 <= text.size(); i += 2) {
    even |= value_of(text[i]);
    odd |= value_of(text[i + 1]);
  }
  if (i < text.size()) even |= value_of(text[i]);
  return ((even | odd) & kBad) == 0;
}

}  // namespace assay::codec
