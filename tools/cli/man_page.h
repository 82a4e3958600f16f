// Manual pages, made of the table of flags and the list of commands.
#pragma once

#include <string>
#include <string_view>

#include "assay/result.h"

namespace assay::cli {

// The page of a command ("verify", "keys fetch"), or of the program (""), as man(7) reads it: in UTF-8, with a .TH line
// that bears this version and no date, so that two builds are the same. The command must exist.
std::string man_page(std::string_view command);

// "assay-keys-fetch.1"; "assay.1" for the program.
std::string man_file_name(std::string_view command);

// Writes every page into a folder, which is made if it is missing. The error names the path.
Result<void> write_man_pages(const std::string& folder);

}  // namespace assay::cli
