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
// The secret in a file's bytes: all of them, but one final newline ("\n" or "\r\n") of a text file (UTF-8 whose only
// control characters are tab, CR and LF) is not part of it.
std::string_view secret_of_file(std::string_view bytes);

}  // namespace assay::mint
