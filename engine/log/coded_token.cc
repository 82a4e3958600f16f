#include "log/coded_token.h"

#include <algorithm>
#include <array>

#include "jose/ascii.h"

namespace assay::log {
namespace {

// JSON within JSON doubles backslashes: seven are three levels.
constexpr std::size_t kMostBackslashes = 7;
// "%25252E" is three levels.
constexpr std::size_t kMostPercent = 2;
constexpr std::size_t kMostAmpersands = 2;
// "&amp;amp;#x00002e;" is not longer.
constexpr std::size_t kLongest = 24;

// The value of `count` hexadecimal digits; -1 if there are not so many.
int hex_at(std::string_view text, std::size_t at, std::size_t count) noexcept {
  if (at > text.size() || text.size() - at < count) return -1;
  int value = 0;
  for (const char c : text.substr(at, count)) {
    const int digit = jose::hex_value(c);
    if (digit < 0) return -1;
    value = value * 16 + digit;
  }
  return value;
}

// A coded character of this code; none if it is not ASCII.
CodedChar coded(int code, std::size_t size, Coding coding) noexcept {
  if (code < 0 || code > 0x7F) return {};
  return {static_cast<char>(code), static_cast<std::uint8_t>(size), bit_of(coding)};
}

std::size_t run_of(std::string_view text, std::string_view part, std::size_t most) noexcept {
  std::size_t count = 0;
  while (count < most && text.substr(count * part.size()).starts_with(part)) ++count;
  return count;
}

CodedChar after_percent(std::string_view text) noexcept {
  const std::size_t levels = run_of(text.substr(1), "25", kMostPercent);
  const Coding coding = levels == 0 ? Coding::percent : Coding::percent_twice;
  const std::size_t digits = 1 + 2 * levels;
  const CodedChar found = coded(hex_at(text, digits, 2), digits + 2, coding);
  // "%25" may be a coded '%' and nothing more.
  if (found.size != 0 || levels == 0) return found;
  return coded('%', digits, levels == 1 ? Coding::percent : Coding::percent_twice);
}

CodedChar after_backslashes(std::string_view text) noexcept {
  const std::size_t slashes = run_of(text, "\\", kMostBackslashes);
  if (slashes == text.size()) return {};
  const std::size_t next = slashes + 1;
  switch (text[slashes]) {
    case 'u':
      return coded(hex_at(text, next, 4), next + 4, Coding::json_escape);
    case 'x':
      return coded(hex_at(text, next, 2), next + 2, Coding::hex_escape);
    case 'n':
      return coded('\n', next, Coding::json_escape);
    case 't':
      return coded('\t', next, Coding::json_escape);
    case 'r':
      return coded('\r', next, Coding::json_escape);
    case 'b':
      return coded('\b', next, Coding::json_escape);
    case 'f':
      return coded('\f', next, Coding::json_escape);
    case '"':
    case '/':
    case '\'':
      return coded(text[slashes], next, Coding::json_escape);
    default:
      return {};
  }
}

struct Entity {
  std::string_view name;
  char plain;
};
constexpr Entity kEntities[] = {{"period;", '.'}, {"equals;", '='}, {"lowbar;", '_'}, {"quot;", '"'},
                                {"apos;", '\''},  {"lt;", '<'},     {"gt;", '>'},     {"nbsp;", ' '},
                                {"colon;", ':'},  {"sol;", '/'},    {"quest;", '?'},  {"num;", '#'}};

CodedChar after_ampersand(std::string_view text) noexcept {
  constexpr std::size_t kMostDigits = 6;
  const std::size_t levels = run_of(text.substr(1), "amp;", kMostAmpersands);
  const std::size_t begin = 1 + 4 * levels;
  const std::string_view rest = text.substr(begin, kLongest);
  for (const Entity& entity : kEntities) {
    // Most often a parameter follows, as in "&page=3".
    if (rest.empty() || rest.front() != entity.name.front()) continue;
    if (rest.starts_with(entity.name)) return coded(entity.plain, begin + entity.name.size(), Coding::html_entity);
  }
  const CodedChar ampersand = levels == 0 ? CodedChar{} : coded('&', begin, Coding::html_entity);
  if (!rest.starts_with('#')) return ampersand;
  const bool is_hex = rest.size() > 1 && jose::lower(rest[1]) == 'x';
  const int base = is_hex ? 16 : 10;
  std::size_t at = is_hex ? 2 : 1;
  const std::size_t first = at;
  int code = 0;
  for (; at < rest.size() && at - first < kMostDigits; ++at) {
    const int digit = jose::hex_value(rest[at]);
    if (digit < 0 || digit >= base) break;
    code = code * base + digit;
  }
  if (at == first || at == rest.size() || rest[at] != ';') return ampersand;
  return coded(code, begin + at + 1, Coding::html_entity);
}

// The bytes with which coded characters end: hexadecimal digits, ';', and what stands behind a backslash.
constexpr std::array<bool, 256> kMayEndCodedChar = [] {
  std::array<bool, 256> may{};
  for (const char c : std::string_view("0123456789abcdefABCDEF;ntr\"/'")) may[static_cast<unsigned char>(c)] = true;
  return may;
}();

}  // namespace

CodedChar coded_char_at(std::string_view text, std::size_t at) noexcept {
  if (at >= text.size()) return {};
  switch (text[at]) {
    case '%':
      return after_percent(text.substr(at));
    case '\\':
      return after_backslashes(text.substr(at));
    case '&':
      return after_ampersand(text.substr(at));
    default:
      return {};
  }
}

CodedChar coded_char_before(std::string_view text, std::size_t from, std::size_t end) noexcept {
  if (end <= from || !kMayEndCodedChar[static_cast<unsigned char>(text[end - 1])]) return {};
  const std::size_t first = std::max(from, end - std::min(end, kLongest));
  for (std::size_t at = end; at > first; --at) {
    if (!begins_coded_char(text[at - 1])) continue;
    const CodedChar found = coded_char_at(text, at - 1);
    if (found.size != 0 && at - 1 + found.size == end) return found;
  }
  return {};
}

std::size_t undo_codings(std::string_view coded, bool only_tokens, char* to) noexcept {
  constexpr std::string_view kBesideAlphabet = ".=[]<>(){}";
  char* const begin = to;
  for (std::size_t at = 0; at < coded.size();) {
    if (!begins_coded_char(coded[at])) {
      *to++ = coded[at++];
      continue;
    }
    CodedChar next = char_at(coded, at);
    const bool is_of_tokens =
        jose::is_base64url(next.plain) || kBesideAlphabet.find(next.plain) != kBesideAlphabet.npos;
    if (only_tokens && !is_of_tokens) next = {coded[at], 1, 0};
    *to++ = next.plain;
    at += next.size;
  }
  return static_cast<std::size_t>(to - begin);
}

}  // namespace assay::log
