#!/usr/bin/env python3
"""Checks that every #include points down the layers of engine/README.md, and that outside libraries stay in their rooms.

    check_layers.py [ROOT]

Prints one line a violation, FILE:LINE: what is wrong. Exit status 1 where there is any.
"""
import os
import re
import sys

# room -> rooms whose headers it may include, besides its own and the public ones (assay/)
BELOW = {
    "base": set(),
    "codec": {"base"},
    "kernel": {"base"},
    "jose": {"base", "codec"},
    "mint": {"base", "codec"},
    "digest": {"base", "codec", "kernel", "jose"},
    "keys": {"base", "codec", "kernel", "jose", "digest"},
    "signature": {"base", "codec", "kernel", "jose", "digest", "keys"},
    "lanes": {"base", "codec", "kernel", "jose", "digest", "keys", "signature"},
    "memo": {"base", "codec", "kernel", "jose", "digest", "keys"},
    "verify": {"base", "codec", "kernel", "jose", "digest", "keys", "signature", "lanes", "memo"},
    "stream": {"base", "codec", "jose", "digest", "keys", "signature", "memo", "verify"},
    "include": set(),
}
ROOMS = set(BELOW) - {"include"}
OUTSIDE = ("tools/cli", "tools/bench", "bench", "tests")  # above the engine: may include every room

# first part of a library's header -> rooms that may use it
LIBRARIES = {
    "openssl": {"digest", "keys", "signature", "lanes", "memo", "verify", "mint"},
    "simdjson.h": {"codec"},
    "tbb": {"stream"},
    "oneapi": {"stream"},
    "zlib.h": {"stream"},
    "zstd.h": {"stream"},
    "curl": {"keys"},
    "CLI": set(),
}
ISA_SUFFIXES = ("_avx2.cc", "_avx512.cc", "_vbmi.cc", "_ifma.cc", "_shani.cc")
# Headers of the standard C++ library: no slash, no dot.
STANDARD = re.compile(r"^[a-z0-9_]+$")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
INTRINSICS = re.compile(r"^(imm|x86|x86gpr|emm|avx\w*|smm|nmm|tmm|pmm|xmm)intrin\.h$")


def is_isa_file(room, path):
    """Files that are compiled for one instruction set: kernel/<isa>/ and codec's *_<isa>.cc."""
    if room == "kernel":
        return len(path.split("/")) >= 4
    return room == "codec" and path.endswith(ISA_SUFFIXES)


def fault_of(path, quote, target):
    """What is wrong with this include in this file, or None. `path` is relative to the root, with slashes."""
    parts = path.split("/")
    inside = parts[0] == "engine"
    room = parts[1] if inside else None
    first = target.split("/")[0]
    if INTRINSICS.match(target) and not (inside and is_isa_file(room, path)):
        return "intrinsics belong into codec's ISA files and engine/kernel/<isa>"
    if not inside:
        # Tests have OpenSSL for their oracle, benchmarks for their unit of measure.
        if first == "openssl" and parts[0] not in ("tests", "bench") and not path.startswith("tools/bench/"):
            return "OpenSSL's headers are included by the engine, the tests and the benchmarks"
        return None
    if room not in BELOW:
        return f"engine/{room} is no room of the layer table"
    if quote == '"':
        if first == "assay":
            return None
        if first == room and room != "include":
            return None
        if room == "include":
            return "a public header includes the standard library and assay/ alone"
        if first not in ROOMS:
            return f'"{target}" names no room'
        return None if first in BELOW[room] else f"{room} may not include {first}"
    if room == "include":
        return None if STANDARD.match(target) else "a public header includes the standard library and assay/ alone"
    if first in LIBRARIES and room not in LIBRARIES[first]:
        return f"{first} belongs into {', '.join(sorted(LIBRARIES[first])) or 'tools/cli'} alone"
    if first in ("openssl", "curl") and path.endswith(".h") and not parts[-1].startswith(("openssl_",)):
        return f"{first} may be included by .cc files and openssl_*.h alone"
    if first == "simdjson.h" and path.endswith(".h"):
        return "simdjson may be included by .cc files alone"
    return None


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    files = faults = 0
    for top in ("engine",) + OUTSIDE:
        for folder, _, names in sorted(os.walk(os.path.join(root, top))):
            for name in sorted(names):
                if not name.endswith((".cc", ".h", ".inc")):
                    continue
                files += 1
                full = os.path.join(folder, name)
                path = os.path.relpath(full, root).replace(os.sep, "/")
                with open(full, encoding="utf-8") as text:
                    for number, line in enumerate(text, 1):
                        match = INCLUDE.match(line)
                        fault = match and fault_of(path, match.group(1), match.group(2))
                        if fault:
                            faults += 1
                            print(f"{path}:{number}: {fault}: {line.strip()}")
    if files == 0:
        print(f"check_layers.py: no source found under {root}", file=sys.stderr)
        return 2
    print(f"layers: {files} files, {faults} violations")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
