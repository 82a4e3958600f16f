// Decodes bytes as CPython's json.loads(bytes) does: it guesses the encoding and lets surrogates pass.
#pragma once

#include <cstddef>
#include <string_view>

#include "base/arena.h"

namespace assay::codec {

struct JsonText {
  std::string_view text;   // WTF-8 without byte order mark, in `bytes` itself or in the arena
  bool valid = false;      // the bytes are valid in the guessed encoding
  std::size_t stop = 0;    // if not valid: the first byte of `bytes` that is wrong
  std::size_t prefix = 0;  // the size of the byte order mark that `text` leaves out, for UTF-8
};

// Does what json.detect_encoding and bytes.decode(encoding, "surrogatepass") of CPython 3.11 do. UTF-8, UTF-16 and
// UTF-32 are recognised by a byte order mark or by their zero bytes (RFC 4627 §3).
JsonText decode_as_python(std::string_view bytes, base::Arena& arena);

}  // namespace assay::codec
