"""Corpora of distinct tokens, and the bare operations of OpenSSL to compare with, for the scripts of this folder."""
import base64
import dataclasses
import functools
import json
import os
import re
import resource
import shlex
import subprocess
import sys
import time

# algorithm, arguments of `openssl speed`, tokens in a corpus, name of the bare operation
ROWS = [
    ("RS256", ["rsa2048"], 30000, "rsa2048 verify"),
    ("PS256", ["rsa2048"], 30000, "rsa2048 verify"),
    ("ES256", ["ecdsap256"], 100000, "ecdsap256 verify"),
    ("ES384", ["ecdsap384"], 30000, "ecdsap384 verify"),
    ("ES512", ["ecdsap521"], 30000, "ecdsap521 verify"),
    ("EdDSA", ["ed25519"], 100000, "ed25519 verify"),
    ("HS256", ["-hmac", "sha256", "-bytes", "512"], 500000, "hmac(sha256), 512 bytes"),
]
CLAIMS_BYTES = 350
ISSUER = "https://fastmcp.example.com"
AUDIENCE = "https://api.example"
NO_CONFIG = {**os.environ, "LC_ALL": "C"}


def fail(message):
    sys.exit(f"{os.path.basename(sys.argv[0])}: {message}")


class Log:
    """Runs commands and writes their output to raw.txt."""

    def __init__(self, path):
        self.file = open(path, "w", encoding="utf-8")

    def attempt(self, command, cwd=None, env=None):
        """Runs a command that may fail: (exit status, output, seconds by the clock, seconds of CPU time)."""
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run(command, cwd=cwd, env={**NO_CONFIG, **(env or {})}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        seconds = time.perf_counter() - started
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = spent.ru_utime + spent.ru_stime - before.ru_utime - before.ru_stime
        text = done.stdout.decode(errors="replace")
        shown = shlex.join([f"{name}={value}" for name, value in (env or {}).items()] + command)
        self.file.write(f"$ {shown}\n{text}({seconds:.4f} s by the clock, {cpu:.2f} s of CPU time, exit {done.returncode})\n\n")
        self.file.flush()
        return done.returncode, text, seconds, cpu

    def run(self, command):
        status, text, seconds, _ = self.attempt(command)
        if status != 0:
            fail(f"exit {status}: {shlex.join(command)}\n{text[-2000:]}")
        return text, seconds


def openssl_rate(text):
    """The operations a second that `openssl speed -mr` prints: verifications, or MACs of 512 bytes."""
    for line in text.splitlines():
        fields = line.split(":")
        if re.match(r"\+F[0-9]+$", fields[0]):
            return float(fields[-1])
        if fields[0] == "+F":
            return float(fields[-1]) / 512
    fail(f"cannot read the output of openssl speed:\n{text}")


@functools.lru_cache
def distinct_options(assay):
    """Options of `assay verify` for reading a corpus of distinct tokens several times: it must not remember tokens."""
    text = subprocess.run([assay, "verify", "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
    return ["--no-memo"] if "--no-memo" in text else []


@dataclasses.dataclass
class Corpus:
    algorithm: str
    key: str  # private, or the secret
    public: str  # PEM; no file for HS*
    jwks: str
    tokens: str
    count: int
    token_bytes: float

    @property
    def options(self):
        """The options that name the corpus's key set to `assay verify`."""
        return ["--jwks", self.jwks]

    def minting(self, assay, algorithm=None, key=None, seed=1):
        """The command that signs tokens like those of the corpus, without --count, --claim and -o."""
        return [assay, "mint", "--key", key or self.key, "--algorithm", algorithm or self.algorithm, "--kid", "bench",
                "--seed", str(seed), "--expires-in", "86400", "--audience", AUDIENCE, "--scope", "read", "--scope", "write"]


def mint(log, assay, algorithm, count, folder):
    """Makes a corpus of `count` distinct tokens with claims of about CLAIMS_BYTES bytes, in the folder."""
    key, public, jwks, tokens = (os.path.join(folder, f"{algorithm}.{end}") for end in ("key", "pub", "json", "txt"))
    if algorithm.startswith("HS"):
        log.run([assay, "keygen", "--algorithm", algorithm, "--kid", "bench", "--private", key, "--jwks", jwks])
    else:
        log.run([assay, "keygen", "--algorithm", algorithm, "--kid", "bench", "--private", key, "--public", public, "--jwks", jwks])
    corpus = Corpus(algorithm, key, public, jwks, tokens, count, 0)
    command = corpus.minting(assay) + ["-o", tokens]
    note = lambda length: ["--claim", "note=" + json.dumps("x" * length)]
    log.run(command + ["--count", "2"] + note(0))
    with open(tokens, encoding="ascii") as file:
        payload = file.readline().split(".")[1]
    without = len(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    log.run(command + ["--count", str(count)] + note(max(0, CLAIMS_BYTES - without)))
    with open(tokens, "rb") as file:
        lines = file.read().splitlines()
    if len(set(lines)) != count:
        fail(f"{algorithm}: {len(set(lines))} distinct tokens of {count}")
    corpus.token_bytes = sum(map(len, lines)) / count
    return corpus
