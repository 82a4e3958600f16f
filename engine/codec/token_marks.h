// Marks: the places of a text at which a token, or what stands in its place, may begin.
//
// A mark is three bytes. One kind begins base64url of a JSON object: '{' and '"' or white space, or white space before
// '{'. The other kind stands in the words beside credentials: "token", "Bearer", "Basic", "DPoP", "JWT",
// "Authorization". Few other places of ordinary text are marked, so a text without tokens costs one pass. The kernel
// (AVX2 or scalar) is chosen once. Pure functions, thread safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace assay::codec {

// The marks among 64 places: bit i stands for text[begin + i]. No bits: the text has no more.
struct TokenMarks {
  std::size_t begin = 0;
  std::uint64_t bits = 0;
};

// Returns the first marks at `from` or later. All marks of [from, begin) are none, and the next call begins at
// begin + 64.
using FindTokenMarks = TokenMarks (*)(const char* text, std::size_t size, std::size_t from) noexcept;

struct TokenMarksKernel {
  std::string_view name;  // "avx2" or "scalar"
  FindTokenMarks find;
};
// Fills `kernels` with the kernels that this CPU can run, best first, up to 2, and returns how many.
int token_marks_kernels(TokenMarksKernel (&kernels)[2]) noexcept;
// The kernel in use.
const TokenMarksKernel& token_marks_kernel() noexcept;

// What the three bytes at a mark may begin. A kernel marks some places more, and never fewer.
enum class TokenMark : std::uint8_t { none, header, word };
TokenMark token_mark_at(std::string_view text, std::size_t at) noexcept;

}  // namespace assay::codec
