#!/usr/bin/env python3
"""Measures `assay verify` against `openssl speed` of the bare operation, on one pinned core and in the same run.

    bench/throughput.py [--assay build/release/assay] [--backend openssl,lanes] [--cpu 0] [--cpus 0,1] [--repetitions 5]
                        [--seconds 1]

For each algorithm it mints a corpus of distinct tokens with claims of about 350 bytes. Then it runs, in turn and several
times, `openssl speed` and assay with each backend, with one thread on one core and with two threads on two cores. A run
reads the corpus several times, for about a second. assay must accept every token. Medians, ratios and raw output go to
bench/results/DATE/: table.md, raw.json, raw.txt. `openssl speed` counts CPU time; assay's rate is by the clock and
includes the start of the process, so run it on a quiet machine. Needs only python3, openssl and taskset.
"""
import argparse
import datetime
import json
import math
import os
import shlex
import statistics
import sys
import tempfile

from corpora import CLAIMS_BYTES, Log, ROWS, distinct_options, mint, openssl_rate
from machine import describe

RUN_SECONDS = 1.0  # the least time of a run of assay


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assay", default="build/release/assay")
    parser.add_argument("--backend", default="openssl,lanes", help="backends, separated by commas")
    parser.add_argument("--cpu", default="0", help="the core of the runs with one thread")
    parser.add_argument("--cpus", default="0,1", help="the cores of the run with two threads")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=1, help="time of each openssl speed")
    parser.add_argument("--algorithm", action="append", choices=[row[0] for row in ROWS], help="only these")
    parser.add_argument("--scale", type=float, default=1.0, help="tokens a corpus, as a multiple of the usual number")
    parser.add_argument("--output", help="folder; default bench/results/DATE")
    options = parser.parse_args()
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    output = options.output or os.path.join("bench", "results", datetime.date.today().isoformat())
    os.makedirs(output, exist_ok=True)
    log = Log(os.path.join(output, "raw.txt"))

    machine = describe("bench/throughput.py")
    log.run([options.assay, "--version"])
    rows = []
    with tempfile.TemporaryDirectory(prefix="assay-throughput-") as folder:
        for algorithm, speed, count, operation in ROWS:
            if options.algorithm and algorithm not in options.algorithm:
                continue
            count = max(1000, int(count * options.scale))
            corpus = mint(log, options.assay, algorithm, count, folder)
            tokens = corpus.tokens
            bare = ["taskset", "-c", options.cpu, "openssl", "speed", "-mr", "-seconds", str(options.seconds)] + speed

            def verify(backend, threads, inputs):
                return (["taskset", "-c", options.cpu if threads == 1 else options.cpus, options.assay, "verify"] + corpus.options +
                        distinct_options(options.assay) + ["--threads", str(threads), "--backend", backend, "--format", "ndjson", "-o", "/dev/null", "--quiet"] + inputs)

            # OpenSSL's backend is slow, so a part of the corpus suffices.
            part = tokens + ".part"
            with open(tokens, "rb") as whole, open(part, "wb") as file:
                file.writelines(line for _, line in zip(range(max(1000, count // 15)), whole))
            counts = {tokens: count, part: max(1000, count // 15)}
            inputs, measured = {}, [(backend, threads) for backend in options.backend.split(",") for threads in (1, 2)]
            for backend, threads in measured:
                # This run warms the file cache; exit code 0 means that all tokens were accepted.
                path = part if backend == "openssl" else tokens
                log.run(verify(backend, threads, [path]))
                seconds = log.run(verify(backend, threads, [path]))[1]
                inputs[backend, threads] = [path] * max(1, math.ceil(RUN_SECONDS / seconds))
            samples = {"openssl speed": [], **{run: [] for run in measured}}
            for _ in range(options.repetitions):
                samples["openssl speed"].append(openssl_rate(log.run(bare)[0]))
                for run in measured:
                    samples[run].append(sum(counts[path] for path in inputs[run]) / log.run(verify(*run, inputs[run]))[1])
            middle = {name: statistics.median(values) for name, values in samples.items()}
            unit = middle["openssl speed"]
            for backend in options.backend.split(","):
                one, two = middle[backend, 1], middle[backend, 2]
                row = {
                    "algorithm": algorithm, "backend": backend, "operation": operation, "token_bytes": round(corpus.token_bytes),
                    "tokens": sum(counts[path] for path in inputs[backend, 1]), "openssl_per_second": round(unit), "assay_per_second": round(one),
                    "assay_ns_per_token": round(1e9 / one), "ratio": round(one / unit, 3),
                    "two_threads_per_second": round(two), "two_to_one": round(two / one, 3),
                    "samples": {"openssl speed": [round(value) for value in samples["openssl speed"]],
                                **{f"{threads} threads": [round(value) for value in samples[backend, threads]] for threads in (1, 2)}},
                    "commands": {"openssl speed": shlex.join(bare),
                                 **{f"{threads} threads": shlex.join(verify(backend, threads, inputs[backend, threads])) for threads in (1, 2)}},
                }
                rows.append(row)
                print(f"{algorithm}, {backend}: {row['assay_per_second']} tokens/s, {row['ratio']} of {operation}, two threads {row['two_to_one']}")
            os.remove(tokens)
            os.remove(part)

    with open(os.path.join(output, "raw.json"), "w", encoding="utf-8") as file:
        json.dump({"machine": machine, "rows": rows}, file, indent=1)
        file.write("\n")
    table = ["| algorithm | backend | tokens/s | ns a token | plain OpenSSL, ops/s | ratio | two threads to one |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        table.append(f"| {row['algorithm']} | {row['backend']} | {row['assay_per_second']:,} | {row['assay_ns_per_token']:,} | "
                     f"{row['openssl_per_second']:,} ({row['operation']}) | {row['ratio']:.2f} | {row['two_to_one']:.2f} |")
    with open(os.path.join(output, "table.md"), "w", encoding="utf-8") as file:
        file.write("# Throughput against plain OpenSSL\n\n")
        file.write(f"Distinct tokens, claims of about {CLAIMS_BYTES} bytes, one thread on one core, one key, verdicts as NDJSON to\n"
                   f"/dev/null, process start and key loading included; medians of {options.repetitions} interleaved runs. "
                   "PS256 is compared with the bare RSA\noperation. `openssl speed` counts CPU time, assay's rate is by the clock.\nA run reads its corpus several times, with --no-memo where assay has it.\nFigures of different machines do not compare; ratios do.\n\n")
        file.write("\n".join(table) + "\n\n")
        file.write("".join(f"- {name}: {value}\n" for name, value in machine.items()))
        file.write("\nCommands, for each algorithm: plain OpenSSL, one thread, two threads.\n\n```\n")
        file.write("".join(command + "\n" for row in rows for command in row["commands"].values()) + "```\n")
        file.write("\nEach sample is in `raw.json`, what every command printed in `raw.txt`.\n")
    print("\n".join(table))
    print(f"\nwritten: {output}/table.md, raw.json, raw.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main())
