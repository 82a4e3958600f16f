#!/usr/bin/env python3
"""Measures `assay verify` against `openssl speed` of the bare operation, on one pinned core and in the same run.

    bench/throughput.py [--assay build/release/assay] [--backend openssl,lanes] [--cpu 0] [--cpus 0,1] [--repetitions 5]
                        [--seconds 1]

For each algorithm: mints a corpus of distinct tokens with claims of about 350 bytes, then, interleaved and repeated,
runs `openssl speed` and assay with each backend, with one thread pinned to one core and with two on two. A run reads the
corpus as often as fills about a second. Every run of assay must accept every token. Medians, ratios and raw output go to bench/results/DATE/: table.md, raw.json, raw.txt.
`openssl speed` counts CPU time, assay's rate is by the clock and includes the start of the process: run it on a quiet machine.
Needs python3, openssl and taskset alone.
"""
import argparse
import base64
import datetime
import json
import math
import os
import re
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

from machine import describe

# algorithm, arguments of `openssl speed`, tokens a corpus, what the bare operation is
ROWS = [
    ("RS256", ["rsa2048"], 30000, "rsa2048 verify"),
    ("PS256", ["rsa2048"], 30000, "rsa2048 verify"),
    ("ES256", ["ecdsap256"], 100000, "ecdsap256 verify"),
    ("ES384", ["ecdsap384"], 30000, "ecdsap384 verify"),
    ("ES512", ["ecdsap521"], 30000, "ecdsap521 verify"),
    ("EdDSA", ["ed25519"], 100000, "ed25519 verify"),
    ("HS256", ["-hmac", "sha256", "-bytes", "512"], 500000, "hmac(sha256), 512 bytes"),
]
RUN_SECONDS = 1.0  # of a run of assay, at least
CLAIMS_BYTES = 350
NO_CONFIG = {**os.environ, "LC_ALL": "C"}


class Log:
    """Runs commands and keeps what they said, for raw.txt."""

    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8")

    def run(self, command):
        before, started = os.times(), time.perf_counter()
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=NO_CONFIG)
        seconds = time.perf_counter() - started
        spent = os.times()
        cpu = spent.children_user + spent.children_system - before.children_user - before.children_system
        text = done.stdout.decode(errors="replace")
        self.file.write(f"$ {shlex.join(command)}\n{text}({seconds:.4f} s by the clock, {cpu:.2f} s of CPU time, exit {done.returncode})\n\n")
        self.file.flush()
        if done.returncode != 0:
            sys.exit(f"throughput.py: exit {done.returncode}: {shlex.join(command)}\n{text[-2000:]}")
        return text, seconds


def openssl_rate(text):
    """Operations a second from `openssl speed -mr`: verifications, or MACs of 512 bytes."""
    for line in text.splitlines():
        fields = line.split(":")
        if re.match(r"\+F[0-9]+$", fields[0]):
            return float(fields[-1])
        if fields[0] == "+F":
            return float(fields[-1]) / 512
    sys.exit(f"throughput.py: cannot read the output of openssl speed:\n{text}")


def mint(log, assay, algorithm, count, folder):
    """A corpus and the option that names its key set."""
    key, public, jwks, tokens = (os.path.join(folder, f"{algorithm}.{end}") for end in ("key", "pub", "json", "txt"))
    if algorithm.startswith("HS"):
        log.run([assay, "keygen", "--algorithm", algorithm, "--kid", "bench", "--private", key, "--jwks", jwks])
    else:
        log.run([assay, "keygen", "--algorithm", algorithm, "--kid", "bench", "--private", key, "--public", public, "--jwks", jwks])
    command = [assay, "mint", "--key", key, "--algorithm", algorithm, "--kid", "bench", "--seed", "1", "--expires-in", "86400",
               "--audience", "https://api.example", "--scope", "read", "--scope", "write", "-o", tokens]
    note = lambda length: ["--claim", "note=" + json.dumps("x" * length)]
    log.run(command + ["--count", "2"] + note(0))
    with open(tokens, encoding="ascii") as file:
        payload = file.readline().split(".")[1]
    without = len(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    log.run(command + ["--count", str(count)] + note(max(0, CLAIMS_BYTES - without)))
    with open(tokens, "rb") as file:
        lines = file.read().splitlines()
    if len(set(lines)) != count:
        sys.exit(f"throughput.py: {algorithm}: {len(set(lines))} distinct tokens of {count}")
    return ["--jwks", jwks], tokens, sum(map(len, lines)) / count


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assay", default="build/release/assay")
    parser.add_argument("--backend", default="openssl,lanes", help="backends, separated by commas")
    parser.add_argument("--cpu", default="0", help="the core of the runs with one thread")
    parser.add_argument("--cpus", default="0,1", help="the cores of the run with two threads")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=1, help="of each openssl speed")
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
            key, tokens, token_bytes = mint(log, options.assay, algorithm, count, folder)
            bare = ["taskset", "-c", options.cpu, "openssl", "speed", "-mr", "-seconds", str(options.seconds)] + speed

            def verify(backend, threads, inputs):
                return (["taskset", "-c", options.cpu if threads == 1 else options.cpus, options.assay, "verify"] + key +
                        ["--threads", str(threads), "--backend", backend, "--format", "ndjson", "-o", "/dev/null", "--quiet"] + inputs)

            # OpenSSL is slow enough for a part of the corpus.
            part = tokens + ".part"
            with open(tokens, "rb") as whole, open(part, "wb") as file:
                file.writelines(line for _, line in zip(range(max(1000, count // 15)), whole))
            counts = {tokens: count, part: max(1000, count // 15)}
            inputs, measured = {}, [(backend, threads) for backend in options.backend.split(",") for threads in (1, 2)]
            for backend, threads in measured:
                # Warms the file cache; exit 0 says that all were accepted.
                corpus = part if backend == "openssl" else tokens
                log.run(verify(backend, threads, [corpus]))
                seconds = log.run(verify(backend, threads, [corpus]))[1]
                inputs[backend, threads] = [corpus] * max(1, math.ceil(RUN_SECONDS / seconds))
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
                    "algorithm": algorithm, "backend": backend, "operation": operation, "token_bytes": round(token_bytes),
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
                   "PS256 is compared with the bare RSA\noperation. `openssl speed` counts CPU time, assay's rate is by the clock.\nA run reads its corpus several times.\nFigures of different machines do not compare; ratios do.\n\n")
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
