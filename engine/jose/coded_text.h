// Text as loggers write it, with its codings undone: "\u002e", "\/", "\x2e", "\056", "%2E", "%252E" and "&#46;" become
// one character each, however deep they are nested. It is made only to find what such codings hide.
//
// A text is decoded leniently and in one pass, so the result may differ from what the writer meant. Thread safe; the
// time is linear in the text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace assay::jose {

struct PlainText {
  std::string text;
  // Where each byte of `text` begins in the coded text, and at last where the coded text ends. Bytes of one coded
  // character begin at one place.
  std::vector<std::size_t> begins;

  // Whether the byte stands in the coded text as it is.
  bool is_literal(std::size_t at) const noexcept { return begins[at + 1] - begins[at] == 1; }
};

// Returns false if undo_codings would change nothing.
bool may_be_coded(std::string_view text) noexcept;

// A run of backslashes of odd length before '"' is one with it. A run of even length ends before the '"', which stays a
// literal: so a quote that ends a JSON string is never part of a coded character.
PlainText undo_codings(std::string_view coded);

// The same for one level of JSON (RFC 8259 §7): a JSON reader reads the strings of `json` so. Everything that is not an
// escape of JSON stays.
PlainText undo_json_escapes(std::string_view json);

}  // namespace assay::jose
