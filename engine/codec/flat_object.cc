#include "codec/flat_object.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "base/cpu.h"
#include "codec/flat_object_isa.h"

namespace assay::codec {
namespace {

using Kind = FastMember::Kind;

// No position of a quote: what follows the last one in the list.
constexpr std::uint16_t kNoQuote = 0xFFFF;

// The definition: the other kernels are tested against this one.
bool find_quotes_scalar(const char* text, std::size_t size, QuoteList& quotes) noexcept {
  quotes.count = 0;
  for (std::size_t i = 0; i < size; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c > 0x7E || c == '\\') return false;
    if (c != '"') continue;
    if (quotes.count == kFlatMostQuotes) return false;
    quotes.at[quotes.count++] = static_cast<std::uint16_t>(i);
  }
  return true;
}

#if defined(__x86_64__)
bool find_quotes_avx2(const char* text, std::size_t size, QuoteList& quotes) noexcept {
  quotes.count = flat_quotes_avx2(text, size, quotes.at.data(), kFlatMostQuotes);
  return quotes.count != kFlatUndecided;
}

bool find_quotes_avx512(const char* text, std::size_t size, QuoteList& quotes) noexcept {
  quotes.count = flat_quotes_avx512(text, size, quotes.at.data(), kFlatMostQuotes);
  return quotes.count != kFlatUndecided;
}
#endif

// Where reading is: a position in the text, and the index in the list of the first quote that is not before it. A
// position outside strings holds a quote exactly when it is that one.
struct Cursor {
  std::uint32_t at;
  std::uint32_t quote;
};
constexpr std::uint32_t kUndecided = 0xFFFFFFFF;  // as `at`
constexpr Cursor kGiveUp{kUndecided, 0};

// A text whose quotes are found. All are of an even number, and text[last] is '}': so no string, number, word or run of
// spaces that begins before `last` goes beyond it, and a nested object that ends there leaves the outer one open.
struct FlatText {
  const char* text;
  const std::uint16_t* quotes;
  std::uint32_t last;

  std::uint32_t skip_spaces(std::uint32_t at) const noexcept {
    while (text[at] == ' ') ++at;
    return at;
  }
  bool holds(std::uint32_t at, const char (&word)[5]) const noexcept { return std::memcmp(text + at, word, 4) == 0; }
};

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

// The first byte from `at` on that is no digit, looked for in eights: a time has ten digits.
std::uint32_t digits_end(const char* text, std::uint32_t at) noexcept {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  for (int i = 0; i < 2; ++i, at += 8) {
    std::uint64_t eight;
    std::memcpy(&eight, text + at, 8);
    // A digit becomes 0 to 9, another ASCII byte more; bytes beyond ASCII, which lie behind the text, disturb only what
    // follows them.
    const std::uint64_t others = (((eight ^ kOnes * '0') + kOnes * (0x80 - 10)) | eight) & kOnes * 0x80;
    if (others != 0) return at + static_cast<std::uint32_t>(__builtin_ctzll(others)) / 8;
  }
#endif
  while (is_digit(text[at])) ++at;
  return at;
}

// RFC 8259 §6, for a number that begins at `at`. Returns its end, or kUndecided: it is none, or so long that its range
// matters.
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
    if (negative && text[first] == '0') return kUndecided;  // "-0": its canonical text is another
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

// RFC 8259 §3: null, true or false at `at`. Returns its end, or kUndecided.
std::uint32_t read_word(const FlatText& flat, std::uint32_t at, Kind& kind) noexcept {
  kind = Kind::boolean;
  if (flat.holds(at, "true")) return at + 4;
  if (flat.holds(at, "fals") && flat.text[at + 4] == 'e') return at + 5;
  kind = Kind::null;
  return flat.holds(at, "null") ? at + 4 : kUndecided;
}

Cursor skip_value(const FlatText& flat, Cursor from, int depth) noexcept;

// Passes an array or, with names, an object, whose bracket stands at `from`. RFC 8259 §4, §5.
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

// An array at `from`: of strings, each is given; else passed.
Cursor read_array(const FlatText& flat, Cursor from, std::uint32_t quotes, base::Arena& arena, FastMember& member) {
  const char* const text = flat.text;
  Cursor cursor{flat.skip_spaces(from.at + 1), from.quote};
  if (text[cursor.at] == ']') {
    member.kind = Kind::string_array;
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
  // An element of another kind, or a fault, which skip_nested tells apart.
  if (more || text[cursor.at] != ']') {
    arena.shrink_last(room, 0);
    return skip_nested(flat, from, 1);
  }
  arena.shrink_last(room, count * sizeof(std::string_view));
  member.kind = Kind::string_array;
  member.items = {items, count};
  return {cursor.at + 1, cursor.quote};
}

// Any value but a string, at `from`.
Cursor read_value(const FlatText& flat, Cursor from, std::uint32_t quotes, base::Arena& arena, FastMember& member) {
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

}  // namespace

int flat_kernels(FlatKernel (&kernels)[3]) noexcept {
  int count = 0;
#if defined(__x86_64__)
  if (base::cpu_features().avx512_vbmi2) kernels[count++] = {"avx512", find_quotes_avx512};
  if (base::cpu_features().avx2) kernels[count++] = {"avx2", find_quotes_avx2};
#endif
  kernels[count++] = {"scalar", find_quotes_scalar};
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

bool FlatObjectReader::read(std::string_view text, base::Arena& arena, std::span<const FastMember>& members) {
  if (text.size() > kFlatMostBytes) return false;
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  if (text.size() < 2 || text.back() != '}' || !find_(text.data(), text.size(), quotes_)) return false;
  if (quotes_.count % 2 != 0) return false;
  std::fill_n(quotes_.at.begin() + quotes_.count, 2, kNoQuote);

  const FlatText flat{text.data(), quotes_.at.data(), static_cast<std::uint32_t>(text.size() - 1)};
  const std::uint16_t* const quotes = flat.quotes;
  std::uint32_t at = flat.skip_spaces(0), quote = 0;
  std::size_t count = 0;
  if (text[at] != '{') return false;
  at = flat.skip_spaces(at + 1);
  bool more = at != flat.last;
  while (more) {
    if (text[at] != '"' || count == kFlatMostMembers) return false;
    const std::uint32_t name = at + 1, name_end = quotes[quote + 1];
    at = flat.skip_spaces(name_end + 1);
    if (text[at] != ':') return false;
    at = flat.skip_spaces(at + 1);
    FastMember& member = members_[count++];
    member.name = {flat.text + name, name_end - name};
    member.items = {};
    member.truth = false;
    if (text[at] == '"') {
      const std::uint32_t begin = at + 1, end = quotes[quote + 3];
      member.kind = Kind::string;
      member.text = {flat.text + begin, end - begin};
      at = end + 1;
      quote += 4;
    } else {
      member.kind = Kind::other;
      const Cursor end = read_value(flat, {at, quote + 2}, quotes_.count, arena, member);
      if (end.at == kUndecided) return false;
      member.text = {flat.text + at, end.at - at};
      at = end.at;
      quote = end.quote;
    }
    at = flat.skip_spaces(at);
    more = text[at] == ',';
    if (more) at = flat.skip_spaces(at + 1);
  }
  if (at != flat.last) return false;
  members = {members_.data(), count};
  return true;
}

}  // namespace assay::codec
