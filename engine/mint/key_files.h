// Files that hold keys.
#pragma once

#include <string>
#include <string_view>

#include "assay/result.h"

namespace assay::mint {

// Creates `path` with mode 0600 and exactly `bytes`. An existing file is an error unless `overwrite`, and is then
// replaced as a whole, so that its old mode does not survive. Nothing is left behind on error.
Result<void> write_private_file(const std::string& path, std::string_view bytes, bool overwrite);
// Creates or replaces `path` with mode 0644 less the umask.
Result<void> write_public_file(const std::string& path, std::string_view bytes);
// The whole of a file of at most 1 MiB.
Result<std::string> read_key_file(const std::string& path);

}  // namespace assay::mint
