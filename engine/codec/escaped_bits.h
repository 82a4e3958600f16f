// Which quotes of a JSON text count. For the files that are compiled for one instruction set: no two share this code.
#pragma once

#include <cstdint>

namespace assay::codec {
namespace {

// Returns the bits of the bytes that a backslash before them escapes. `first` says whether the first byte of the block
// is one, and then whether the first of the next block is.
inline std::uint64_t escaped_in(std::uint64_t backslashes, bool& first) noexcept {
  std::uint64_t escaped = first ? 1 : 0;
  first = false;
  backslashes &= ~escaped;
  while (backslashes != 0) {
    const std::uint64_t backslash = backslashes & (0 - backslashes), next = backslash << 1;
    first = next == 0;
    escaped |= next;
    backslashes &= ~(backslash | next);
  }
  return escaped;
}

}  // namespace
}  // namespace assay::codec
