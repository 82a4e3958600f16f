"""The drop-in answers as FastMCP's JWTVerifier does, in what a server can set and override."""

import inspect
import logging

import pytest
from signers import AUDIENCE, ISSUER, JWKS_URI, SECRET, KeyEndpoint, Signer

from assay.fastmcp import PROFILE, JWTVerifier, _profile
from assay.fastmcp._verifier import Original

pytestmark = pytest.mark.asyncio

WRONG = [
    {},
    {"public_key": "k", "jwks_uri": JWKS_URI},
    {"jwks_uri": JWKS_URI, "ssrf_safe": True, "http_client": object()},
    {"public_key": "k", "algorithm": "none"},
    {"public_key": "k", "algorithm": "ES256K"},
    {"jwks_uri": JWKS_URI, "algorithm": "HS256"},
    {"public_key": "-----BEGIN PUBLIC KEY-----", "algorithm": "HS256"},
    {"public_key": "k", "jwks_refresh_interval": -1},
    {"public_key": "k", "jwks_refresh_interval": float("inf")},
    {"public_key": "k", "no_such": 1},
]


@pytest.mark.parametrize("arguments", WRONG)
async def test_raises_the_errors_of_fastmcp(arguments):
    with pytest.raises((ValueError, TypeError)) as theirs:
        Original(**arguments)
    with pytest.raises((ValueError, TypeError)) as ours:
        JWTVerifier(**arguments)
    assert type(ours.value) is type(theirs.value)
    if "no_such" not in arguments:  # Python's own words name the class
        assert str(ours.value) == str(theirs.value)


async def test_has_the_signature_of_fastmcp_and_more():
    theirs, ours = inspect.signature(Original), inspect.signature(JWTVerifier)
    assert list(ours.parameters)[: len(theirs.parameters)] == list(theirs.parameters)


async def test_shows_what_it_was_told(rs256):
    arguments = dict(public_key=rs256.pem, issuer=[ISSUER], audience=AUDIENCE, required_scopes="read write",
                     base_url="https://me.example")
    theirs, ours = vars(Original(**arguments)), vars(JWTVerifier(**arguments))
    for name in ("algorithm", "issuer", "audience", "public_key", "jwks_uri", "required_scopes", "base_url", "ssrf_safe"):
        assert ours[name] == theirs[name], name


async def test_the_profile_is_that_of_the_installed_version():
    assert _profile.profile_of("4.2.3") == "fastmcp@4.2"
    assert _profile.profile_of("4.10.0") == "fastmcp@4.2"
    assert _profile.profile_of("4.1.7") == "fastmcp@4.1"
    assert _profile.profile_of("3.4.11") == "fastmcp@3.4"
    with pytest.raises(ImportError, match="3.4 or later"):
        _profile.profile_of("3.3.2")
    assert PROFILE.startswith("fastmcp@")


@pytest.mark.parametrize("change", [
    {}, {"exp": 1}, {"exp": None}, {"iss": "https://other.example"}, {"iss": None}, {"aud": ["x", AUDIENCE]}, {"aud": "x"},
    {"scope": "read"}, {"scope": None, "scp": ["read", "write"]}, {"client_id": None, "azp": 7}, {"sub": None},
    {"nbf": 10**10}, {"big": 10**30, "nan": float("nan"), "inf": float("-inf"), "nested": {"a": [1.0, None]}},
])
async def test_gives_the_same_access_token(rs256, change):
    arguments = dict(public_key=rs256.pem, issuer=ISSUER, audience=AUDIENCE, required_scopes=["read", "write"])
    token = rs256.token(**change)
    theirs, ours = await Original(**arguments).verify_token(token), await JWTVerifier(**arguments).verify_token(token)
    assert type(ours) is type(theirs)
    assert repr(ours) == repr(theirs)
    if theirs is not None:
        assert ours.model_fields_set == theirs.model_fields_set
        assert ours.model_dump_json() == theirs.model_dump_json()
        assert repr(ours.model_copy(deep=True)) == repr(theirs)


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "....", "é", "\ud800.a.b", None, 5, b"a.b.c"])
async def test_rejects_what_is_no_token(rs256, token):
    for source in ({"public_key": rs256.pem}, {"jwks_uri": JWKS_URI, "http_client": KeyEndpoint(rs256).client()}):
        assert await JWTVerifier(**source).verify_token(token) is None


