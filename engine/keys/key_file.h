// Reads a whole file of keys, which may be compressed. A path that is no file never makes it hang.
#pragma once

#include <atomic>
#include <cstddef>
#include <string>

#include "assay/result.h"

namespace assay::keys {

inline constexpr std::size_t kMaxKeyFileBytes = std::size_t{256} << 20;

// Reads a regular file, or a pipe that the process has open already: /dev/stdin, /proc/self/fd/N
// or /dev/fd/N, which a shell gives for `<(command)`. Named pipes, sockets, devices and directories are refused without
// waiting for them. A pipe that says nothing for a minute is an error; `stop`, set by another thread, ends the wait for
// it early. gzip and zstd are recognised by their first bytes and decompressed; what is stored and what comes out have
// at most `max_bytes`. Errors begin with `name`, hold the system's own error and the mend, and carry the field "keys".
// Thread safe.
Result<std::string> read_key_file(const std::string& path, const std::string& name, const std::atomic<bool>& stop,
                                  std::size_t max_bytes = kMaxKeyFileBytes);

}  // namespace assay::keys
