// Text for a terminal in lines of a width. Pure functions, thread safe.
#pragma once

#include <cstddef>
#include <string>

namespace assay::cli {

// Appends the words of `text` in lines of at most `width` columns, if no word is longer: the first line behind `head`,
// the others as far in as `head` is wide.
void append_wrapped(std::string& to, const std::string& head, const std::string& text, std::size_t width);

}  // namespace assay::cli
