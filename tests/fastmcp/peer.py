"""FastMCP's side of the comparison: makes the cases of a seed, asks FastMCP about each, and prints one JSON object a group.

    VERSION/bin/python peer.py verify|static|mint --seed SEED --cases N

Runs in an environment that has FastMCP. Only the clock and the answer of the key endpoint are replaced.
"""
import argparse
import asyncio
import base64
import contextlib
import io
import json
import logging
import random
import sys
import types
import warnings

from fastmcp.server.auth.providers import jwt
from pydantic import SecretStr

import cases
import keys
from plain_json import plain

http = getattr(jwt, "httpx2", None) or jwt.httpx
clock = types.SimpleNamespace(now=0.0)
jwt.time = types.SimpleNamespace(time=lambda: float(clock.now), monotonic=lambda: 1e6)
TOKENS_A_GROUP = 25


def verdict(call, *args):
    """What FastMCP says. An exception that it lets escape counts as a rejection."""
    try:
        made = asyncio.run(call(*args))
    except RecursionError:
        return {"valid": False, "raised": "RecursionError"}
    except Exception as error:  # whatever the library raises is the answer
        return {"valid": False, "raised": f"{type(error).__name__}: {str(error)[:120]}"}
    if made is None:
        return {"valid": False}
    return {"valid": True, "client_id": made.client_id, "scopes": made.scopes, "expires_at": made.expires_at,
            "subject": getattr(made, "subject", None), "claims": plain(made.claims)}


def decoded(source, name):
    """A static key or secret, as text where it is text and the case asks for it."""
    data = base64.b64decode(source[name])
    if not source["as_text"]:
        return data
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data


def verifier(config, source):
    if "jwks" in source:
        body = base64.b64decode(source["jwks"])
        client = http.AsyncClient(transport=http.MockTransport(lambda request: http.Response(200, content=body)))
        return jwt.JWTVerifier(jwks_uri="https://idp.example/jwks.json", http_client=client, **config)
    return jwt.JWTVerifier(public_key=decoded(source, "secret" if "secret" in source else "public_key"), **config)


async def ask(config, source, token):
    # A new verifier for each token, so that each starts with an empty cache of keys.
    return await verifier(config, source).load_access_token(token)


def run_verify(seed, count):
    pool = keys.Pool(seed)
    made = 0
    while made < count:
        rng = random.Random(f"{seed} {made}")
        group = cases.Group(rng, pool)
        answers = []
        for case in group.cases(min(TOKENS_A_GROUP, count - made)):
            clock.now = case["at"]
            answers.append({**case, "answer": verdict(ask, group.config, group.source, case["token"])})
        yield {"config": group.config, "source": group.source, "cases": answers}
        made += len(answers)


def run_static(seed, count):
    made = 0
    while made < count:
        group = cases.static_group(random.Random(f"static {seed} {made}"))
        for case in group["cases"]:
            clock.now = case["at"]
            # FastMCP's bool is truth of the entry, so the verifier is made for each token as well.
            case["answer"] = verdict(lambda: jwt.StaticTokenVerifier(group["table"],
                                                                     group["required_scopes"]).verify_token(case["token"]))
        yield group
        made += len(group["cases"])


def run_mint(seed, count):
    pair = keys.Pool(seed).rsa[0]
    signer = jwt.RSAKeyPair(private_key=SecretStr(pair.pkcs8().decode()), public_key=pair.spki().decode())
    yield {"key": pair.pkcs8().decode()}
    for number in range(count):
        call = cases.create_token_call(random.Random(f"mint {seed} {number}"))
        clock.now = cases.AT
        try:
            yield {"call": call, "token": signer.create_token(**call)}
        except Exception as error:
            yield {"call": call, "raised": f"{type(error).__name__}: {error}"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["verify", "static", "mint"])
    parser.add_argument("--seed", required=True)
    parser.add_argument("--cases", type=int, required=True)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    run = {"verify": run_verify, "static": run_static, "mint": run_mint}[options.what]
    with contextlib.redirect_stderr(io.StringIO()):
        for group in run(options.seed, options.cases):
            sys.stdout.write(json.dumps(group) + "\n")


if __name__ == "__main__":
    main()
