// The fast reader for JSON objects: flat_object.h reads those on one line and simdjson most others. The exact reader
// (json.h) reads the rest.
//
// The fast reader never rejects a text. It either reports the members of an object that RFC 8259 certainly allows, or
// says "undecided", and the exact reader then accepts or rejects. So the two can be fuzzed against each other: whatever
// this one accepts, parse_json accepts with equal members.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/arena.h"
#include "codec/fast_member.h"
#include "codec/flat_object.h"

namespace assay::codec {

// Not thread safe: one for each thread. Allocates nothing once warm.
class FastObjectReader {
 public:
  FastObjectReader();
  ~FastObjectReader();
  FastObjectReader(const FastObjectReader&) = delete;
  FastObjectReader& operator=(const FastObjectReader&) = delete;

  enum class Outcome : std::uint8_t { object, undecided };
  // Reads `text`, which is followed by kJsonPadding readable bytes, and calls visit(const FastMember&) for each member,
  // in order and with duplicates. Strings are views into `text` or live in `arena`. Calls begin() before the first
  // member, and again if the members visited so far are void. Sets `plain` if every byte is in U+0020 to U+007E.
  template <class Begin, class Visit>
  Outcome read(std::string_view text, base::Arena& arena, bool& plain, Begin&& begin, Visit&& visit) {
    begin();
    plain = flat_.read(text, arena, visit);
    if (plain) return Outcome::object;
    begin();
    if (flat_.read_any(text, arena, visit)) return Outcome::object;
    std::span<const FastMember> members;
    if (read_with_simdjson(text, arena, members) != Outcome::object) return Outcome::undecided;
    begin();
    for (const FastMember& member : members) visit(member);
    return Outcome::object;
  }
  // The same, but returns all members at once, in `arena`.
  Outcome read(std::string_view text, base::Arena& arena, std::span<const FastMember>& members);

  // The value at one pointer or name in a record of NDJSON.
  struct Field {
    bool found = false;
    FastMember value;
  };
  // Reads an object and resolves `pointers` (RFC 6901, valid) in it. Fields live in `arena`.
  Outcome read_fields(std::string_view text, std::span<const std::string_view> pointers, base::Arena& arena,
                      std::span<Field> fields);
  // The same for names of members of the outermost object, with flat_object.h only: cheap, but undecided for any text
  // that is not plain. Fields are views into `text`, lists of them live in `arena`. written(field) is the value as
  // written.
  Outcome read_plain(std::string_view text, std::span<const std::string_view> names, base::Arena& arena,
                     std::span<Field> fields);
  // The same for a text that read_plain has left undecided because of escapes or letters beyond ASCII. Strings with
  // escapes live in `arena`, and written() is not for these fields.
  Outcome read_names(std::string_view text, std::span<const std::string_view> names, base::Arena& arena,
                     std::span<Field> fields);
  static std::string_view written(const Field& field) noexcept { return FlatObjectReader::written(field.value); }

 private:
  // Reads with simdjson.
  Outcome read_with_simdjson(std::string_view text, base::Arena& arena, std::span<const FastMember>& members);

  struct Impl;
  FlatObjectReader flat_;
  std::unique_ptr<Impl> impl_;
};

// simdjson's kernel in use: "icelake", "haswell", "westmere", "fallback".
std::string_view simdjson_kernel() noexcept;

}  // namespace assay::codec
