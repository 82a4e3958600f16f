// Files that hold keys.
#pragma once

#include <string>
#include <string_view>

#include "assay/result.h"

namespace assay::mint {

// Writes a file of mode 0600. A file of that name is an error with the field "overwrite" unless `overwrite`, even if it
// appeared only while this was written; with `overwrite` it is replaced, and its old mode and a symbolic link with it.
// The file appears whole or not at all.
Result<void> write_private_file(const std::string& path, std::string_view bytes, bool overwrite);
// Writes or replaces a file, whole or not at all. A new one has mode 0644 less the umask, another keeps its mode.
Result<void> write_public_file(const std::string& path, std::string_view bytes);
// Returns a whole file of at most 1 MiB.
Result<std::string> read_key_file(const std::string& path);

}  // namespace assay::mint
