"""AccessTokens that the engine makes itself, and those that need Python's own parser, are FastMCP's to the last type."""

import base64
import hashlib
import hmac
import json
import random
import time

import pytest
from signers import SECRET

from assay.fastmcp import JWTVerifier
from assay.fastmcp._tokens import AccessToken
from assay.fastmcp._verifier import Original

HEADER = base64.urlsafe_b64encode(b'{"alg":"HS256"}').rstrip(b"=")


def signed(payload):
    text = HEADER + b"." + base64.urlsafe_b64encode(payload.encode("utf-8", "surrogatepass")).rstrip(b"=")
    mac = hmac.new(SECRET.encode(), text, hashlib.sha256).digest()
    return (text + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()


def shown(made):
    """Tells 1 from 1.0 and from true, and the order of members."""
    return made and (type(made), repr(vars(made)), sorted(made.__pydantic_fields_set__), made.__pydantic_extra__, made.__pydantic_private__)


async def check(payload):
    """Returns whether the token was accepted."""
    token = signed(payload)
    theirs = await Original(public_key=SECRET, algorithm="HS256").load_access_token(token)
    verifier = JWTVerifier(public_key=SECRET, algorithm="HS256")
    for _ in range(3):  # the third time from the memo
        assert shown(await verifier.load_access_token(token)) == shown(theirs), payload
    return theirs is not None


PLAIN = [
    '{}',
    '{"a":1,"b":-7,"c":0,"d":-0,"e":9223372036854775807,"f":-9223372036854775808}',
    '{"a":1.0,"b":-0.0,"c":1e5,"d":1E400,"e":-1e-400,"f":0.1,"g":123456789.123456789,"h":5e-324}',
    '{"a":true,"b":false,"c":[],"d":{},"e":[[],{}],"f":[1,"x",true,[2.5]],"g":{"h":{"i":[{}]}}}',
    '{ "a" : [ 1 , 2 ] , "b" : { "c" : "d" } }',
    '{"sub":"u","azp":"z","client_id":"c","scope":"read  write","exp":99999999999}',
    '{"sub":"u","azp":"z","client_id":"","scope":"","exp":99999999999.75}',
    '{"sub":"7","scp":["a","b"]}',
    '{"azp":[1,"x"],"scope":7,"scp":"x y"}',
    '{"client_id":{"a":1.0},"scope":["read"]}',
    '{"a":1,"b":2,"a":3}',
    '{"J\u00fcrgen":"\u20ac \U0001f600","\u00a0":"\u00a0"}',
    '{"' + "n" * 100 + '":1,"' + "n" * 32 + '":2,"' + "n" * 33 + '":3}',
    '{"a":"' + "x" * 3000 + '"}',
]
# Claims that the engine leaves to Python.
OTHERS = [
    '{"a":null}',
    '{"a":NaN,"b":[Infinity,-Infinity]}',
    '{"a":"\\n\\"\\u00e9\\ud83d\\ude00","b\\/":1}',
    '{"a":"\\ud800"}',
    '{"a":123456789012345678901234567890}',
    '{"a":' + "1" * 60 + ".5}",
    '{"a":' + "[" * 40 + "]" * 40 + "}",
    '{"a":"tab\u007f"}',
]


@pytest.mark.parametrize("payload", PLAIN)
async def test_plain_claims_are_read_by_the_engine(payload):
    assert await check(payload)
    assert type(await judged(payload)) is AccessToken


@pytest.mark.parametrize("payload", OTHERS)
async def test_other_claims_are_read_by_python(payload):
    assert await check(payload)
    assert type(await judged(payload)) is not AccessToken


async def judged(payload):
    """What the engine makes of the token."""
    verifier = JWTVerifier(public_key=SECRET, algorithm="HS256")
    token = signed(payload)
    assert await verifier.load_access_token(token)
    (engine,) = verifier._assay.engines._present[1].values()
    return engine.verify(token, time.time())


@pytest.mark.parametrize("payload", ['{"scope":[1]}', '{"exp":"1"}', '{"exp":1}', '{"a":}', "[]", '{"a":1}}', '{"sub":5}', '{"scope":{"a":1}}', '{"exp":true}'])
async def test_odd_claims_are_judged_as_fastmcp_judges_them(payload):
    await check(payload)


def value(random_, depth):
    kind = random_.randrange(9 if depth < 4 else 6)
    if kind == 0:
        return random_.choice([True, False, None, True])
    if kind == 1:
        return random_.randrange(-(10 ** random_.randrange(1, 22)), 10 ** random_.randrange(1, 22))
    if kind == 2:
        return random_.choice([random_.random(), random_.uniform(-1e300, 1e300), 1e16, 1.5e-7, float(random_.randrange(1000))])
    if kind < 6:
        return "".join(random_.choice(["a", "Z9", " ", "\u00fc", "\u20ac", "/", "'", "\U0001f600"]) for _ in range(random_.randrange(12)))
    if kind == 6:
        return [value(random_, depth + 1) for _ in range(random_.randrange(4))]
    return {f"n{random_.randrange(20)}": value(random_, depth + 1) for _ in range(random_.randrange(4))}


async def test_random_claims_are_fastmcps():
    seed = random.SystemRandom().randrange(10**6)
    print("seed", seed)
    random_, accepted = random.Random(seed), 0
    for _ in range(400):
        claims = {random_.choice(["sub", "azp", "client_id", "scope", "scp", "iat", "x", "y", "z"]): value(random_, 0) for _ in range(8)}
        separators = random_.choice([None, (",", ":"), (" ,\t", " : ")])
        accepted += await check(json.dumps(claims, ensure_ascii=random_.random() < 0.2, separators=separators))
    assert accepted > 100


async def test_each_caller_owns_what_it_gets():
    verifier = JWTVerifier(public_key=SECRET, algorithm="HS256", memo=0)
    token = signed('{"groups":["a"],"scope":["read"]}')
    first, second = await verifier.load_access_token(token), await verifier.load_access_token(token)
    first.claims["groups"].append("b")
    first.scopes.append("admin")
    first.__pydantic_fields_set__.clear()
    assert second.claims == {"groups": ["a"], "scope": ["read"]} and second.scopes == ["read"] and second.__pydantic_fields_set__
