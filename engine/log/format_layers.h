// Formats around other formats: lines that carry the line of a program, as a container runtime, journald and syslog
// write them; lines with the colours of a terminal; files whose lines are of several formats.
//
// A carried text is read by a format of its own, which is learnt like that of a file. Thread safe, as formats are.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "log/format.h"
#include "log/line_builder.h"

namespace assay::log {

struct Inner {
  std::shared_ptr<const FileFormat> format;  // null: what the lines carry is not known
  bool has_times = false;                    // the carried lines name times: one without is of another program
  std::vector<std::string> programs;         // whose lines are of the format, if the carrier names programs
  bool gives_time = false;                   // the time of the carried line counts, not that of the carrier
};

// How the carried text stands on its line.
enum class InnerCoding : std::uint8_t {
  plain,
  json,     // as a string, without its quotes
  colours,  // with the escape sequences of a terminal (ECMA-48 §5.4)
};

// Adds what the carried text says to the facts of its line. `written` is that text as it stands on the line.
void read_inner(const Inner& inner, std::string_view written, InnerCoding coding, LineBuilder& to);

bool has_colours(std::string_view line) noexcept;
std::string_view without_colours(std::string_view line, base::Arena& arena);
// The format whose lines may have colours and are of `format` without them.
std::shared_ptr<const FileFormat> make_coloured_format(std::shared_ptr<const FileFormat> format);

// The format of a file in which two programs write, or with which another program went on. A line is of the first of
// `formats` that finds a time on it in its place; of the first one if none does. What the first one says of joining,
// directives and events holds for the file. `formats` is not empty.
std::shared_ptr<const FileFormat> make_mixed_format(std::vector<std::shared_ptr<const FileFormat>> formats,
                                                    std::string name);

}  // namespace assay::log
