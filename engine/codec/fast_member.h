// A member of a JSON object, as the fast readers report it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace assay::codec {

// Readable bytes that must follow a text given to a fast reader.
inline constexpr std::size_t kJsonPadding = 64;

// Holds views into the text or into the reader's arena. A field that the kind does not mention is unspecified.
struct FastMember {
  enum class Kind : std::uint8_t {
    null,
    boolean,       // truth
    integer,       // text: the value, which fits int64, written canonically ("0", not "-0")
    real,          // text: as written. Only the flat reader reports it; simdjson keeps no text and reports `other`
    string,        // text: unescaped
    string_array,  // items: every element is a string
    other,         // a larger integer, an object, a mixed array: use the exact reader for the value
  };
  std::string_view name;  // unescaped
  std::string_view text;  // from the flat reader, any other value as written
  std::span<const std::string_view> items;
  Kind kind = Kind::other;
  bool truth = false;
};

}  // namespace assay::codec
