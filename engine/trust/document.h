// A TOML document as a plain tree, in which each value knows its line.
//
// This is all that the rest of the room sees of TOML. Pure functions, thread safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "assay/instant.h"
#include "assay/result.h"

namespace assay::trust {

struct Member;

// Names and values in the order of their lines.
using Table = std::vector<Member>;

struct Value {
  // time: a date and time with a zone. local: a date or a time without one, which is no moment.
  enum class Kind : std::uint8_t { text, integer, real, boolean, time, local, list, table };

  Kind kind = Kind::text;
  std::uint32_t line = 0;  // from 1
  std::string text;
  std::int64_t integer = 0;
  double real = 0;
  bool boolean = false;
  Instant time;
  std::vector<Value> items;  // of a list
  Table members;             // of a table

  bool is(Kind other) const noexcept { return kind == other; }
  // The member of this name of a table, or null.
  const Value* find(std::string_view name) const noexcept;
};

struct Member {
  std::string name;
  Value value;
};

// "a text", "a number", "a list of tables": what the value is, for a person.
std::string_view kind_of(const Value& value) noexcept;

// Reads a document. The error begins with `name` and the line: "assay.toml:3: ".
Result<Value> parse_document(std::string_view text, std::string_view name);

}  // namespace assay::trust
