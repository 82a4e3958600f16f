#!/usr/bin/env python3
"""Writes engine/codec/unprintable.h: the code points that repr() of CPython escapes.

Run with the CPython whose str() the fastmcp profile follows (3.11, Unicode 14):
    python3.11 tools/gen_unprintable.py > engine/codec/unprintable.h
"""

import sys
import unicodedata


def unprintable_ranges():
    first = None
    for code in range(0x80, sys.maxunicode + 2):
        escaped = code <= sys.maxunicode and not chr(code).isprintable()
        if escaped and first is None:
            first = code
        elif not escaped and first is not None:
            yield first, code - 1
            first = None


def main():
    ranges = list(unprintable_ranges())
    print(f"""// Code points from U+0080 on that str.isprintable() of CPython denies, as ranges in order, both ends included.
//
// Made by tools/gen_unprintable.py from Unicode {unicodedata.unidata_version}; do not edit.
#pragma once

namespace assay::codec {{

struct CodeRange {{
  char32_t first;
  char32_t last;
}};

// clang-format off
inline constexpr CodeRange kUnprintable[] = {{""")
    for at in range(0, len(ranges), 4):
        print("    " + " ".join(f"{{0x{a:X}, 0x{b:X}}}," for a, b in ranges[at : at + 4]))
    print("""};
// clang-format on

}  // namespace assay::codec""")


if __name__ == "__main__":
    main()
