#!/usr/bin/env python3
"""Streams gigabytes of tokens through a pipe into `assay verify` and samples its resident memory.

    bench/memory.py [--assay build/release/assay] [--sizes 1,5,20] [--algorithm HS256] [--keys 1] [--keys 50000]

Mints a corpus file of distinct tokens, repeats it until each size (GB of 10^9 bytes) is reached, and reads VmRSS and VmHWM
of /proc/PID/status while assay works. `--keys N` gives a JWK Set of N keys. For HS* these are random secrets, each of
which signs its share of the tokens. For the others it is one public key under N kids, and the tokens name one of them.
Every token must be accepted. The curve goes to bench/results/DATE/memory.txt. Needs only python3.
"""
import argparse
import base64
import datetime
import hashlib
import hmac
import json
import os
import platform
import shlex
import subprocess
import sys
import tempfile
import threading
import time

from machine import commit, cpu_name, first_line

CLAIMS_BYTES = 350
CHUNK = 1 << 20
LIFETIME = 86400  # seconds; longer than any run


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def stop(message):
    sys.exit(f"memory.py: {message}")


def claims(serial, now):
    head = {"sub": "fastmcp-user", "iss": "https://fastmcp.example.com", "iat": now, "exp": now + LIFETIME, "scope": "read write",
            "client_id": "app", "jti": f"{serial:032x}", "note": ""}
    bare = len(json.dumps(head, separators=(",", ":")))
    head["note"] = "x" * max(0, CLAIMS_BYTES - bare)
    return json.dumps(head, separators=(",", ":")).encode()


def hmac_corpus(algorithm, key_count, size):
    """A JWK Set of random secrets, and about `size` bytes of tokens, signed with the secrets in turn."""
    digest = getattr(hashlib, "sha" + algorithm[2:])
    secrets = [os.urandom(digest().digest_size) for _ in range(key_count)]
    kids = [f"key-{i:06d}" for i in range(key_count)]
    jwks = {"keys": [{"kty": "oct", "kid": kid, "k": b64url(secret).decode()} for kid, secret in zip(kids, secrets)]}
    headers = [b64url(json.dumps({"typ": "JWT", "alg": algorithm, "kid": kid}, separators=(",", ":")).encode()) for kid in kids]
    now, lines, total, serial = int(time.time()), [], 0, 0
    while total < size:
        signing_input = headers[serial % key_count] + b"." + b64url(claims(serial, now))
        lines.append(signing_input + b"." + b64url(hmac.digest(secrets[serial % key_count], signing_input, digest)) + b"\n")
        total += len(lines[-1])
        serial += 1
    return jwks, b"".join(lines)


