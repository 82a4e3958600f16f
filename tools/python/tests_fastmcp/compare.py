"""Asks FastMCP's JWTVerifier and assay's drop-in about the same tokens, in one process, and compares the answers.

    VERSION/bin/python compare.py [--cases 20000] [--seed 7]

First every vector of data/vectors, then random cases of tests/fastmcp. Runs where FastMCP and assay are installed. Only the
clock and the answer of the key endpoint are replaced. Exits 1 if an answer differs.

Random cases go to a new pair of verifiers for each token, to one pair for all tokens of a group (each asked three times, so
that the memo answers as well), or to one pair that gets all tokens of the group at once, as calls or as one list.
"""
import argparse
import asyncio
import base64
import collections
import contextlib
import json
import logging
import os
import random
import sys
import time
import warnings

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 3))
sys.path.insert(0, os.path.join(ROOT, "tests", "fastmcp"))

import fastmcp
import peer  # replaces FastMCP's clock
from fastmcp.server.auth.providers import jwt

import assay.fastmcp
from assay.fastmcp import _burst, _verifier

_burst.time = _verifier.time = jwt.time
TOKENS_A_GROUP = 25


async def answer(verifier, token):
    """What the verifier says, and what escaped it."""
    try:
        made = await verifier.load_access_token(token)
    except (Exception, RecursionError) as error:  # whatever escapes FastMCP is a rejection
        return None, type(error).__name__
    return shown(made), ""


def shown(made):
    """The AccessToken as text that tells 1 from 1.0 and from true, and its type; None for a rejected token."""
    if made is None:
        return None
    return (type(made), repr(vars(made)), sorted(made.__pydantic_fields_set__), made.__pydantic_private__)


def pair(config, source):
    """FastMCP's verifier and the drop-in, or how each refuses to be made."""
    made = []
    for kind in (_verifier.Original, assay.fastmcp.JWTVerifier):
        try:
            with replaced(kind):
                made.append(peer.verifier(config, source))
        except Exception as error:  # the answer is whatever is raised
            made.append(f"{type(error).__name__}: {error}")
    return made


@contextlib.contextmanager
def replaced(kind):
    before, jwt.JWTVerifier = jwt.JWTVerifier, kind
    try:
        yield
    finally:
        jwt.JWTVerifier = before


class Comparison:
    def __init__(self):
        self.asked = self.accepted = self.wrong = 0
        self.escaped = collections.Counter()

    def add(self, what, token, theirs, ours):
        (theirs, escaped), (ours, raised) = theirs, ours
        self.asked += 1
        self.accepted += theirs is not None
        if escaped:
            self.escaped[escaped] += 1
        if theirs == ours and not raised:
            return
        self.wrong += 1
        if self.wrong <= 10:
            print(f"{what}\n  token {token[:300]!r}\n  FastMCP {theirs} {escaped}\n  assay   {ours} {raised}", file=sys.stderr)

    async def ask(self, what, verifiers, token):
        theirs, ours = verifiers
        if isinstance(theirs, str) or isinstance(ours, str):
            self.asked += 1
            if theirs != ours:
                self.wrong += 1
                print(f"{what}\n  FastMCP {theirs}\n  assay   {ours}", file=sys.stderr)
            return
        self.add(what, token, await answer(theirs, token), await answer(ours, token))

    async def ask_at_once(self, what, verifiers, tokens, in_a_list):
        theirs, ours = verifiers
        expected = [await answer(theirs, token) for token in tokens]
        if in_a_list:
            given = [(shown(made), "") for made in await ours.verify_tokens(tokens)]
        else:
            given = await asyncio.gather(*[answer(ours, token) for token in tokens])
        for token, one, other in zip(tokens, expected, given, strict=True):
            self.add(what, token, one, other)

    def report(self, title):
        escaped = "".join(f", {count} {name} escaped FastMCP" for name, count in self.escaped.items())
        print(f"{title}: {self.asked} asked, {self.accepted} accepted by FastMCP, {self.wrong} differ{escaped}")


def source_of(vector):
    """The key of a vector as peer.verifier takes it."""
    if "keys" in vector:
        return {"jwks": base64.b64encode(json.dumps(vector["keys"]).encode()).decode()}
    if vector.get("public_key") is not None:
        return {"public_key": base64.b64encode(vector["public_key"].encode()).decode(), "as_text": True}
    coded = vector.get("public_key_der") or vector.get("secret") or ""
    data = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4))
    return {"public_key": base64.b64encode(data).decode(), "as_text": False}


async def compare_vectors(comparison):
    for name in ("attacks.ndjson", "rfc.ndjson"):
        with open(os.path.join(ROOT, "data", "vectors", name), encoding="utf-8") as lines:
            for line in lines:
                vector = json.loads(line)
                if vector.get("token") is None:
                    continue
                config = {"algorithm": None, "issuer": None, "audience": None, "required_scopes": None, **vector["config"]}
                peer.clock.now = vector.get("at", 1300819370)  # before the exp of RFC 7515's example
                await comparison.ask(vector["id"], pair(config, source_of(vector)), vector["token"])


async def compare_random(comparison, seed, count):
    pool = peer.keys.Pool(seed)
    made = 0
    while made < count:
        rng = random.Random(f"{seed} {made}")
        group = peer.cases.Group(rng, pool)
        cases = list(group.cases(min(TOKENS_A_GROUP, count - made)))
        what = f"seed {seed}, group {made}: {json.dumps(group.config)}"
        verifiers = pair(group.config, group.source)
        way = rng.choice(["new", "kept", "at once", "in a list"])
        if way in ("at once", "in a list") and not any(isinstance(one, str) for one in verifiers):
            peer.clock.now = cases[0]["at"]
            await comparison.ask_at_once(what, verifiers, [case["token"] for case in cases], way == "in a list")
        else:
            for case in cases:
                peer.clock.now = case["at"]
                if way == "new":
                    verifiers = pair(group.config, group.source)
                for _ in range(3 if way == "kept" else 1):
                    await comparison.ask(what, verifiers, case["token"])
        made += len(cases)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    print(f"FastMCP {fastmcp.__version__}, {assay.fastmcp.PROFILE}, seed {options.seed}")
    wrong = 0
    for title, compare in (("vectors", compare_vectors),
                           (f"{options.cases} random tokens", lambda c: compare_random(c, options.seed, options.cases))):
        comparison, start = Comparison(), time.perf_counter()
        asyncio.run(compare(comparison))
        comparison.report(f"{title} ({time.perf_counter() - start:.0f} s)")
        wrong += comparison.wrong
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
