// Marks: the places of a text at which a token, or what stands in its place, may begin.
//
// A mark is three bytes. One kind begins base64url of a JSON object: '{' and '"' or white space, or white space before
// '{'. The other kind stands in the words beside credentials: "token", "Bearer", "Basic", "DPoP", "JWT",
// "Authorization". Few other places of ordinary text are marked, so a text without tokens costs one pass. The kernel
// (AVX2, NEON or scalar) is chosen once. Pure functions, thread safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "codec/token_marks_isa.h"

namespace assay::codec {

struct TokenMarksKernel {
  std::string_view name;  // "avx2", "neon" or "scalar"
  // Returns the first marks of `text` at `from` or later: see TokenMarks.
  TokenMarks (*find)(const char* text, std::size_t size, std::size_t from) noexcept;
  // Returns how many characters at the beginning of `text` are of the alphabet of base64url.
  std::size_t (*run)(const char* text, std::size_t size) noexcept;
};
// Fills `kernels` with the kernels that this CPU can run, best first, up to 2, and returns how many.
int token_marks_kernels(TokenMarksKernel (&kernels)[2]) noexcept;
// The kernel in use.
const TokenMarksKernel& token_marks_kernel() noexcept;

// What the three bytes at a place are.
enum class TokenMark : std::uint8_t {
  none,          // a kernel may mark such places, too
  header,        // a header begins there
  coded_header,  // its first letter, "e", is coded and ends there: "%65", "\x65", "\u0065"
  word,
};
TokenMark token_mark_at(std::string_view text, std::size_t at) noexcept;

}  // namespace assay::codec