def minted_corpus(assay, algorithm, key_count, size, folder):
    """As hmac_corpus, with `assay keygen` and `assay mint`: one key pair, its public key under every kid."""
    key, public, jwks, tokens = (os.path.join(folder, name) for name in ("key.pem", "public.pem", "one.json", "tokens.txt"))
    subprocess.run([assay, "keygen", "--algorithm", algorithm, "--kid", "key-000000", "--private", key, "--public", public,
                    "--jwks", jwks], check=True, stdout=subprocess.DEVNULL)
    mint = [assay, "mint", "--key", key, "--algorithm", algorithm, "--kid", "key-000000", "--seed", "1",
            "--expires-in", str(LIFETIME), "--claim", "note=" + json.dumps("x" * (CLAIMS_BYTES - 150)), "-o", tokens]
    subprocess.run(mint + ["--count", "2"], check=True)
    count = max(2, size // (os.path.getsize(tokens) // 2))
    subprocess.run(mint + ["--count", str(count)], check=True)
    with open(jwks, encoding="utf-8") as file:
        one = json.load(file)["keys"][0]
    with open(tokens, "rb") as file:
        return {"keys": [{**one, "kid": f"key-{i:06d}"} for i in range(key_count)]}, file.read()


def memory_of(pid):
    """VmRSS and VmHWM in MB of 10^6 bytes, or None once the process has ended."""
    found = {}
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as file:
            for line in file:
                name, _, value = line.partition(":")
                if name in ("VmRSS", "VmHWM"):
                    found[name] = int(value.split()[0]) * 1024 / 1e6
    except (FileNotFoundError, ProcessLookupError):
        return None
    return (found["VmRSS"], found["VmHWM"]) if len(found) == 2 else None


class Sampler(threading.Thread):
    """Samples a process's memory: a row every `interval` seconds, and the last high-water mark (read every 50 ms)."""

    def __init__(self, pid, interval, progress):
        super().__init__(daemon=True)
        self.pid, self.interval, self.progress = pid, interval, progress
        self.rows, self.peak = [], 0.0
        self.over = threading.Event()

    def run(self):
        started = last = time.monotonic()
        while not self.over.wait(0.05):
            memory = memory_of(self.pid)
            if memory is None:
                continue
            self.peak = max(self.peak, memory[1])
            now = time.monotonic()
            if now - last >= self.interval:
                last = now
                self.rows.append((now - started, self.progress(), *memory))


def stream(command, corpus, total, interval):
    """Feeds about `total` bytes, in whole repetitions of the corpus, and returns what was sampled."""
    sent = 0
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    sampler = Sampler(process.pid, interval, lambda: sent)
    started = time.monotonic()
    sampler.start()
    view = memoryview(corpus)
    try:
        while sent < total:
            for at in range(0, len(corpus), CHUNK):
                process.stdin.write(view[at:at + CHUNK])
                sent += len(view[at:at + CHUNK])
        process.stdin.close()
    except BrokenPipeError:
        pass  # the exit status says what happened
    errors = process.stderr.read().decode(errors="replace")
    status = process.wait()
    seconds = time.monotonic() - started
    sampler.over.set()
    sampler.join()
    if status != 0:
        stop(f"exit {status} after {sent} bytes: {shlex.join(command)}\n{errors[-2000:]}")
    return sent, seconds, sampler


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assay", default="build/release/assay")
    parser.add_argument("--sizes", default="1,5,20", help="GB, separated by commas")
    parser.add_argument("--algorithm", default="HS256")
    parser.add_argument("--keys", type=int, action="append", help="keys in the set; repeatable (default 1)")
    parser.add_argument("--corpus-mb", type=float, default=50, help="size of the corpus that is repeated")
    parser.add_argument("--threads", type=int, help="default: assay's own")
    parser.add_argument("--format", choices=["ndjson", "csv", "none"], default="ndjson")
    parser.add_argument("--interval", type=float, default=1.0, help="seconds between the rows of the curve")
    parser.add_argument("--output", help="folder; default bench/results/DATE")
    options = parser.parse_args()
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    sizes = [float(size) for size in options.sizes.split(",")]
    key_counts = options.keys or [1]
    if min(sizes) <= 0 or min(key_counts) < 1 or options.corpus_mb <= 0:
        stop("--sizes, --keys and --corpus-mb must be positive")
    output = options.output or os.path.join("bench", "results", datetime.date.today().isoformat())
    os.makedirs(output, exist_ok=True)

    path = os.path.join(output, "memory.txt")
    with open(path, "w", encoding="utf-8") as report, tempfile.TemporaryDirectory(prefix="assay-memory-") as folder:
        def tell(line):
            print(line, flush=True)
            report.write(line + "\n")
            report.flush()

        tell(f"# date: {datetime.datetime.now(datetime.timezone.utc).isoformat(timespec='seconds')}")
        tell(f"# command: {shlex.join(['bench/memory.py'] + sys.argv[1:])}")
        tell(f"# commit: {commit()}")
        tell(f"# cpu: {cpu_name()}, {os.cpu_count()} cores; kernel {platform.release()}; {first_line(['openssl', 'version'])}")
        summary = []
        for key_count in key_counts:
            if options.algorithm.startswith("HS"):
                jwks, corpus = hmac_corpus(options.algorithm, key_count, int(options.corpus_mb * 1e6))
            else:
                jwks, corpus = minted_corpus(options.assay, options.algorithm, key_count, int(options.corpus_mb * 1e6),
                                             tempfile.mkdtemp(dir=folder))
            keys = os.path.join(folder, f"jwks-{key_count}.json")
            with open(keys, "w", encoding="utf-8") as file:
                json.dump(jwks, file)
            command = [options.assay, "verify", "--quiet", "--input", "lines", "--backend", "openssl", "--format", options.format,
                       "-o", "/dev/null", "--jwks", keys]
            if options.threads:
                command += ["--threads", str(options.threads)]
            for size in sizes:
                tell(f"\n## {size:g} GB, {options.algorithm}, {key_count} key{'s' if key_count > 1 else ''}: {shlex.join(command)}")
                sent, seconds, seen = stream(command, corpus, size * 1e9, options.interval)
                tell(f"{'s':>8} {'GB':>8} {'VmRSS MB':>9} {'VmHWM MB':>9}")
                for row in seen.rows:
                    tell(f"{row[0]:8.1f} {row[1] / 1e9:8.3f} {row[2]:9.1f} {row[3]:9.1f}")
                tokens = sent // len(corpus) * corpus.count(b"\n")
                tell(f"{tokens} tokens, {sent / 1e9:.3f} GB in {seconds:.1f} s, peak {seen.peak:.1f} MB")
                summary.append((size, key_count, tokens, seconds, seen.peak))
        tell(f"\n## summary\n{'GB':>6} {'keys':>7} {'tokens':>11} {'s':>8} {'peak MB':>8}")
        for size, key_count, tokens, seconds, peak in summary:
            tell(f"{size:6g} {key_count:7d} {tokens:11d} {seconds:8.1f} {peak:8.1f}")
    print(f"\nwritten: {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
