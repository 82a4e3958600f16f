// Collects the facts of one line. Not thread safe; it lives while one line is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/arena.h"
#include "log/line_facts.h"

namespace assay::log {

// Regions beyond this many are left out; tokens in them get their place from the text before them. So many take a few
// MiB.
inline constexpr std::size_t kMostRegions = 65536;

// Whether a text is an IPv4 address, or an IPv6 address without dots.
bool is_address(std::string_view text) noexcept;

// The status that a text is: three digits, perhaps in quotes; 0 if it is none.
std::uint16_t status_of(std::string_view text) noexcept;

// The names of fields whose place in a request is known, in any case and with any separators: "request_Authorization",
// "cs(Cookie)", "referer", "requestQuery".
enum class FieldSense : std::uint8_t { none, authorization, cookie, query, fragment, referrer, body, url, request };
FieldSense sense_of(std::string_view name) noexcept;

class LineBuilder {
 public:
  // All texts given later are parts of `line`, unless their function says otherwise.
  LineBuilder(std::string_view line, base::Arena& arena) noexcept : line_(line), arena_(arena) {}

  LineFacts facts;

  // An address, with or without a port, brackets and quotes; of a list, the last one. Only the first that is one
  // counts.
  void client(std::string_view text);
  void method(std::string_view text);
  void status(std::string_view text) noexcept;
  bool has_status() const noexcept { return facts.status != 0; }
  // "GET /path?query HTTP/1.1", perhaps cut.
  void request(std::string_view text);
  // "/path?query#fragment" or an absolute URL: sets the path, unless there is one, and the regions.
  void url(std::string_view text);
  // Only the regions of a URL.
  void url_regions(std::string_view text);
  void path(std::string_view text);
  // What an application says in its own words, up to the end of the line. Tokens in it stand in text. If it names one
  // address, and no other, that is the client.
  void message(std::string_view text);
  // A text that stands there. Empty ones are left out.
  void region(std::string_view text, Where where);
  // The regions that follow from what a field is called.
  void field(FieldSense sense, std::string_view text);

  // A text that is not a part of the line may be given where only a view is kept.
  base::Arena& arena() noexcept { return arena_; }
  LineFacts finish();

 private:
  std::string_view line_;
  base::Arena& arena_;
  Region* regions_ = nullptr;
  std::size_t count_ = 0, room_ = 0;
};

// An escape of a JSON string: "\\n", "\\u00e9".
struct JsonEscape {
  std::size_t written = 1;  // bytes
  std::size_t plain = 1;    // bytes of what it stands for; of an escape that JSON does not know, the backslash
  char bytes[4];            // UTF-8
};
// Reads the escape that a text begins with; its first byte is a backslash.
JsonEscape json_escape_at(std::string_view text) noexcept;

// Undoes JSON escapes if there are any; then the result is in the arena. Escapes that JSON does not know stay.
std::string_view unescape_json(std::string_view text, base::Arena& arena);

}  // namespace assay::log
