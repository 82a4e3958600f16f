#!/usr/bin/env python3
"""Measures `assay audit` on logs with a token on every line against `assay verify` on the same tokens alone.

    bench/audit.py [--assay build/release/assay] [--tokens 1000000] [--algorithm HS256] [--carrier nginx]
                   [--repetitions 5] [--output bench/results/DATE-audit]

For each algorithm it mints distinct tokens and writes them into logs: nginx combined lines with the Authorization header
behind them, the same with the token in the URL, and JSON lines of Envoy. Then it runs verify and audit in turn, on one
thread: without verdicts, and with all of them as NDJSON to /dev/null. A ratio is verify's median user time over
audit's. Then it measures the memory of audit, on four threads, on texts that hold as many tokens as they can. All
tokens must be accepted. The report goes to dense.txt in the output folder. Needs only python3.
"""
import argparse
import base64
import datetime
import hashlib
import hmac
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

from machine import describe

AT = 1795867200  # 2026-11-28T12:00:00Z
AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
TOKENS = {"HS256": 1.0, "ES256": 0.5, "RS256": 0.2}  # of --tokens: the slower ones need fewer


def nginx(i, token):
    at = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(AT + 60 + i // 300))
    return (f'198.51.100.{i % 250} - - [{at}] "GET /api/v1/orders/{i % 100000}?page={i % 9} HTTP/1.1" 200 {500 + i % 4000} '
            f'"https://shop.example/app" "{AGENT}" "Bearer {token}"\n')


def url(i, token):
    at = time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(AT + 60 + i // 300))
    return (f'198.51.100.{i % 250} - - [{at}] "GET /api/v1/orders/{i % 100000}?access_token={token}&page={i % 9} HTTP/1.1" 200 '
            f'{500 + i % 4000} "https://shop.example/app" "{AGENT}"\n')


def envoy(i, token):
    at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(AT + 60 + i // 300))
    return (f'{{"start_time":"{at}.{i % 1000:03}Z","method":"GET","path":"/api/v1/orders/{i % 100000}?page={i % 9}",'
            f'"protocol":"HTTP/1.1","response_code":200,"response_flags":"-","bytes_received":0,"bytes_sent":{500 + i % 4000},'
            f'"duration":{i % 90},"x_forwarded_for":"198.51.100.{i % 250}","user_agent":"{AGENT}","request_id":"{i:032x}",'
            f'"authority":"api.example","upstream_host":"10.0.0.{i % 20}:8080",'
            f'"downstream_remote_address":"198.51.100.{i % 250}:{20000 + i % 40000}","authorization":"Bearer {token}"}}\n')


CARRIERS = {"nginx": nginx, "url": url, "envoy": envoy}


def run(command, codes=(0,)):
    """Runs a command: user seconds, system seconds, greatest resident memory in MB."""
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = process.stderr.read().decode(errors="replace")
    _, status, spent = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        sys.exit(f"audit.py: exit {process.returncode}: {shlex.join(command)}\n{said[-2000:]}")
    return spent.ru_utime, spent.ru_stime, spent.ru_maxrss / 1024


def mint(assay, algorithm, count, folder):
    """Distinct tokens that are valid at the times of the lines: the file, and the options that name its key."""
    key, jwks, tokens = (os.path.join(folder, f"{algorithm}.{end}") for end in ("key", "json", "txt"))
    public = [] if algorithm.startswith("HS") else ["--public", os.path.join(folder, algorithm + ".pub")]
    run([assay, "keygen", "--algorithm", algorithm, "--kid", "bench", "--private", key, *public, "--jwks", jwks])
    run([assay, "mint", "--key", key, "--algorithm", algorithm, "--kid", "bench", "--seed", "1", "--at", str(AT), "--expires-in",
         "86400", "--count", str(count), "-o", tokens])
    return tokens, ["--jwks", jwks]


def compare(tell, options, algorithm, folder):
    count = max(1000, int(options.tokens * TOKENS[algorithm]))
    tokens, keys = mint(options.assay, algorithm, count, folder)
    logs = {}
    for carrier in options.carrier or CARRIERS:
        logs[carrier] = os.path.join(folder, f"{algorithm}.{carrier}.log")
        with open(tokens, encoding="ascii") as source, open(logs[carrier], "w", encoding="ascii") as log:
            log.writelines(CARRIERS[carrier](i, token.rstrip("\n")) for i, token in enumerate(source))
    tell(f"\n{algorithm}, {count} distinct tokens of {os.path.getsize(tokens) // count - 1} bytes")
    # Both write the fingerprint, which audit does by default.
    for form in (["--format", "none"], ["--format", "ndjson", "--only", "all", "--fingerprint", "-o", "/dev/null"]):
        common = ["--quiet", "--threads", "1", *keys, *form]
        commands = {"verify": [options.assay, "verify", *common, "--at", str(AT + 60), tokens]}
        for carrier, log in logs.items():
            commands[f"audit {carrier}"] = [options.assay, "audit", *common, log]
        times = {name: [] for name in commands}
        for repetition in range(options.repetitions + 1):
            for name, command in commands.items():
                spent = run(command)
                if repetition != 0:  # the first one warms the file cache
                    times[name].append(spent)
        tell("  " + " ".join(form))
        unit = statistics.median(user for user, _, _ in times["verify"])
        for name, samples in times.items():
            middle = statistics.median(user for user, _, _ in samples)
            tell(f"    {name:13} user {middle:7.3f} s, {1e9 * middle / count:6.0f} ns a token, ratio {unit / middle:.2f}; "
                 f"user+system of each run: {' '.join(f'{user:.2f}+{system:.2f}' for user, system, _ in samples)}")
    for path in (tokens, *logs.values()):
        os.remove(path)


def short_tokens(secret, first, count):
    encode = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=")
    head = encode(b'{"alg":"HS256"}') + b"."
    for i in range(first, first + count):
        signed = head + encode(b'{"n":%d}' % i)
        yield signed + b"." + encode(hmac.digest(secret, signed, "sha256"))


def memory(tell, options, folder):
    secret, log = os.path.join(folder, "secret"), os.path.join(folder, "memory.log")
    with open(secret, "wb") as file:
        file.write(hashlib.sha256(b"bench").digest())
    count = options.tokens
    with open(secret, "rb") as file:
        key = file.read()

    def masks(to):
        for _ in range(4):
            to.write(b" Bearer ***" * (3 * count // 2) + b"\n")

    def one_line(to):
        to.write(b"2026-11-28T12:00:00Z")
        for first in range(0, 10 * count, 10000):
            to.write(b" " + b" ".join(short_tokens(key, first, min(10000, 10 * count - first))))
        to.write(b"\n")

    tell("\nMemory, four threads, all verdicts as NDJSON to /dev/null")
    for name, write in (("masks on 4 lines", masks), ("short HS256 tokens on one line", one_line)):
        with open(log, "wb") as file:
            write(file)
        command = [options.assay, "audit", "--quiet", "--threads", "4", "--secret-file", secret, "--at", str(AT), "--format", "ndjson",
                   "--only", "all", "-o", "/dev/null", log]
        user, system, peak = run(command, codes=(0, 1))
        tell(f"  {name}, {os.path.getsize(log) / 1e6:.0f} MB: {peak:.0f} MB resident at most, {user:.1f}+{system:.1f} s")
        os.remove(log)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assay", default="build/release/assay")
    parser.add_argument("--tokens", type=int, default=1_000_000, help="of HS256; ES256 has a half, RS256 a fifth of them")
    parser.add_argument("--algorithm", action="append", choices=list(TOKENS), help="only these; repeatable")
    parser.add_argument("--carrier", action="append", choices=list(CARRIERS), help="only these; repeatable")
    parser.add_argument("--repetitions", type=int, default=5)
    parser.add_argument("--output", help="folder; default bench/results/DATE-audit")
    options = parser.parse_args()
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    output = options.output or os.path.join("bench", "results", f"{datetime.date.today().isoformat()}-audit")
    os.makedirs(output, exist_ok=True)
    with open(os.path.join(output, "dense.txt"), "w", encoding="utf-8") as report, \
            tempfile.TemporaryDirectory(prefix="assay-audit-") as folder:
        def tell(line):
            print(line, flush=True)
            report.write(line + "\n")
            report.flush()

        for name, value in describe("bench/audit.py").items():
            tell(f"{name}: {value}")
        for algorithm in options.algorithm or TOKENS:
            compare(tell, options, algorithm, folder)
        memory(tell, options, folder)
    print(f"\nwritten: {output}/dense.txt")


if __name__ == "__main__":
    main()
