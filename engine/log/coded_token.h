// Characters of tokens, and of what stands beside them, as loggers and clients code them: "%2E", "%252E", "\u002e",
// "\n", "\x2e", "&#46;", "&period;". Only ASCII is undone, because tokens hold nothing else.
//
// Pure functions, thread safe. Each looks at a bounded number of bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace assay::log {

// The codings in which loggers and clients write characters. `plus` is '+' for a blank.
enum class Coding : std::uint8_t { percent, percent_twice, json_escape, hex_escape, html_entity, plus };

inline constexpr Coding kCodings[] = {Coding::percent,    Coding::percent_twice, Coding::json_escape,
                                      Coding::hex_escape, Coding::html_entity,   Coding::plus};

// The name as users see it.
inline std::string_view to_string(Coding coding) noexcept {
  switch (coding) {
    case Coding::percent:
      return "percent";
    case Coding::percent_twice:
      return "percent_twice";
    case Coding::json_escape:
      return "json";
    case Coding::hex_escape:
      return "hex";
    case Coding::html_entity:
      return "html";
    case Coding::plus:
      return "plus";
  }
  return "";
}

// The bit of a coding in a set of them.
constexpr std::uint8_t bit_of(Coding coding) noexcept {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(coding));
}

// A coded character. `size`: the bytes that code it; 0 if there is no coded character.
struct CodedChar {
  char plain = 0;
  std::uint8_t size = 0;
  std::uint8_t codings = 0;
};

// True for the bytes with which coded characters begin.
constexpr bool begins_coded_char(char c) noexcept { return c == '%' || c == '\\' || c == '&'; }

// Returns the coded character that begins at `at`.
CodedChar coded_char_at(std::string_view text, std::size_t at) noexcept;

// Returns the coded character that ends before `end` and begins at `from` or later.
CodedChar coded_char_before(std::string_view text, std::size_t from, std::size_t end) noexcept;

// Returns the character at `at`, coded or not. Its size is 0 at the end of the text only.
inline CodedChar char_at(std::string_view text, std::size_t at) noexcept {
  if (at >= text.size()) return {};
  const CodedChar literal{text[at], 1, 0};
  if (!begins_coded_char(text[at])) return literal;
  const CodedChar found = coded_char_at(text, at);
  return found.size != 0 ? found : literal;
}

// Writes `coded` with its coded characters undone to `to`, which has room for coded.size() bytes. With `only_tokens`,
// only characters of tokens are undone: letters, digits, '-', '_', '.', '=', and the brackets of masks. Returns the
// number of bytes written.
std::size_t undo_codings(std::string_view coded, bool only_tokens, char* to) noexcept;

}  // namespace assay::log
