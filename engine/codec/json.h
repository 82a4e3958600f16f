// The exact reader of JSON: it makes a tree that keeps every detail. It reads headers, key sets, configuration and all
// claims that the fast reader (json_fast.h) does not decide.
//
// There are two dialects. rfc8259 is RFC 8259 in UTF-8 (RFC 3629), with any number of digits; it keeps duplicate names
// and allows lone surrogate escapes. python is what json.loads(bytes) of CPython 3.11 takes: in addition a BOM, UTF-16
// and UTF-32 (detected as in RFC 4627 §3), surrogates encoded in UTF-8, NaN, Infinity and -Infinity, but integers of at
// most 4300 digits.
//
// Strings are UTF-8 in which a lone surrogate stands as its three bytes (WTF-8).
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

// The nesting of arrays and objects that is allowed. CPython's limit is its recursion limit of 1000, less the frames of
// the caller; with FastMCP in process Python 3.11 stops here.
inline constexpr int kJsonMaxDepth = 960;
inline constexpr int kPythonMaxDepth = 980;

struct JsonMember;

// A value. It lives in the arena given to parse_json; its text lives there or in the parsed text.
struct JsonNode {
  JsonType type = JsonType::null;
  bool truth = false;     // boolean: the value
  std::string_view text;  // string: unescaped. integer, real: as written (python: "NaN", "Infinity", "-Infinity" too)
  std::string_view raw;   // the value as written, in UTF-8 (WTF-8 in python)
  std::span<const JsonNode> items;      // array
  std::span<const JsonMember> members;  // object, in order, duplicates included

  bool is(JsonType t) const noexcept { return type == t; }
  // Returns the last member of this name, the one that Python's dict keeps. Null if there is none or if this is not an
  // object.
  const JsonNode* find(std::string_view name) const noexcept;
};

struct JsonMember {
  std::string_view name;  // unescaped
  JsonNode value;
};

struct JsonError {
  std::size_t offset = 0;    // the byte of the text at which reading stopped
  const char* message = "";  // "expected ',' or '}'"; never holds text of the document
};

// Parses the whole of `text`, which must outlive the tree. On failure returns null and explains it in `error`, if
// given.
const JsonNode* parse_json(std::string_view text, JsonDialect dialect, base::Arena& arena, JsonError* error = nullptr);

// Returns whether `pointer` is well-formed (RFC 6901): it is "" or begins with '/', and '~' is followed by 0 or 1.
bool is_json_pointer(std::string_view pointer) noexcept;
// Returns the value that the pointer names, or null. In an object with duplicate names the last one counts.
const JsonNode* resolve_json_pointer(const JsonNode& root, std::string_view pointer) noexcept;

// True for characters that change what a terminal or a viewer shows beside them, and are written as escapes: C0, DEL
// and C1, the line separators U+2028 and U+2029, and the marks of writing direction (Unicode TR9).
bool is_unsafe_to_show(char32_t code) noexcept;
// Appends \uXXXX; `code` is below U+10000.
void append_unicode_escape(std::string& to, char32_t code);
// Appends text of unknown origin so that a person sees all of it, and no terminal or page obeys it: what
// is_unsafe_to_show, characters without width, those that Unicode reserves and bytes that are not UTF-8 become \uXXXX.
// (Trojan Source, CVE-2021-42574.)
void append_visible(std::string& to, std::string_view text);

// Appends `text` (UTF-8 or WTF-8) as a JSON string with quotes and the shortest escapes. Lone surrogates become \udXXX,
// bytes that are not UTF-8 become \ufffd, and what is_unsafe_to_show becomes an escape, so the output is always valid
// JSON on one line.
void append_json_string(std::string& to, std::string_view text);
// The same, written to `to`, which has room for json_string_room(text.size()) bytes. Returns the end of the string.
char* write_json_string(char* to, std::string_view text);
// Each byte becomes \uXXXX at most, and there are two quotes.
constexpr std::size_t json_string_room(std::size_t bytes) noexcept { return 6 * bytes + 2; }
// Appends a value as it was written, but on one line and as valid JSON: line breaks between tokens become spaces, NaN
// and the infinities become null, and surrogates encoded in UTF-8 become escapes.
void append_json_line(std::string& to, const JsonNode& value);

// The value as CPython's str() writes it: 'True', "None", "1.5", "1e+22", "['a', 'b']", "{'a': 1}".
std::string python_str(const JsonNode& value);
// CPython's truth: null, false, 0, 0.0, "", [] and {} are false.
bool python_truth(const JsonNode& value);

// Calls `append` for each of `items`, and appends commas between them.
template <class Items, class Append>
void append_list(std::string& to, const Items& items, const Append& append) {
  bool first = true;
  for (const auto& item : items) {
    if (!first) to += ',';
    first = false;
    append(item);
  }
}

// One object: opened by the constructor, closed by the destructor. Holds a reference to the text, which outlives it.
class JsonObject {
 public:
  explicit JsonObject(std::string& to) : to_(to) { to_ += '{'; }
  ~JsonObject() { to_ += '}'; }
  JsonObject(const JsonObject&) = delete;
  JsonObject& operator=(const JsonObject&) = delete;

  // Appends the name and its colon. Returns the text, to which the caller appends the value.
  std::string& name(std::string_view name) {
    if (!first_) to_ += ',';
    first_ = false;
    append_json_string(to_, name);
    return to_ += ':';
  }
  void number(std::string_view member, std::uint64_t number) { name(member) += std::to_string(number); }
  void truth(std::string_view member, bool truth) { name(member) += truth ? "true" : "false"; }
  void text(std::string_view member, std::string_view text) { append_json_string(name(member), text); }

 private:
  std::string& to_;
  bool first_ = true;
};

}  // namespace assay::codec
