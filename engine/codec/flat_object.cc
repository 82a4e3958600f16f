#include "codec/flat_object.h"

#include <simdjson.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

#include "base/cpu.h"
#include "codec/flat_object_isa.h"
#include "codec/utf.h"

namespace assay::codec {
namespace {

using Kind = FastMember::Kind;
using flat::Cursor;
using flat::digits_end;
using flat::FlatText;
using flat::kUndecided;

constexpr Cursor kGiveUp{kUndecided, 0};

// Looks at eight bytes at a time. The other kernels are tested against this one.
std::uint32_t flat_quotes_scalar(const char* text, std::size_t size, std::uint16_t* at) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHigh = kOnes * 0x80;
  std::uint64_t unusual = 0;
  std::uint32_t count = 0;
  for (std::size_t begin = 0; begin < size; begin += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, text + begin, 8);
    if constexpr (std::endian::native == std::endian::big) eight = __builtin_bswap64(eight);
    if (size - begin < 8) {
      const std::uint64_t inside = (std::uint64_t{1} << 8 * (size - begin)) - 1;
      eight = (eight & inside) | (kOnes * ' ' & ~inside);
    }
    // Sets the high bit of each byte below 0x20, above 0x7E or equal to a backslash, and perhaps of bytes behind it.
    unusual |= (eight | (eight - kOnes * 0x20) | (eight + kOnes) | ((eight ^ kOnes * '\\') - kOnes)) & kHigh;
    // Has the high bit of exactly the quotes.
    const std::uint64_t other = eight ^ kOnes * '"';
    std::uint64_t quotes = ~(((other & ~kHigh) + ~kHigh) | other) & kHigh;
    if (count + 8 > kFlatMostQuotes && count + static_cast<std::uint32_t>(std::popcount(quotes)) > kFlatMostQuotes) {
      return kFlatUndecided;
    }
    for (; quotes != 0; quotes &= quotes - 1) {
      at[count++] = static_cast<std::uint16_t>(begin + static_cast<std::size_t>(std::countr_zero(quotes)) / 8);
    }
  }
  return unusual == 0 ? count : kFlatUndecided;
}

std::uint32_t flat_any_quotes_scalar(const char* text, std::size_t size, std::uint16_t* at,
                                     FlatContent& content) noexcept {
  std::uint32_t count = 0;
  bool escaped = false;  // by the byte before
  content = {};
  for (std::size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20) return kFlatUndecided;
    content.beyond_ascii |= byte >= 0x80;
    content.backslash |= byte == '\\';
    if (byte == '"' && !escaped) {
      if (count == kFlatMostQuotes) return kFlatUndecided;
      at[count++] = static_cast<std::uint16_t>(i);
    }
    escaped = byte == '\\' && !escaped;
  }
  return count;
}

int hex_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Reads \uXXXX at `at`. Returns false if it is not there.
bool read_unicode_escape(std::string_view text, std::size_t at, char32_t& code) noexcept {
  if (text.size() - at < 6 || text[at] != '\\' || text[at + 1] != 'u') return false;
  code = 0;
  for (std::size_t i = at + 2; i < at + 6; ++i) {
    const int digit = hex_value(text[i]);
    if (digit < 0) return false;
    code = code << 4 | static_cast<char32_t>(digit);
  }
  return true;
}

// A character that an escape stands for, and the length of the escape; 0 if it is not sound.
struct Escape {
  char32_t code = 0;
  std::size_t length = 0;
};

// Reads the escape whose backslash is at `at` (RFC 8259 §7). A character beyond the first plane takes two.
Escape read_escape(std::string_view text, std::size_t at) noexcept {
  switch (at + 1 < text.size() ? text[at + 1] : '\0') {
    case '"':
    case '\\':
    case '/':
      return {static_cast<char32_t>(text[at + 1]), 2};
    case 'b':
      return {'\b', 2};
    case 'f':
      return {'\f', 2};
    case 'n':
      return {'\n', 2};
    case 'r':
      return {'\r', 2};
    case 't':
      return {'\t', 2};
    case 'u':
      break;
    default:
      return {};
  }
  char32_t code = 0, low = 0;
  if (!read_unicode_escape(text, at, code)) return {};
  if (!is_surrogate(code)) return {code, 6};
  if (!is_high_surrogate(code) || !read_unicode_escape(text, at + 6, low) || !is_low_surrogate(low)) return {};
  return {join_surrogates(code, low), 12};
}

