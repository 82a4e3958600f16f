// JSON texts as a tree that keeps every detail: the exact reader, for headers, key sets, configuration and all claims
// that the fast reader (json_fast.h) does not decide.
//
// Two dialects. rfc8259: RFC 8259 with UTF-8 (RFC 3629), any number of digits, duplicate names kept, lone surrogate
// escapes allowed. python: what json.loads(bytes) of CPython 3.11 takes: also a BOM, UTF-16 and UTF-32 detected as
// RFC 4627 §3 does, UTF-8 encoded surrogates, NaN, Infinity and -Infinity; integers of at most 4300 digits.
//
// Strings are held as UTF-8 in which a lone surrogate stands as its three bytes (WTF-8).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/arena.h"

namespace assay::codec {

enum class JsonDialect : std::uint8_t { rfc8259, python };
enum class JsonType : std::uint8_t { null, boolean, integer, real, string, array, object };

// Nesting allowed, arrays and objects together. CPython's limit is its recursion limit of 1000 less the caller's
// frames.
inline constexpr int kJsonMaxDepth = 960;

struct JsonMember;

// A value. Lives in the arena given to parse_json, its text there or in the parsed text.
struct JsonNode {
  JsonType type = JsonType::null;
  bool truth = false;     // boolean: the value
  std::string_view text;  // string: unescaped. integer, real: as written (python: "NaN", "Infinity", "-Infinity" too)
  std::string_view raw;   // the value as written, in UTF-8 (WTF-8 in python)
  std::span<const JsonNode> items;      // array
  std::span<const JsonMember> members;  // object, in order, duplicates included

  bool is(JsonType t) const noexcept { return type == t; }
  // The last member of this name, as Python's dict keeps it; null when there is none or this is not an object.
  const JsonNode* find(std::string_view name) const noexcept;
};

struct JsonMember {
  std::string_view name;  // unescaped
  JsonNode value;
};

struct JsonError {
  std::size_t offset = 0;    // byte of the text where reading stopped
  const char* message = "";  // "expected ',' or '}'"; never holds text of the document
};

// Parses the whole of `text`. On failure returns null and says why in `error`, if given. `text` must outlive the tree.
const JsonNode* parse_json(std::string_view text, JsonDialect dialect, base::Arena& arena, JsonError* error = nullptr);

// RFC 6901. `pointer` is "" or begins with '/'. False for a pointer that is malformed.
bool is_json_pointer(std::string_view pointer) noexcept;
// The value that the pointer names, or null. In an object with duplicate names the last counts.
const JsonNode* resolve_json_pointer(const JsonNode& root, std::string_view pointer) noexcept;

// Appends `text` (UTF-8 or WTF-8) as a JSON string with quotes: the shortest escapes, lone surrogates and bytes that
// are not UTF-8 made valid (\udXXX, \ufffd). Output is always valid JSON.
void append_json_string(std::string& to, std::string_view text);
// The same to `to`, which has room for json_string_room(text.size()) bytes. Returns the end of what was written.
char* write_json_string(char* to, std::string_view text);
// A byte becomes a \uXXXX at most; and quotes.
constexpr std::size_t json_string_room(std::size_t bytes) noexcept { return 6 * bytes + 2; }
// Appends a value as it was written, on one line and as valid JSON: line breaks between tokens become spaces, NaN and
// the infinities null, UTF-8 encoded surrogates escapes.
void append_json_line(std::string& to, const JsonNode& value);

// The value as CPython's str() writes it: 'True', "None", "1.5", "1e+22", "['a', 'b']", "{'a': 1}".
std::string python_str(const JsonNode& value);
// CPython's truth: null, false, 0, 0.0, "", [] and {} are false.
bool python_truth(const JsonNode& value);

}  // namespace assay::codec
