// What is said of inputs that cannot be read, or not to their end. Each message is a sentence that names the input.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "archive/compression.h"
#include "assay/result.h"
#include "base/file_kind.h"

namespace assay::input {

inline bool is_standard_input(const std::string& path) { return path == "-"; }
// "standard input" for "-".
std::string shown(const std::string& path);

// `error`: an errno.
Error cannot_read(const std::string& path, int error);
// `compression`: in which the bytes of this kind were; null: in none.
Error is_no_text(const std::string& path, const base::FileKind& kind, const archive::Compression* compression);
// `at`: the bytes of the archive that were read.
Error is_cut_off(const std::string& path, const archive::Compression& compression, std::uint64_t at);
Error is_broken(const std::string& path, const archive::Compression& compression, std::uint64_t at,
                std::string_view fault);

// "it is xz data; decompress it first: xzcat NAME", "its gzip data hold a tar archive; unpack it ...".
std::string holds(const std::string& path, const base::FileKind& kind, const archive::Compression* compression);

// Remarks: nothing is lost.
std::string has_garbage(const std::string& path, const archive::Compression& compression, std::uint64_t at);
std::string is_padded(const std::string& path, const archive::Compression& compression, std::uint64_t bytes);
// `why`: "it is a named pipe".
std::string is_skipped(const std::string& path, std::string_view why);

}  // namespace assay::input