// Reads the number that begins at `at` (RFC 8259 §6). Returns its end, or kUndecided if there is no number or if it is
// so long that its range matters.
std::uint32_t read_number(const FlatText& flat, std::uint32_t at, Kind& kind) noexcept {
  constexpr std::uint32_t kMostDigits = 20, kMostLength = 40;
  const char* const text = flat.text;
  const std::uint32_t begin = at;
  const bool negative = text[at] == '-';
  at += negative ? 1 : 0;
  const std::uint32_t first = at;
  at = digits_end(text, at);
  const std::uint32_t digits = at - first;
  if (digits == 0 || (text[first] == '0' && digits > 1)) return kUndecided;
  const char next = text[at];
  if (next != '.' && next != 'e' && next != 'E') {
    if (negative && text[first] == '0') return kUndecided;  // "-0": the canonical text is "0"
    kind = Kind::integer;
    if (digits < 19) return at;
    if (digits > kMostDigits) return kUndecided;
    const char* const most = negative ? "9223372036854775808" : "9223372036854775807";
    if (digits > 19 || std::memcmp(text + first, most, 19) > 0) kind = Kind::other;
    return at;
  }
  kind = Kind::real;
  if (next == '.') {
    const std::uint32_t fraction = at + 1;
    at = digits_end(text, fraction);
    if (at == fraction) return kUndecided;
  }
  if (text[at] == 'e' || text[at] == 'E') {
    ++at;
    at += text[at] == '+' || text[at] == '-' ? 1 : 0;
    const std::uint32_t exponent = at;
    at = digits_end(text, exponent);
    if (at == exponent) return kUndecided;
  }
  return at - begin <= kMostLength ? at : kUndecided;
}

// Reads null, true or false at `at` (RFC 8259 §3). Returns its end, or kUndecided.
std::uint32_t read_word(const FlatText& flat, std::uint32_t at, Kind& kind) noexcept {
  kind = Kind::boolean;
  if (flat.holds(at, "true")) return at + 4;
  if (flat.holds(at, "fals") && flat.text[at + 4] == 'e') return at + 5;
  kind = Kind::null;
  return flat.holds(at, "null") ? at + 4 : kUndecided;
}

Cursor skip_value(const FlatText& flat, Cursor from, int depth) noexcept;

// Skips the array or object whose bracket is at `from` (RFC 8259 §4, §5).
Cursor skip_nested(const FlatText& flat, Cursor from, int depth) noexcept {
  const char* const text = flat.text;
  const bool object = text[from.at] == '{';
  const char close = object ? '}' : ']';
  if (depth == kFlatMostDepth) return kGiveUp;
  from.at = flat.skip_spaces(from.at + 1);
  bool more = text[from.at] != close;
  while (more) {
    if (object) {
      if (text[from.at] != '"') return kGiveUp;
      from.at = flat.skip_spaces(flat.quotes[from.quote + 1] + 1u);
      from.quote += 2;
      if (text[from.at] != ':') return kGiveUp;
      from.at = flat.skip_spaces(from.at + 1);
    }
    from = skip_value(flat, from, depth + 1);
    if (from.at == kUndecided) return kGiveUp;
    from.at = flat.skip_spaces(from.at);
    more = text[from.at] == ',';
    if (more) from.at = flat.skip_spaces(from.at + 1);
  }
  if (text[from.at] != close || from.at == flat.last) return kGiveUp;
  return {from.at + 1, from.quote};
}

Cursor skip_value(const FlatText& flat, Cursor from, int depth) noexcept {
  Kind kind;
  switch (flat.text[from.at]) {
    case '"':
      return {flat.quotes[from.quote + 1] + 1u, from.quote + 2};
    case '{':
    case '[':
      return skip_nested(flat, from, depth);
    case 't':
    case 'f':
    case 'n':
      return {read_word(flat, from.at, kind), from.quote};
    default:
      return {read_number(flat, from.at, kind), from.quote};
  }
}

