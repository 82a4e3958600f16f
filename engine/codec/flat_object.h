// The reader for flat JSON objects, such as nearly all claims sets and log records. One pass finds the quotes, a second
// goes from quote to quote, and nothing is copied but strings with escapes.
//
// read() decides texts of U+0020 to U+007E without a backslash, in which a string is the text between two quotes.
// read_any() takes a little longer and decides texts with escapes and letters beyond ASCII as well. Both leave
// everything else undecided: white space other than U+0020, lone surrogates, numbers of many digits, deep nesting,
// texts of many members. They never reject a text. Whatever they decide, the other reader of json_fast.h and parse_json
// (both dialects) accept with equal members. The kernel that finds the quotes (AVX-512, AVX2 or scalar) is chosen once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/arena.h"
#include "codec/fast_member.h"
#include "codec/flat_object_isa.h"

namespace assay::codec {

// Texts beyond these limits, and beyond kFlatMostQuotes, are left undecided.
inline constexpr std::size_t kFlatMostBytes = 65534;  // a position is 16 bits, and one stands for the end
inline constexpr int kFlatMostDepth = 8;

// Finds the quotes of `text`, which has at most kFlatMostBytes bytes and kJsonPadding readable ones after them. Writes
// their positions, in order, to `at`, which has room for kFlatQuotesRoom, and returns how many there are. Returns
// kFlatUndecided, with `at` unspecified, if a byte is a backslash or outside U+0020 to U+007E, or if there are more
// than kFlatMostQuotes.
using FindQuotes = std::uint32_t (*)(const char* text, std::size_t size, std::uint16_t* at) noexcept;

// The same for any text without bytes below 0x20: quotes that a backslash escapes are left out. Sets `content`.
using FindAnyQuotes = std::uint32_t (*)(const char* text, std::size_t size, std::uint16_t* at,
                                        FlatContent& content) noexcept;

struct FlatKernel {
  std::string_view name;  // "avx512", "avx2" or "scalar"
  FindQuotes find;
  FindAnyQuotes find_any;
};
// Fills `kernels` with the kernels that this CPU can run, best first, up to 3, and returns how many.
int flat_kernels(FlatKernel (&kernels)[3]) noexcept;
// The kernel in use.
const FlatKernel& flat_kernel() noexcept;

namespace flat {

// A position in the text, and the index of the first quote that is not before it. Outside strings, the byte at the
// position is a quote if and only if it is that one.
struct Cursor {
  std::uint32_t at;
  std::uint32_t quote;
};
inline constexpr std::uint32_t kUndecided = 0xFFFFFFFF;  // as `at`

// Where the first and the last escape of a text begin.
struct EscapeRange {
  std::uint32_t first = kUndecided, last = 0;  // no escape
};
// Finds the escapes of `text` (RFC 8259 §7). Returns false if one is unknown or a surrogate lacks its partner.
bool find_escapes(std::string_view text, EscapeRange& range) noexcept;
// The text of a string whose escapes are sound: `written` itself if there are none, else a text in `arena`.
std::string_view without_escapes(std::string_view written, base::Arena& arena);
// True if `text` is UTF-8.
bool is_utf8(std::string_view text) noexcept;

// A text whose quotes are found. Their number is even, and text[last] is '}'. So no string, number, word or run of
// spaces that begins before `last` goes beyond it, and a nested object that ends there leaves the outer one open.
struct FlatText {
  const char* text = nullptr;
  const std::uint16_t* quotes = nullptr;
  std::uint32_t last = 0;
  EscapeRange escapes = {};  // all are sound

  // The string between the quotes at begin - 1 and `end`, unescaped.
  std::string_view string(std::uint32_t begin, std::uint32_t end, base::Arena& arena) const {
    const std::string_view written(text + begin, end - begin);
    return end > escapes.first && begin <= escapes.last ? without_escapes(written, arena) : written;
  }
  std::uint32_t skip_spaces(std::uint32_t at) const noexcept {
    while (text[at] == ' ') ++at;
    return at;
  }
  template <std::size_t N>
  bool holds(std::uint32_t at, const char (&word)[N]) const noexcept {
    return std::memcmp(text + at, word, N - 1) == 0;
  }
};

// Returns the position of the first byte from `at` on that is not a digit. Looks at eight bytes at a time, because a
// time has ten digits.
inline std::uint32_t digits_end(const char* text, std::uint32_t at) noexcept {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  for (int i = 0; i < 2; ++i, at += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, text + at, 8);
    // A digit becomes 0 to 9 and any other ASCII byte more. Bytes beyond ASCII exist only behind the text, and they
    // disturb only the bytes that follow them.
    const std::uint64_t others = (((eight ^ kOnes * '0') + kOnes * (0x80 - 10)) | eight) & kOnes * 0x80;
    if (others != 0) return at + static_cast<std::uint32_t>(__builtin_ctzll(others)) / 8;
  }
#endif
  while (text[at] >= '0' && text[at] <= '9') ++at;
  return at;
}

// Returns the end of the integer at `at` if it has 1 to 15 digits, is not 0 and has no sign, fraction or exponent, like
// a time. Returns kUndecided for any other value.
inline std::uint32_t plain_integer_end(const char* text, std::uint32_t at) noexcept {
  if (text[at] < '1' || text[at] > '9') return kUndecided;
  const std::uint32_t end = digits_end(text, at);
  const char next = text[end];
  return end - at < 16 && (next == ',' || next == '}' || next == ' ') ? end : kUndecided;
}

// Reads the value at `from`, which is not a string, in a text of `quotes` quotes. Sets the fields that its kind
// mentions, except `text`. Returns the position after it, or kUndecided as that position.
Cursor read_value(const FlatText& flat, Cursor from, std::uint32_t quotes, base::Arena& arena, FastMember& member);

}  // namespace flat

