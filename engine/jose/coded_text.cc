#include "jose/coded_text.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <optional>

#include "codec/utf.h"
#include "jose/ascii.h"

namespace assay::jose {
namespace {

// A character and the bytes that code it. `size` is 0 if there is no coded character.
struct Coded {
  std::uint32_t code = 0;
  std::size_t size = 0;
};

std::optional<std::uint32_t> digits_at(std::string_view text, std::size_t at, std::size_t count,
                                       std::uint32_t base) noexcept {
  if (at > text.size() || text.size() - at < count) return std::nullopt;
  std::uint32_t value = 0;
  for (const char c : text.substr(at, count)) {
    const int digit = hex_value(c);
    if (digit < 0 || static_cast<std::uint32_t>(digit) >= base) return std::nullopt;
    value = value * base + static_cast<std::uint32_t>(digit);
  }
  return value;
}

std::size_t run_of(std::string_view text, std::string_view part) noexcept {
  std::size_t size = 0;
  while (text.substr(size).starts_with(part)) size += part.size();
  return size;
}

// What a backslash and a letter code in JSON and C.
struct Letter {
  char letter, coded;
};
constexpr Letter kLetters[] = {{'/', '/'},  {'b', '\b'}, {'f', '\f'}, {'n', '\n'},
                               {'r', '\r'}, {'t', '\t'}, {'v', '\v'}, {'\'', '\''}};

std::optional<char> letter_coded(char kind) noexcept {
  const auto* const letter =
      std::find_if(std::begin(kLetters), std::end(kLetters), [kind](const Letter& one) { return one.letter == kind; });
  return letter == std::end(kLetters) ? std::nullopt : std::optional(letter->coded);
}

// "u002e" behind `slashes` backslashes, or two halves of a character. A backslash of the text itself may stand before
// the first half only, so the second may have fewer.
Coded unicode_escape(std::string_view text, std::size_t slashes) noexcept {
  const auto unit = digits_at(text, slashes + 1, 4, 16);
  if (!unit) return {};
  const std::size_t end = slashes + 5;
  if (!codec::is_high_surrogate(*unit)) return {*unit, end};
  const std::size_t between = std::min(run_of(text.substr(end), "\\"), slashes);
  if (between == 0 || !text.substr(end + between).starts_with('u')) return {*unit, end};
  const auto low = digits_at(text, end + between + 1, 4, 16);
  if (!low || !codec::is_low_surrogate(*low)) return {*unit, end};
  return {codec::join_surrogates(*unit, *low), end + between + 5};
}

// `text` begins with a backslash. JSON within JSON doubles backslashes, so any number of them codes alike.
Coded after_backslashes(std::string_view text) noexcept {
  const std::size_t slashes = run_of(text, "\\");
  const Coded alone{'\\', slashes};
  if (slashes == text.size()) return alone;
  const char kind = text[slashes];
  const std::size_t next = slashes + 1;
  if (kind == '"') return slashes % 2 == 1 ? Coded{'"', next} : alone;
  if (kind == 'u') {
    const Coded found = unicode_escape(text, slashes);
    return found.size == 0 ? alone : found;
  }
  if (kind == 'x') {
    const auto byte = digits_at(text, next, 2, 16);
    return byte && *byte < 0x80 ? Coded{*byte, next + 2} : alone;
  }
  if (const auto byte = digits_at(text, slashes, 3, 8); byte && *byte < 0x80) return {*byte, slashes + 3};
  const std::optional<char> coded = letter_coded(kind);
  return coded ? Coded{static_cast<unsigned char>(*coded), next} : alone;
}

Coded json_escape_at_front(std::string_view text) noexcept {
  if (text.size() < 2 || text.front() != '\\') return {};
  const char kind = text[1];
  if (kind == '\\' || kind == '"') return {static_cast<unsigned char>(kind), 2};
  if (kind == 'u') return unicode_escape(text, 1);
  const std::optional<char> coded = letter_coded(kind);
  return coded && kind != 'v' && kind != '\'' ? Coded{static_cast<unsigned char>(*coded), 2} : Coded{};
}

// "%2E", "%252E", "%u002e".
Coded after_percent(std::string_view text) noexcept {
  const std::size_t begin = 1 + run_of(text.substr(1), "25");
  if (text.substr(begin).starts_with('u')) {
    const auto unit = digits_at(text, begin + 1, 4, 16);
    return unit && !codec::is_surrogate(*unit) ? Coded{*unit, begin + 5} : Coded{};
  }
  const auto byte = digits_at(text, begin, 2, 16);
  if (byte && *byte < 0x80) return {*byte, begin + 2};
  return begin > 1 ? Coded{'%', begin} : Coded{};
}

struct Entity {
  std::string_view name;
  char coded;
};
constexpr Entity kEntities[] = {{"period;", '.'}, {"equals;", '='}, {"plus;", '+'},   {"sol;", '/'},
                                {"lowbar;", '_'}, {"quot;", '"'},   {"percnt;", '%'}, {"bsol;", '\\'}};

// "&#46;", "&#x2e;", "&period;", "&amp;#46;".
Coded after_ampersand(std::string_view text) noexcept {
  constexpr std::size_t kMostDigits = 7;
  const std::size_t begin = 1 + run_of(text.substr(1), "amp;");
  const std::string_view rest = text.substr(begin);
  for (const Entity& entity : kEntities) {
    if (rest.starts_with(entity.name)) return {static_cast<unsigned char>(entity.coded), begin + entity.name.size()};
  }
  if (!rest.starts_with('#')) return {};
  const bool is_hex = rest.size() > 1 && lower(rest[1]) == 'x';
  const std::size_t first = is_hex ? 2 : 1;
  const std::size_t end = rest.substr(0, first + kMostDigits + 1).find(';');
  if (end == rest.npos || end <= first) return {};
  const auto code = digits_at(rest, first, end - first, is_hex ? 16 : 10);
  return code && *code < 0x80 ? Coded{*code, begin + end + 1} : Coded{};
}

Coded coded_at_front(std::string_view text) noexcept {
  switch (text.front()) {
    case '\\':
      return after_backslashes(text);
    case '%':
      return after_percent(text);
    case '&':
      return after_ampersand(text);
    default:
      return {};
  }
}

// Returns `coded` with each character that `at_front` finds at the beginning of the rest.
template <class AtFront>
PlainText decoded(std::string_view coded, const AtFront& at_front) {
  PlainText plain;
  plain.text.reserve(coded.size());
  plain.begins.reserve(coded.size() + 1);
  for (std::size_t at = 0; at < coded.size();) {
    const Coded found = at_front(coded.substr(at));
    char bytes[4] = {coded[at]};
    const std::size_t size = found.size == 0 ? 1 : codec::write_wtf8(found.code, bytes);
    plain.text.append(bytes, size);
    plain.begins.insert(plain.begins.end(), size, at);
    at += std::max<std::size_t>(found.size, 1);
  }
  plain.begins.push_back(coded.size());
  return plain;
}

}  // namespace

bool may_be_coded(std::string_view text) noexcept {
  return text.find('\\') != text.npos || text.find('%') != text.npos || text.find('&') != text.npos;
}

PlainText undo_codings(std::string_view coded) { return decoded(coded, coded_at_front); }

PlainText undo_json_escapes(std::string_view json) { return decoded(json, json_escape_at_front); }

}  // namespace assay::jose