// Reads the array at `from`. Lists its items if all are strings, and only skips it otherwise.
Cursor read_array(const FlatText& flat, Cursor from, std::uint32_t quotes, base::Arena& arena, FastMember& member) {
  const char* const text = flat.text;
  Cursor cursor{flat.skip_spaces(from.at + 1), from.quote};
  if (text[cursor.at] == ']') {
    member.kind = Kind::string_array;
    member.items = {};
    return {cursor.at + 1, cursor.quote};
  }
  if (text[cursor.at] != '"') return skip_nested(flat, from, 1);
  const std::size_t room = (quotes - from.quote) / 2 * sizeof(std::string_view);
  char* const memory = arena.allocate(room, alignof(std::string_view));
  const auto items = reinterpret_cast<std::string_view*>(memory);
  std::size_t count = 0;
  bool more = true;
  while (more && text[cursor.at] == '"') {
    const std::uint32_t begin = cursor.at + 1, end = flat.quotes[cursor.quote + 1];
    new (items + count++) std::string_view(text + begin, end - begin);
    cursor = {flat.skip_spaces(end + 1), cursor.quote + 2};
    more = text[cursor.at] == ',';
    if (more) cursor.at = flat.skip_spaces(cursor.at + 1);
  }
  // Either an element is not a string or the text is wrong; skip_nested decides which.
  if (more || text[cursor.at] != ']') {
    arena.shrink_last(room, 0);
    return skip_nested(flat, from, 1);
  }
  arena.shrink_last(room, count * sizeof(std::string_view));
  for (std::size_t i = 0; i < count; ++i) {
    const auto begin = static_cast<std::uint32_t>(items[i].data() - text);
    items[i] = flat.string(begin, begin + static_cast<std::uint32_t>(items[i].size()), arena);
  }
  member.kind = Kind::string_array;
  member.items = {items, count};
  return {cursor.at + 1, cursor.quote};
}

}  // namespace

Cursor flat::read_value(const FlatText& flat, Cursor from, std::uint32_t quotes, base::Arena& arena,
                        FastMember& member) {
  switch (flat.text[from.at]) {
    case '[':
      return read_array(flat, from, quotes, arena, member);
    case '{':
      return skip_nested(flat, from, 1);
    case 't':
    case 'f':
    case 'n':
      member.truth = flat.text[from.at] == 't';
      return {read_word(flat, from.at, member.kind), from.quote};
    default:
      return {read_number(flat, from.at, member.kind), from.quote};
  }
}

bool flat::find_escapes(std::string_view text, EscapeRange& range) noexcept {
  range = {};
  for (std::size_t at = 0; (at = text.find('\\', at)) != text.npos;) {
    const std::size_t length = read_escape(text, at).length;
    if (length == 0) return false;
    range.last = static_cast<std::uint32_t>(at);
    range.first = std::min(range.first, range.last);
    at += length;
  }
  return true;
}

std::string_view flat::without_escapes(std::string_view written, base::Arena& arena) {
  std::size_t backslash = written.find('\\');
  if (backslash == written.npos) return written;
  char* const text = arena.allocate(written.size());  // no escape is shorter than what it stands for
  std::size_t from = 0, size = 0;
  for (; backslash != written.npos; backslash = written.find('\\', from)) {
    size += written.copy(text + size, backslash - from, from);
    const Escape escape = read_escape(written, backslash);
    size += write_wtf8(escape.code, text + size);
    from = backslash + escape.length;
  }
  size += written.copy(text + size, written.npos, from);
  arena.shrink_last(written.size(), size);
  return {text, size};
}

bool flat::is_utf8(std::string_view text) noexcept { return simdjson::validate_utf8(text.data(), text.size()); }

int flat_kernels(FlatKernel (&kernels)[3]) noexcept {
  int count = 0;
#if defined(__x86_64__)
  if (base::cpu_features().avx512_vbmi2) kernels[count++] = {"avx512", flat_quotes_avx512, flat_any_quotes_avx2};
  if (base::cpu_features().avx2) kernels[count++] = {"avx2", flat_quotes_avx2, flat_any_quotes_avx2};
#elif defined(__aarch64__)
  if (base::cpu_features().neon) kernels[count++] = {"neon", flat_quotes_neon, flat_any_quotes_neon};
#endif
  kernels[count++] = {"scalar", flat_quotes_scalar, flat_any_quotes_scalar};
  return count;
}

const FlatKernel& flat_kernel() noexcept {
  static const FlatKernel best = [] {
    FlatKernel kernels[3];
    flat_kernels(kernels);
    return kernels[0];
  }();
  return best;
}

}  // namespace assay::codec
