// The reader for flat JSON objects, which is what claims sets and log records nearly always are: one pass for the
// quotes, one from quote to quote, nothing copied.
//
// It decides texts of U+0020 to U+007E without a backslash, whose strings then are what stands between two quotes, and
// leaves the rest undecided: other white space than U+0020, escapes, numbers of many digits, deep nesting, texts of
// many members. It never rejects; what it decides, json_fast.h's other reader and parse_json (both dialects) accept
// with equal members. The kernel that finds the quotes (AVX-512, AVX2 or scalar) is chosen once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "codec/fast_member.h"

namespace assay::codec {

// Limits beyond which a text is not decided.
inline constexpr std::size_t kFlatMostBytes = 65534;  // a position is 16 bits, and one stands for the end
inline constexpr std::size_t kFlatMostQuotes = 1024;
inline constexpr std::size_t kFlatMostMembers = 64;
inline constexpr int kFlatMostDepth = 8;

// The positions of the quotes in a text, in order.
struct QuoteList {
  std::uint32_t count = 0;
  std::array<std::uint16_t, kFlatMostQuotes + 64> at;  // a kernel writes up to 64 beyond `count`
};

// Finds the quotes of `text`, of at most kFlatMostBytes bytes and followed by kJsonPadding readable ones. False, with
// `quotes` unspecified: a byte is a backslash or not of U+0020 to U+007E, or there are more than kFlatMostQuotes.
using FindQuotes = bool (*)(const char* text, std::size_t size, QuoteList& quotes) noexcept;

struct FlatKernel {
  std::string_view name;  // "avx512", "avx2" or "scalar"
  FindQuotes find;
};
// Each kernel that this CPU can run, the best first. `kernels` is filled with up to 3; returns how many.
int flat_kernels(FlatKernel (&kernels)[3]) noexcept;
// The kernel in use.
const FlatKernel& flat_kernel() noexcept;

// Not thread safe: one for each thread. Allocates nothing but in the arena.
class FlatObjectReader {
 public:
  explicit FlatObjectReader(const FlatKernel& kernel = flat_kernel()) noexcept : find_(kernel.find) {}

  // Reads `text`, which is followed by kJsonPadding readable bytes. False: not decided. `members`, in order and with
  // duplicates, are valid until the next call; their strings are views into `text`, lists of them live in `arena`.
  bool read(std::string_view text, base::Arena& arena, std::span<const FastMember>& members);

  // The value of a member that read() gave, as it was written: plain ASCII.
  static std::string_view written(const FastMember& member) noexcept {
    if (member.kind != FastMember::Kind::string) return member.text;
    return {member.text.data() - 1, member.text.size() + 2};
  }

 private:
  FindQuotes find_;
  QuoteList quotes_;
  std::array<FastMember, kFlatMostMembers> members_;
};

}  // namespace assay::codec
