"""What the rivals in Python share: arguments, the tokens in memory, the timed loop, the line printed.

A rival calls run() with what makes its verifier. The face of the program, PROGRAM ALG KEYS TOKENS SECONDS ISS AUD, its output
and its exit status are those of all rivals: ../README.md.
"""
import asyncio
import dataclasses
import json
import sys
import time

STRIDE = 32  # tokens between two looks at the clock


@dataclasses.dataclass
class Setting:
    algorithm: str
    keys: str  # folder with public.pem, or with secret
    issuer: str
    audience: str

    def key(self):
        """As bytes: the PEM or the secret."""
        with open(f"{self.keys}/{'secret' if self.algorithm == 'HS256' else 'public.pem'}", "rb") as file:
            return file.read()


def run(make_verifier):
    """make_verifier(setting) returns a coroutine function: how many of these tokens it accepts."""
    if len(sys.argv) != 7:
        sys.exit("usage: rival ALG KEYS TOKENS SECONDS ISS AUD")
    algorithm, keys, path, seconds, issuer, audience = sys.argv[1:]
    if algorithm not in ("RS256", "PS256", "ES256", "ES384", "EdDSA", "HS256"):
        sys.exit(3)
    count_accepted = make_verifier(Setting(algorithm, keys, issuer, audience))
    with open(path, encoding="ascii") as file:
        tokens = file.read().splitlines()
    asyncio.run(measure(count_accepted, tokens, float(seconds)))


async def measure(count_accepted, tokens, seconds):
    position = 0

    async def verify():
        """From where the last call stopped; (accepted, all)."""
        nonlocal position
        some = tokens[position : position + STRIDE]
        position = (position + len(some)) % len(tokens)
        return await count_accepted(some), len(some)

    end = time.perf_counter() + seconds / 3
    while time.perf_counter() < end:
        await verify()
    verified = total = 0
    start, cpu = time.perf_counter(), time.process_time()
    while True:
        accepted, count = await verify()
        verified += accepted
        total += count
        if (time.perf_counter() - start >= seconds) if seconds > 0 else (position == 0):
            break
    cpu, wall = time.process_time() - cpu, time.perf_counter() - start
    print(json.dumps({"verified": verified, "rejected": total - verified, "cpu_seconds": round(cpu, 6), "wall_seconds": round(wall, 6)}))
