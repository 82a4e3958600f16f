// Bytes to text as CPython's json.loads(bytes) does it: the encoding is guessed, surrogates pass.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/arena.h"

namespace assay::codec {

struct JsonText {
  std::string_view text;   // WTF-8 without byte order mark, in `bytes` itself or in the arena
  bool valid = false;      // the bytes are of the guessed encoding
  std::size_t stop = 0;    // byte of `bytes` where they cease to be
  std::size_t prefix = 0;  // bytes of byte order mark left out in front, for UTF-8
};

// json.detect_encoding and bytes.decode(encoding, "surrogatepass") of CPython 3.11: UTF-8, UTF-16 and UTF-32, either
// with a byte order mark or told by their zero bytes (RFC 4627 §3).
JsonText decode_as_python(std::string_view bytes, base::Arena& arena);

}  // namespace assay::codec
