// base64url without padding, strict (RFC 4648 §5 and §3.5; RFC 7515 §2).
//
// Decoding rejects padding, white space, other alphabets, a length of 4k+1 and non-zero trailing bits: each byte string
// has one text. The kernel (AVX-512 VBMI, AVX2, NEON or scalar) is chosen once. Pure functions, thread safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace assay::codec {

// The bytes that `characters` characters decode to, for a valid length (length % 4 != 1).
constexpr std::size_t base64url_decoded_size(std::size_t characters) noexcept {
  return characters / 4 * 3 + (characters % 4 * 3) / 4;
}
constexpr std::size_t base64url_encoded_size(std::size_t bytes) noexcept {
  return bytes / 3 * 4 + (bytes % 3 * 8 + 5) / 6;
}
// A kernel may write this many bytes beyond the decoded size. Callers provide room for both.
inline constexpr std::size_t kBase64Slack = 64;

// Decodes `text` into `to`, which has room for base64url_decoded_size(text.size()) + kBase64Slack bytes.
// Returns false if the text is not strict base64url; `to` is then unspecified.
bool base64url_decode(std::string_view text, char* to) noexcept;
std::optional<std::string> base64url_decode(std::string_view text);

// Decodes the first segment of `text`, which ends before the first character that is not in the alphabet. Returns its
// length in characters, or kNotStrict if the segment is not strict base64url. `to` has room as if all of `text` were
// decoded; the bytes after the decoded ones are unspecified.
inline constexpr std::size_t kNotStrict = ~std::size_t{0};
std::size_t base64url_decode_segment(std::string_view text, char* to) noexcept;

// Returns `text` without the '=' at its end if these are exactly as many as RFC 4648 §4 asks for, else `text`.
std::string_view without_padding(std::string_view text) noexcept;

// Writes base64url_encoded_size(bytes.size()) characters to `to`.
void base64url_encode(std::string_view bytes, char* to) noexcept;
std::string base64url_encode(std::string_view bytes);

// True if every character is in the alphabet. Does not check the length and the trailing bits.
bool is_base64url_alphabet(std::string_view text) noexcept;

// The kernel in use: "vbmi", "avx2", "neon" or "scalar".
std::string_view base64url_kernel() noexcept;

// A kernel that this CPU can run, for tests and benchmarks that compare them.
struct Base64Kernel {
  std::string_view name;
  std::size_t (*decode_segment)(const char* text, std::size_t size, char* to) noexcept;

  // All of the text is one segment.
  bool decode(const char* text, std::size_t size, char* to) const noexcept {
    return decode_segment(text, size, to) == size;
  }
};
// Fills `kernels`, best first, with up to 3 and returns how many.
int base64url_kernels(Base64Kernel (&kernels)[3]) noexcept;

}  // namespace assay::codec
