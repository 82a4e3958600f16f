// The fast reader for JSON objects: flat_object.h for the plain ones, simdjson for what that leaves, and everything
// unusual left to the exact reader (json.h).
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
  // in order and with duplicates. Strings are views into `text` or live in `arena`. `begin()` is called before the
  // first member, and again where all before was in vain. `plain`: every byte is one of U+0020 to U+007E.
  template <class Begin, class Visit>
  Outcome read(std::string_view text, base::Arena& arena, bool& plain, Begin&& begin, Visit&& visit) {
    begin();
    plain = flat_.read(text, arena, visit);
    if (plain) return Outcome::object;
    std::span<const FastMember> members;
    if (read_any(text, arena, members) != Outcome::object) return Outcome::undecided;
    begin();
    for (const FastMember& member : members) visit(member);
    return Outcome::object;
  }
  // The same, all members at once, in `arena`.
  Outcome read(std::string_view text, base::Arena& arena, std::span<const FastMember>& members);

  // The value that one pointer or name names, in a record of NDJSON.
  struct Field {
    bool found = false;
    FastMember value;
  };
  // Reads an object and resolves `pointers` (RFC 6901, valid) in it. Fields live in `arena`.
  Outcome read_fields(std::string_view text, std::span<const std::string_view> pointers, base::Arena& arena,
                      std::span<Field> fields);
  // The same for names of members of the outermost object, by flat_object.h alone: cheap, and undecided for all that is
  // not plain. Fields are views into `text`, lists of them live in `arena`; written(field) is the value as written.
  Outcome read_plain(std::string_view text, std::span<const std::string_view> names, base::Arena& arena,
                     std::span<Field> fields);
  static std::string_view written(const Field& field) noexcept { return FlatObjectReader::written(field.value); }

 private:
  // By simdjson.
  Outcome read_any(std::string_view text, base::Arena& arena, std::span<const FastMember>& members);

  struct Impl;
  FlatObjectReader flat_;
  std::unique_ptr<Impl> impl_;
};

// simdjson's kernel in use: "icelake", "haswell", "westmere", "fallback".
std::string_view simdjson_kernel() noexcept;

}  // namespace assay::codec