// Not thread safe: one for each thread. Allocates only in the arena.
class FlatObjectReader {
 public:
  explicit FlatObjectReader(const FlatKernel& kernel = flat_kernel()) noexcept
      : find_(kernel.find), find_any_(kernel.find_any) {}

  // Reads `text`, which is followed by kJsonPadding readable bytes, and calls visit(const FastMember&) for each member,
  // in order and with duplicates. Strings are views into `text`, lists of them live in `arena`. Returns false if the
  // text is not decided; the members visited so far then mean nothing.
  template <class Visit>
  bool read(std::string_view text, base::Arena& arena, Visit&& visit);
  // The same for a text that read() has left undecided. Strings with escapes live in `arena`.
  template <class Visit>
  bool read_any(std::string_view text, base::Arena& arena, Visit&& visit);

  // The value of a member that read() has visited as it was written, in plain ASCII.
  static std::string_view written(const FastMember& member) noexcept {
    if (member.kind != FastMember::Kind::string) return member.text;
    return {member.text.data() - 1, member.text.size() + 2};
  }

  // The two steps of read(). The first finds the quotes of `text` and returns false if it is undecided; `flat` holds
  // until the next call. The second visits the members.
  bool find_quotes(std::string_view text, flat::FlatText& flat, std::uint32_t& quotes) noexcept {
    if (!may_be_object(text)) return false;
    quotes = find_(text.data(), text.size(), quotes_.data());
    if (quotes == kFlatUndecided || quotes % 2 != 0) return false;
    flat = {text.data(), quotes_.data(), static_cast<std::uint32_t>(text.size() - 1)};
    return true;
  }
  template <class Visit>
  static bool visit_members(const flat::FlatText& flat, std::uint32_t quote_count, base::Arena& arena, Visit& visit);

 private:
  // Sees to the beginning and the end of `text`, and takes the spaces from its end. Returns false if it is undecided.
  static bool may_be_object(std::string_view& text) noexcept {
    if (text.size() > kFlatMostBytes) return false;
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text.size() >= 2 && text.back() == '}';
  }

  FindQuotes find_;
  FindAnyQuotes find_any_;
  std::array<std::uint16_t, kFlatQuotesRoom> quotes_;
};

template <class Visit>
bool FlatObjectReader::read(std::string_view text, base::Arena& arena, Visit&& visit) {
  flat::FlatText flat;
  std::uint32_t count = 0;
  return find_quotes(text, flat, count) && visit_members(flat, count, arena, visit);
}

template <class Visit>
bool FlatObjectReader::read_any(std::string_view text, base::Arena& arena, Visit&& visit) {
  if (!may_be_object(text)) return false;
  FlatContent content;
  const std::uint32_t count = find_any_(text.data(), text.size(), quotes_.data(), content);
  if (count == kFlatUndecided || count % 2 != 0) return false;
  if (content.beyond_ascii && !flat::is_utf8(text)) return false;
  flat::EscapeRange escapes;
  if (content.backslash && !flat::find_escapes(text, escapes)) return false;
  const flat::FlatText flat{text.data(), quotes_.data(), static_cast<std::uint32_t>(text.size() - 1), escapes};
  return visit_members(flat, count, arena, visit);
}

template <class Visit>
bool FlatObjectReader::visit_members(const flat::FlatText& flat, std::uint32_t quote_count, base::Arena& arena,
                                     Visit& visit) {
  using Kind = FastMember::Kind;
  const char* const bytes = flat.text;
  const std::uint16_t* const quotes = flat.quotes;
  std::uint32_t at = flat.skip_spaces(0), quote = 0;
  if (bytes[at] != '{') return false;
  at = flat.skip_spaces(at + 1);
  bool more = at != flat.last;
  while (more) {
    if (bytes[at] != '"') return false;
    const std::uint32_t name_begin = at + 1, name_end = quotes[quote + 1];
    const std::string_view name = flat.string(name_begin, name_end, arena);
    // Usually nothing stands between the tokens, and two comparisons are enough to know.
    at = name_end + 1;
    bool string = flat.holds(at, ":\"");
    if (string) {
      ++at;
    } else {
      at = flat.skip_spaces(at);
      if (bytes[at] != ':') return false;
      at = flat.skip_spaces(at + 1);
      string = bytes[at] == '"';
    }
    if (string) {
      const std::uint32_t begin = at + 1, end = quotes[quote + 3];
      visit(FastMember{.name = name, .text = flat.string(begin, end, arena), .items = {}, .kind = Kind::string});
      at = end + 1;
      quote += 4;
    } else if (const std::uint32_t end = flat::plain_integer_end(bytes, at); end != flat::kUndecided) {
      visit(FastMember{.name = name, .text = {bytes + at, end - at}, .items = {}, .kind = Kind::integer});
      at = end;
      quote += 2;
    } else {
      FastMember member;
      const flat::Cursor next = flat::read_value(flat, {at, quote + 2}, quote_count, arena, member);
      if (next.at == flat::kUndecided) return false;
      member.name = name;
      member.text = {bytes + at, next.at - at};
      visit(static_cast<const FastMember&>(member));
      at = next.at;
      quote = next.quote;
    }
    if (flat.holds(at, ",\"")) {
      ++at;
      continue;
    }
    at = flat.skip_spaces(at);
    more = bytes[at] == ',';
    if (more) at = flat.skip_spaces(at + 1);
  }
  return at == flat.last;
}

}  // namespace assay::codec
