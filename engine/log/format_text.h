// Text formats: one pattern a format, read from left to right in one pass without turning back.
//
// A pattern is text in which fields stand in braces. A field goes up to the first place where the text behind it in the
// pattern stands; in quotes it goes up to the next quote that no backslash escapes. A blank is exactly one blank.
//   {-}           any text without blanks (in quotes: any text)
//   {*}           any text
//   {#}           digits
//   {level}       a word such as WARN
//   {client} {status} {method} {request} {url}        what their names say
//   {address}     the client's address, and no name
//   {peer}        the client's address, a colon and its port
//   {referrer} {authorization} {cookie} {query}       a region
//   {user}        up to the last '[' before the first quote: clients choose user names, which may hold brackets
//   {time}        a time as a whole; {time>} is one that the rest of the line begins with,
//                 perhaps behind more blanks
//   {stream} {tag}  "stdout" or "stderr", and "P" or "F", perhaps with more behind a colon (CRI)
//   {nginx} {apache}  the rest of an error message, which may name the client and the request
//   {module}      of Apache: a word with a colon, or a level
//   {captures}    of HAProxy: texts in braces, or nothing
//   {lead}        what may stand before a time: brackets around a word, levels, process ids, quotes; one word and a
//                 colon. It ends at the first time
//   {structured}  structured data of syslog (RFC 5424 §6.3)
//   {service} {pod}   the name of a service of docker compose with blanks behind it; of a pod or container
//   {host}        the name of a host
//   {program}     the name of the program whose line is carried, perhaps with a process id in brackets
//   {_}           blanks, or nothing
//   {inner}       what the line carries: the line of another program
//   {fields}      the text behind the last tab, if it is a JSON object, as {inner}
//   {?}           what follows may be missing; {end}: the line ends here
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "log/format.h"
#include "log/format_layers.h"
#include "log/line_time.h"

namespace assay::log {

// What the rows with {inner} say of a file.
enum class Carrying : std::uint8_t {
  perhaps,  // the row is one whatever its lines carry
  any,      // so, and its lines are of many programs
  always,   // the row is one only if what its lines carry is of a known format
};

struct TextRow {
  std::string_view name, pattern;
  std::string_view place;           // of the time, for people; empty: lines have none
  Joining joining = Joining::none;  // how long lines are split
  Carrying carrying = Carrying::perhaps;
};
// All text formats. If two fit equally many lines, the earlier one counts.
std::span<const TextRow> text_rows() noexcept;

// Whether lines of the row carry others.
bool has_inner(const TextRow& row) noexcept;
// Whether each line of the row is about one request.
bool is_of_requests(const TextRow& row) noexcept;
// Whether a line of the row can hardly be anything else, so that it is known anywhere in a file.
bool is_distinct(const TextRow& row) noexcept;

// How a file of a row is read.
struct TextReading {
  std::string name;  // that of the row, or a better one
  LineTime time;
  bool needs_zone = false, needs_year = false;  // as FileFormat
  Inner inner;                                  // of a row that has one
};
std::shared_ptr<const FileFormat> make_text_format(const TextRow& row, TextReading reading);

struct TextFit {
  LineFacts facts;           // as read() gives them, with every form of time
  std::string_view inner;    // what the line carries; empty: nothing
  std::string_view program;  // that wrote it; empty: the row names none
};
// Nothing if the line does not fit the whole pattern of a row of text_rows(), with a time in its place if the pattern
// has one. If `is_strict`, a client is an address or a name with a dot.
std::optional<TextFit> fit(const TextRow& row, std::string_view line, const LineTime& time, bool is_strict,
                           base::Arena& arena);

}  // namespace assay::log
