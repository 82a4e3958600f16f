// Small files that may be compressed, whole in memory.
#pragma once

#include <cstddef>
#include <string>

#include "assay/result.h"

namespace assay::archive {

// Returns what an archive holds, recognised by its first bytes, or the bytes themselves if they are no archive. At most
// `most` bytes come out, however small the archive is. The error is a part of a sentence: "its gzip data are cut off at
// byte 12", "its gzip data hold more than 256 MiB". Leaves no copy in freed memory, since the bytes may be a secret.
Result<std::string> unpacked(std::string bytes, std::size_t most);

}  // namespace assay::archive
