#!/usr/bin/env python3
"""Checks the rooms of engine/README.md: every #include points down, none goes round in a circle, no room is too full,
and hash tables are the keyed ones of base/keyed_hash.h.

    check_layers.py [ROOT]

Prints one line a violation, FILE:LINE: what is wrong. Exit status 1 where there is any.
"""
import os
import re
import sys

# The rooms from the bottom up, and the rooms right below each. A room may include the headers of these, of all that
# lie below them, its own and the public ones (assay/).
RIGHT_BELOW = {
    "base": [],
    "codec": ["base"],
    "kernel": ["base"],
    "jwk": ["codec"],
    "jose": ["codec"],
    "log": ["jose"],
    "digest": ["kernel"],
    "mint": ["jose", "jwk", "digest"],
    "key_archive": ["jwk", "digest"],
    "trust": ["jose", "digest"],
    "keys": ["archive", "trust", "jwk"],
    "signature": ["keys"],
    "lanes": ["kernel", "signature"],
    "memo": ["keys"],
    "verify": ["lanes", "memo"],
    "columns": ["verify", "tally"],
    "page": ["codec"],
    "archive": ["base"],
    "input": ["archive", "codec", "digest"],
    "tally": ["jose", "digest"],
    "writers": ["input", "log", "digest"],
    "report": ["page", "tally"],
    "stream": ["input", "writers", "verify", "report"],
    "audit": ["stream", "log"],
    "include": [],
}
# A unit is a header, a source, or both under one name. A room of more is two rooms. The mathematics of kernel/ has
# folders of its own, each of which counts as a room.
MOST_UNITS = 20


def all_below(room):
    return {below for right in RIGHT_BELOW[room] for below in {right} | all_below(right)}


BELOW = {room: all_below(room) for room in RIGHT_BELOW}
ROOMS = set(BELOW) - {"include"}
OUTSIDE = ("tools/cli", "tools/bench", "tools/python", "bench", "tests")  # above the engine: may include every room

# first part of a library's header -> rooms that may use it
LIBRARIES = {
    "openssl": {"digest", "keys", "signature", "lanes", "verify", "mint"},
    "simdjson.h": {"codec"},
    "tbb": {"audit", "stream"},
    "oneapi": {"audit", "stream"},
    "isa-l": {"archive"},
    "zstd.h": {"archive"},
    "zstd_errors.h": {"archive"},
    "curl": {"keys"},
    "toml++": {"trust"},
    "CLI": set(),
}
ISA_SUFFIXES = ("_avx2.cc", "_avx512.cc", "_vbmi.cc", "_ifma.cc", "_shani.cc", "_neon.cc")
# Headers of the standard C++ library: no slash, no dot.
STANDARD = re.compile(r"^[a-z0-9_]+$")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
INTRINSICS = re.compile(r"^(imm|x86|x86gpr|emm|avx\w*|smm|nmm|tmm|pmm|xmm)intrin\.h$|^arm_neon\.h$")


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
    if inside and target in ("unordered_map", "unordered_set") and path != "engine/base/keyed_hash.h":
        return "std::hash can be foreseen by those who send the texts; use base/keyed_hash.h"
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
            return "a public header includes only the standard library and assay/"
        if first not in ROOMS:
            return f'"{target}" names no room'
        return None if first in BELOW[room] else f"{room} may not include {first}"
    if room == "include":
        return None if STANDARD.match(target) else "a public header includes only the standard library and assay/"
    if first in LIBRARIES and room not in LIBRARIES[first]:
        return f"{first} may be included only in {', '.join(sorted(LIBRARIES[first])) or 'tools/cli'}"
    if first in ("openssl", "curl") and path.endswith(".h") and not parts[-1].startswith(f"{first}_"):
        return f"{first} may be included only by .cc files and {first}_*.h"
    if first in ("simdjson.h", "toml++") and path.endswith(".h"):
        return f"{first.removesuffix('.h')} may be included only by .cc files"
    return None


def circles_of(includes):
    """Lists the circles among the units of one room: `includes` maps each unit to the units that it includes."""
    found, done = [], set()

    def walk(unit, path):
        if unit in path:
            found.append(path[path.index(unit):] + [unit])
            return
        if unit in done:
            return
        for other in sorted(includes.get(unit, ())):
            walk(other, path + [unit])
        done.add(unit)

    for unit in sorted(includes):
        walk(unit, [])
    return found


def unit_of(path):
    """engine/lanes/rsa_lanes.h -> lanes/rsa_lanes: a header and its source are one unit."""
    return os.path.splitext(path.split("/", 1)[1])[0]


def check_rooms(units):
    """`units`: folder -> unit -> units that it includes. Returns the lines that say what is wrong."""
    lines = []
    for folder, includes in sorted(units.items()):
        if len(includes) > MOST_UNITS:
            lines.append(f"engine/{folder}: {len(includes)} units; a room of more than {MOST_UNITS} is two rooms")
    merged = {unit: others for includes in units.values() for unit, others in includes.items()}
    for circle in circles_of(merged):
        lines.append(f"engine/{circle[0]}: a circle of includes: {' -> '.join(circle)}")
    return lines


def main():
    root = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
    files = faults = 0
    units = {}  # folder of the engine -> unit -> units that it includes
    for top in ("engine",) + OUTSIDE:
        for folder, _, names in sorted(os.walk(os.path.join(root, top))):
            for name in sorted(names):
                if not name.endswith((".cc", ".h", ".inc")):
                    continue
                files += 1
                full = os.path.join(folder, name)
                path = os.path.relpath(full, root).replace(os.sep, "/")
                own = units.setdefault(path.split("/", 1)[1].rsplit("/", 1)[0], {}).setdefault(
                    unit_of(path), set()) if top == "engine" else set()
                with open(full, encoding="utf-8") as text:
                    for number, line in enumerate(text, 1):
                        match = INCLUDE.match(line)
                        if match and match.group(1) == '"' and top == "engine":
                            own.add(os.path.splitext(match.group(2))[0])
                        fault = match and fault_of(path, match.group(1), match.group(2))
                        if fault:
                            faults += 1
                            print(f"{path}:{number}: {fault}: {line.strip()}")
    if files == 0:
        print(f"check_layers.py: no source found under {root}", file=sys.stderr)
        return 2
    units.pop("include/assay", None)
    for includes in units.values():
        for unit, others in includes.items():
            others.discard(unit)
    for line in check_rooms(units):
        faults += 1
        print(line)
    print(f"layers: {files} files, {faults} violations")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
