#!/usr/bin/env python3
"""Times FastMCP's JWTVerifier and assay's drop-in in one run: bench/python_fastmcp.py [--tokens 2000] [--rounds 7]

Runs where FastMCP and assay are installed. Each token is distinct, but in the rows "again": there 100 tokens take turns, as the
clients of a server do. A burst is asyncio.gather over 1,000 calls, and a list is one call of verify_tokens with 1,000. Every
answer is checked. Figures are microseconds of CPU time for a token: the median of rounds, in which all take turns. "nothing" is
a gather of calls that do nothing: no verifier that is asked through asyncio.gather can be faster.
"""
import argparse
import asyncio
import logging
import os
import platform
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir, "tools", "python", "tests_fastmcp"))

import fastmcp
from signers import AUDIENCE, ISSUER, SECRET, Signer

from assay.fastmcp import JWTVerifier
from assay.fastmcp._verifier import Original
from machine import cpu_name

BURST = 1000
CLIENTS = 100
MORE = {"iat": 1790000000, "email": "someone@example.com", "name": "Some One", "groups": ["a", "b", "c"],
        "tenant": "11111111-2222-3333-4444-555555555555"}


async def one_by_one(verifier, tokens):
    made = [await verifier.verify_token(token) for token in tokens]
    assert all(made)


async def in_bursts(verifier, tokens):
    for place in range(0, len(tokens), BURST):
        assert all(await asyncio.gather(*[verifier.verify_token(token) for token in tokens[place : place + BURST]]))


async def in_lists(verifier, tokens):
    for place in range(0, len(tokens), BURST):
        assert all(await verifier.verify_tokens(tokens[place : place + BURST]))


class Nothing:
    async def verify_token(self, token):
        return token


def timed(way, verifier, tokens):
    async def run():
        start = time.process_time()
        await way(verifier, tokens)
        return (time.process_time() - start) / len(tokens) * 1e6

    return asyncio.run(run())


def batch(verifier, tokens):
    """The engine itself, without a drop-in around it."""
    (engine,) = verifier._assay.engines._present[1].values()
    start = time.process_time()
    assert all(engine.verify_batch(tokens, time.time()))
    return (time.process_time() - start) / len(tokens) * 1e6


def measured(algorithm, options):
    signer = Signer.new(algorithm)
    arguments = dict(public_key=SECRET if algorithm.startswith("HS") else signer.pem, algorithm=algorithm, issuer=ISSUER,
                     audience=AUDIENCE)
    # The tokens of a round come in no other round, so that only the rows "again" meet a token twice.
    fresh = iter([[signer.token(jti=f"{part}-{number}", **MORE) for number in range(options.tokens)]
                  for part in range(2 * options.rounds)])
    again = [signer.token(jti=str(number), **MORE) for number in range(CLIENTS)] * (options.tokens // CLIENTS)
    theirs, ours = Original(**arguments), JWTVerifier(**arguments)
    few = again[:CLIENTS]
    for _ in range(10):  # tables of keys are built, and the memo knows the tokens of "again"
        asyncio.run(in_bursts(ours, few))
    figures = {}
    for _ in range(options.rounds):
        alone, together = next(fresh), next(fresh)
        part = alone[: options.tokens // 4]  # FastMCP needs long, and does not remember
        for name, figure in (
            ("FastMCP, one by one", timed(one_by_one, theirs, part)),
            ("drop-in, one by one", timed(one_by_one, ours, alone)),
            ("drop-in, one by one, again", timed(one_by_one, ours, again)),
            ("FastMCP, burst", timed(in_bursts, theirs, together[:BURST])),
            ("drop-in, burst", timed(in_bursts, ours, together)),
            ("drop-in, burst, again", timed(in_bursts, ours, again)),
            ("drop-in, one list", timed(in_lists, ours, together)),
            ("nothing, burst", timed(in_bursts, Nothing(), again)),
            ("engine, one batch", batch(ours, together)),  # AccessTokens included
        ):
            figures.setdefault(name, []).append(figure)
    return {name: statistics.median(values) for name, values in figures.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--algorithm", action="append", help="default: RS256, ES256, HS256")
    parser.add_argument("--tokens", type=int, default=2000, help="a round, in thousands")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    if options.tokens < BURST or options.tokens % BURST:
        parser.error("--tokens: a multiple of 1000")
    logging.disable(logging.CRITICAL)
    load = "" if not hasattr(os, "getloadavg") else f", load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    print(f"{cpu_name()}{load}; Python {platform.python_version()}, FastMCP {fastmcp.__version__}")
    for algorithm in options.algorithm or ["RS256", "ES256", "HS256"]:
        figures = measured(algorithm, options)
        print(f"\n{algorithm:28} µs a token  times FastMCP")
        for name, figure in figures.items():
            rival = figures["FastMCP, burst" if any(word in name for word in ("burst", "list", "batch")) else "FastMCP, one by one"]
            print(f"{name:28} {figure:10.2f}  {rival / figure:13.1f}")


if __name__ == "__main__":
    main()
