"""Audits an incident as large as wanted, and checks that every token of it is found once, in its place.

    ASSAY_PROGRAM=build/release/assay python3 large.py [--seed S] [--lines N] [--copies K] [--made FOLDER]

Run by hand. An incident of N lines is made and audited; incident_test.py compares its verdicts with the truth. Then each
log is written K times behind itself (archives as further members), and the verdicts on each copy must be those on the first:
same file, number on the line, time, client, reasons and the rest, with `line` and `offset` as far on as the copies before
it are long. 40,000 lines and 100 copies are 4,000,000 lines. Prints time and memory of the large run.
"""
import argparse
import gzip
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

import incident_test

HERE = os.path.dirname(os.path.abspath(__file__))


def uncompressed(path, data):
    if path.endswith(".gz"):
        return gzip.decompress(data)
    if path.endswith(".zst"):
        return subprocess.run(["zstd", "-q", "-d", "-c", path], stdout=subprocess.PIPE, check=True).stdout
    return data


def multiply(logs, copies):
    """Writes each log so often behind itself. Returns lines and bytes of one copy, by path; None for what stays as it is."""
    sizes = {}
    for folder, _, names in os.walk(logs):
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                data = file.read()
            text = uncompressed(path, data)
            relative = os.path.relpath(path, logs)
            if not text.endswith(b"\n"):
                sizes[relative] = None  # a line would go on in the next copy
                continue
            sizes[relative] = (text.count(b"\n"), len(text))
            changed = os.stat(path).st_mtime_ns
            with open(path, "wb") as file:
                for _ in range(copies):
                    file.write(data)
            os.utime(path, ns=(changed, changed))
    return sizes


def shifted(record, sizes, copy):
    """The record as it must be on a later copy; its number in the run is not compared."""
    lines, size = sizes[os.path.relpath(record["file"], "incident/logs")]
    return dict(record, record=0, line=record["line"] + copy * lines, offset=record["offset"] + copy * size)


def compare(folder, once, sizes, copies):
    faults = []
    seen = {}
    with open(os.path.join(folder, "found.ndjson"), encoding="utf-8") as file:
        for text in file:
            record = json.loads(text)
            path = os.path.relpath(record["file"], "incident/logs")
            if sizes[path] is None:
                continue
            copy, line = divmod(record["line"] - 1, sizes[path][0])
            place = (path, line + 1, record["nth"])
            seen[place] = seen.get(place, 0) + 1
            if place not in once:
                faults.append((place, copy, "not in the first copy"))
            elif dict(record, record=0) != shifted(once[place], sizes, copy):
                faults.append((place, copy, "another verdict"))
    for place in once:
        if sizes[place[0]] is not None and seen.get(place, 0) != copies:
            faults.append((place, seen.get(place, 0), f"times found, not {copies}"))
    return faults, sum(seen.values())


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--lines", type=int, default=40_000)
    arguments.add_argument("--copies", type=int, default=100)
    arguments.add_argument("--made", help="take the incident of this folder, as incident_test.py --keep left it")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="assay-large-") as folder:
        if given.made:
            shutil.copytree(given.made, folder, dirs_exist_ok=True)
            with open(os.path.join(folder, "truth.json"), encoding="utf-8") as file:
                truth = json.load(file)
        else:
            truth = incident_test.make(folder, given.seed, given.lines)
        once, twice, _ = incident_test.audit(folder, truth)
        sizes = multiply(os.path.join(folder, "incident", "logs"), given.copies)
        began = time.monotonic()
        done = incident_test.run(folder, truth)
        seconds = time.monotonic() - began
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10
        faults, tokens = compare(folder, once, sizes, given.copies)
        faults += [(place, 0, "found twice") for place in twice]
    for fault in faults[:incident_test.SHOWN]:
        print(*fault)
    left_out = sum(size is None for size in sizes.values())
    print(done.stderr, end="")
    print(f"{tokens:,} tokens compared, {left_out} files not copied; {seconds:.1f} s, {memory} MiB at most; {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
