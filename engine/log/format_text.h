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
//   {?}           what follows may be missing; {end}: the line ends here
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "log/format.h"
#include "log/line_time.h"

namespace assay::log {

struct TextRow {
  std::string_view name, pattern;
  std::string_view place;           // of the time, for people; empty: lines have none
  Joining joining = Joining::none;  // how long lines are split
};
// All text formats. If two fit equally many lines, the earlier one counts.
std::span<const TextRow> text_rows() noexcept;

// The format of a row of text_rows(), with times as `time` reads them. `name` is a literal: that of the row, or a
// better one. The flags are those of FileFormat.
std::shared_ptr<const FileFormat> make_text_format(const TextRow& row, std::string_view name, LineTime time,
                                                   bool needs_zone, bool needs_year);

// Whether the line fits the whole pattern of a row of text_rows(), with a time in its place if the pattern has one. The
// facts are those that read() gives, with every form of time. If `is_strict`, a client is an address or a name with a
// dot.
bool fits(const TextRow& row, std::string_view line, const LineTime& time, bool is_strict, base::Arena& arena,
          LineFacts& facts);

}  // namespace assay::log
