// A member of a JSON object as the fast readers give it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace assay::codec {

// Readable bytes that must follow a text given to a fast reader.
inline constexpr std::size_t kJsonPadding = 64;

// Views into the text that was read or the arena that was given. What a kind does not mention is unspecified.
struct FastMember {
  enum class Kind : std::uint8_t {
    null,
    boolean,       // truth
    integer,       // text: the value, which fits int64, written canonically ("0", not "-0")
    real,          // text: as written. Only the flat reader gives it: simdjson keeps no text, so there it is `other`
    string,        // text: unescaped
    string_array,  // items: every element is a string
    other,         // larger integer, object, mixed array: use the exact reader for its value
  };
  std::string_view name;  // unescaped
  std::string_view text;  // of the flat reader: any other value as written
  std::span<const std::string_view> items;
  Kind kind = Kind::other;
  bool truth = false;
};

}  // namespace assay::codec
