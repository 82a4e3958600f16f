#!/usr/bin/env python3
"""What Python costs: the package assay beside the C++ library, over the same distinct tokens on the same core.

    bench/python.py [--library build/release/library_calls] [--algorithms HS256,ES256,...] [--tokens N] [--single N] [--repetitions N]

Run it with a Python that has assay-jwt and pyarrow. CPU time of the process is measured, so that a busy machine matters
less; the two sides take turns, and the best of the repetitions counts. Claims have 350 bytes. No token is remembered.
"""
import argparse
import os
import pathlib
import subprocess
import tempfile
import time

import pyarrow as pa

import assay

from machine import commit, cpu_name

PADDING = {"name": "x" * 150}


def microseconds(judge, tokens):
    begin = time.process_time()
    accepted = judge(tokens)
    seconds = time.process_time() - begin
    assert accepted == len(tokens), f"{accepted} of {len(tokens)} tokens accepted"
    return 1e6 * seconds / len(tokens)


def library(program, folder, how):
    command = [program, folder / "jwks.json", folder / how, how, "1"]
    return float(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)


def rows_accepted(verdicts):
    return pa.table(verdicts)["valid"].combine_chunks().true_count


def measure(algorithm, options, folder):
    pair = assay.KeyPair.generate(algorithm)
    tokens = assay.mint(pair, options.tokens, kid="k1", expires_in_seconds=86400, audience="https://api.example", scopes=["read", "write"],
                        additional_claims=PADDING)  # fmt: skip
    (folder / "jwks.json").write_text(pair.jwks("k1"))
    few = tokens[: options.single]
    for name, some in (("batch", tokens), ("single", few)):
        (folder / name).write_text("\n".join(some) + "\n")
    verifier = assay.Verifier(jwks=pair.jwks("k1"), memo_memory=0)
    column = pa.array(tokens)
    sides = {
        "library batch": lambda: library(options.library, folder, "batch"),
        "verify_arrow": lambda: microseconds(lambda _: rows_accepted(verifier.verify_arrow(column)), tokens),
        "verify_batch": lambda: microseconds(lambda _: sum(map(bool, verifier.verify_batch(tokens))), tokens),
        "library single": lambda: library(options.library, folder, "single"),
        "verify": lambda: microseconds(lambda all_: sum(1 for token in all_ if verifier.verify(token)), few),
    }
    turns = [{name: side() for name, side in sides.items()} for _ in range(options.repetitions)]
    return {name: min(turn[name] for turn in turns) for name in sides}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--library", default="build/release/library_calls", type=pathlib.Path)
    parser.add_argument("--algorithms", default="HS256,RS256,PS256,ES256,ES384,EdDSA")
    parser.add_argument("--tokens", type=int, default=1_000_000)
    parser.add_argument("--single", type=int, default=20_000, help="tokens that are judged one by one")
    parser.add_argument("--repetitions", type=int, default=3)
    options = parser.parse_args()
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    print(f"{cpu_name()}, load {os.getloadavg()[0]:.1f}, commit {commit()}, Python {'.'.join(map(str, __import__('sys').version_info[:3]))}")
    print(f"{options.tokens:,} distinct tokens, CPU microseconds a token")
    print("algorithm  library batch  verify_arrow  ratio  verify_batch  library single  verify  overhead")
    with tempfile.TemporaryDirectory() as folder:
        for algorithm in options.algorithms.split(","):
            best = measure(algorithm, options, pathlib.Path(folder))
            print(f"{algorithm:9} {best['library batch']:14.3f} {best['verify_arrow']:13.3f} {best['library batch'] / best['verify_arrow']:6.2f} "
                  f"{best['verify_batch']:13.3f} {best['library single']:15.3f} {best['verify']:7.3f} {best['verify'] - best['library single']:9.3f}",
                  flush=True)  # fmt: skip



if __name__ == "__main__":
    main()