@pytest.mark.parametrize("key", ["abc", b"\xff\xfe", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"])
async def test_an_unreadable_key_rejects_each_token_and_raises_nothing(rs256, key):
    assert await JWTVerifier(public_key=key).verify_token(rs256.token()) is None


async def test_attributes_may_be_changed(rs256, rs256_other):
    verifier = JWTVerifier(public_key=rs256.pem, required_scopes=["read"])
    token = rs256.token()
    assert await verifier.verify_token(token)
    for name, wrong, right in (("audience", "x", AUDIENCE), ("issuer", ["x"], [ISSUER]), ("required_scopes", ["admin"], []),
                               ("public_key", rs256_other.pem, rs256.pem), ("algorithm", "PS256", "RS256")):
        setattr(verifier, name, wrong)
        assert await verifier.verify_token(token) is None, name
        setattr(verifier, name, right)
        assert await verifier.verify_token(token), name
    verifier.required_scopes.append("admin")
    assert await verifier.verify_token(token) is None


async def test_calls_what_a_subclass_overrides(rs256):
    class Mine(JWTVerifier):
        def _extract_scopes(self, claims):
            return [*super()._extract_scopes(claims), *claims.get("permissions", [])]

        async def load_access_token(self, token):
            made = await super().load_access_token(token)
            return made and made.model_copy(update={"client_id": "mine"})

    verifier = Mine(public_key=rs256.pem, required_scopes=["read", "admin"], issuer=ISSUER, audience=[AUDIENCE])
    made = await verifier.verify_token(rs256.token(permissions=["admin"]))
    assert made.scopes == ["read", "write", "admin"] and made.client_id == "mine"
    assert await verifier.verify_token(rs256.token()) is None
    assert await verifier.verify_token(rs256.token(permissions=["admin"], aud="x")) is None
    assert await verifier.verify_token(rs256.token(permissions=["admin"], iss="x")) is None
    assert await verifier.verify_token(rs256.token(permissions=[1])) is None  # pydantic refuses the scope


async def test_calls_what_an_instance_overrides(rs256, rs256_other, monkeypatch):
    verifier = JWTVerifier(public_key=rs256.pem, required_scopes=["all"])
    assert await verifier.verify_token(rs256.token()) is None
    monkeypatch.setattr(verifier, "_extract_scopes", lambda claims: ["all"])
    assert (await verifier.verify_token(rs256.token())).scopes == ["all"]

    async def key(token):
        return rs256_other.pem

    monkeypatch.setattr(verifier, "_get_verification_key", key)
    assert await verifier.verify_token(rs256.token()) is None
    assert await verifier.verify_token(rs256_other.token())


@pytest.mark.skipif(not hasattr(Original, "_validate_issuer"), reason="this FastMCP has no _validate_issuer")
async def test_calls_an_overridden_rule_for_issuers(rs256):
    class Mine(JWTVerifier):
        def _validate_issuer(self, issuer):
            return super()._validate_issuer(issuer) or str(issuer).startswith(f"{ISSUER}/")

    verifier = Mine(public_key=rs256.pem, issuer=ISSUER)
    for issuer, is_accepted in ((ISSUER, True), (f"{ISSUER}/tenant", True), ("https://evil.example", False), (None, False)):
        assert (await verifier.verify_token(rs256.token(iss=issuer)) is not None) == is_accepted


async def test_fetches_keys_through_the_given_client(rs256, rs256_other):
    endpoint = KeyEndpoint(rs256)
    verifier = JWTVerifier(jwks_uri=JWKS_URI, http_client=endpoint.client())
    for _ in range(3):
        assert await verifier.verify_token(rs256.token())
    assert endpoint.requests == 1
    # An unknown kid: the interval of 30 s has not passed.
    assert await verifier.verify_token(rs256_other.token()) is None
    assert endpoint.requests == 1


async def test_keys_rotate(rs256, rs256_other):
    endpoint = KeyEndpoint(rs256)
    verifier = JWTVerifier(jwks_uri=JWKS_URI, http_client=endpoint.client(), jwks_refresh_interval=0)
    old, new = rs256.token(), rs256_other.token()
    for _ in range(3):
        assert await verifier.verify_token(old)
    endpoint.signers = [rs256_other]
    assert await verifier.verify_token(new)
    assert await verifier.verify_token(old) is None, "the key is gone, and the memo must not know better"
    # The same kid with another key.
    endpoint.signers = [Signer("RS256", rs256_other.key, "rsa-1")]
    assert await verifier.verify_token(old) is None
    endpoint.signers = [rs256]
    verifier._jwks_cache_time -= verifier._cache_ttl
    assert await verifier.verify_token(old)


async def test_keys_stay_for_the_time_of_the_cache(rs256):
    endpoint = KeyEndpoint(rs256)
    verifier = JWTVerifier(jwks_uri=JWKS_URI, http_client=endpoint.client(), jwks_refresh_interval=0)
    assert await verifier.verify_token(rs256.token())
    endpoint.status = 503
    assert await verifier.verify_token(rs256.token())
    verifier._jwks_cache_time -= verifier._cache_ttl
    assert await verifier.verify_token(rs256.token()) is None
    endpoint.status = 200
    assert await verifier.verify_token(rs256.token())


async def test_ssrf_safe_refuses_a_private_address(rs256):
    verifier = JWTVerifier(jwks_uri="https://127.0.0.1/jwks.json", ssrf_safe=True)
    assert await verifier.verify_token(rs256.token()) is None


async def test_writes_the_lines_of_fastmcp(rs256, caplog, monkeypatch):
    monkeypatch.setattr(logging.getLogger("fastmcp"), "propagate", True)
    arguments = dict(public_key=rs256.pem, issuer=ISSUER, audience=[AUDIENCE], required_scopes=["read"])
    tokens = [rs256.token(**change) for change in ({"exp": 1}, {"nbf": 10**10}, {"iss": "x"}, {"aud": ["x"]}, {"scope": "no"})]
    lines = []
    for kind in (Original, JWTVerifier):
        caplog.clear()
        verifier = kind(**arguments)
        with caplog.at_level(logging.INFO):
            for token in tokens:
                await verifier.verify_token(token)
        lines.append([(record.levelname, record.getMessage()) for record in caplog.records])
    assert len(lines[0]) >= 4 and lines[0] == lines[1]


async def test_a_secret_is_text_or_bytes(hs256):
    for secret in (SECRET, SECRET.encode()):
        verifier = JWTVerifier(public_key=secret, algorithm="HS256", issuer=ISSUER)
        assert await verifier.verify_token(hs256.token())
        assert await verifier.verify_token(hs256.token()[:-2]) is None
