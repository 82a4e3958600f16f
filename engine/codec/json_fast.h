// The fast reader for flat JSON objects: simdjson, with everything unusual left to the exact reader (json.h).
//
// It never rejects: it either gives the members of an object that RFC 8259 certainly allows, or says "not decided", and
// the exact reader then accepts or rejects. So the two can be fuzzed against one another: whatever this accepts,
// parse_json accepts with equal members.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/arena.h"

namespace assay::codec {

// Readable bytes that must follow a text given to FastObjectReader.
inline constexpr std::size_t kJsonPadding = 64;

struct FastMember {
  enum class Kind : std::uint8_t {
    null,
    boolean,
    integer,       // fits int64
    string,        // text
    string_array,  // items: every element is a string
    other,         // real, larger integer, object, mixed array: use the exact reader for its value
  };
  std::string_view name;  // unescaped
  Kind kind = Kind::other;
  bool truth = false;
  std::int64_t integer = 0;
  std::string_view text;
  std::span<const std::string_view> items;
};

// Not thread safe: one for each thread. Allocates nothing once warm.
class FastObjectReader {
 public:
  FastObjectReader();
  ~FastObjectReader();
  FastObjectReader(const FastObjectReader&) = delete;
  FastObjectReader& operator=(const FastObjectReader&) = delete;

  enum class Outcome : std::uint8_t { object, undecided };
  // Reads `text`, which is followed by kJsonPadding readable bytes. `members` (in order, duplicates included) and their
  // strings live in `arena`.
  Outcome read(std::string_view text, base::Arena& arena, std::span<const FastMember>& members);

  // The value that one pointer names, in a record of NDJSON.
  struct Field {
    bool found = false;
    FastMember value;
  };
  // Reads an object and resolves `pointers` (RFC 6901, valid) in it. Fields live in `arena`.
  Outcome read_fields(std::string_view text, std::span<const std::string_view> pointers, base::Arena& arena,
                      std::span<Field> fields);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// simdjson's kernel in use: "icelake", "haswell", "westmere", "fallback".
std::string_view simdjson_kernel() noexcept;

}  // namespace assay::codec
