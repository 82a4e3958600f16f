"""What the drop-in does beyond FastMCP: several algorithms and issuers, reasons, the memo, bursts."""

import asyncio
import os
import re
import time

import assay.fastmcp
import pytest
from signers import AUDIENCE, ISSUER, JWKS_URI, SECRET, KeyEndpoint, Signer

from assay.fastmcp import JWTVerifier, Rejection, _burst, _rejection, _tokens, _verifier
from assay.fastmcp._engine import Engine

OTHER = "https://other.example"
ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), *[os.pardir] * 3)


@pytest.fixture
def calls(monkeypatch):
    """How many tokens each call of the engine got; 0 for a single one."""
    made = []
    begin = Engine.__init__

    def counting(engine, *arguments):
        begin(engine, *arguments)
        verify, verify_batch = engine.verify, engine.verify_batch

        def one(token, at):
            made.append(0)
            return verify(token, at)

        def many(tokens, at):
            made.append(len(tokens))
            return verify_batch(tokens, at)

        engine.verify, engine.verify_batch = one, many

    monkeypatch.setattr(Engine, "__init__", counting)
    return made


async def test_several_algorithms(rs256, es256):
    endpoint = KeyEndpoint(rs256, es256)
    seen = []
    verifier = JWTVerifier(jwks_uri=JWKS_URI, http_client=endpoint.client(), algorithm=["RS256", "ES256"], issuer=ISSUER,
                           required_scopes=["read"], on_reject=seen.append)
    assert await verifier.verify_token(rs256.token())
    assert await verifier.verify_token(es256.token())
    assert verifier.algorithm == "RS256" and verifier.required_scopes == ["read"]
    assert await verifier.verify_token(Signer("PS256", rs256.key, rs256.kid).token()) is None
    assert await verifier.verify_token(es256.token(scope="x")) is None
    assert await verifier.verify_token("x") is None
    assert [rejection.reason for rejection in seen] == ["algorithm_not_allowed", "scope_missing", "malformed_token"]


@pytest.mark.parametrize("issuers", [False, True])
async def test_what_is_set_later_counts_for_each_algorithm(rs256, es256, issuers):
    endpoint = KeyEndpoint(rs256, es256)
    arguments = {"issuers": {ISSUER: {}}} if issuers else {"issuer": ISSUER}
    verifier = JWTVerifier(jwks_uri=JWKS_URI, http_client=endpoint.client(), algorithm=["RS256", "ES256"], audience=AUDIENCE, **arguments)
    for signer in (rs256, es256):
        assert await verifier.verify_token(signer.token())
    verifier.audience = "https://another.example"
    for signer in (rs256, es256):
        assert await verifier.verify_token(signer.token()) is None
    verifier.audience = AUDIENCE
    verifier.required_scopes = ["no-one-has-it"]
    for signer in (rs256, es256):
        assert await verifier.verify_token(signer.token()) is None
    verifier.required_scopes = []
    for signer in (rs256, es256):
        assert await verifier.verify_token(signer.token())


async def test_secrets_are_not_mixed_with_keys():
    for algorithms in (["RS256", "HS256"], [], [5]):
        with pytest.raises(ValueError, match="algorithm"):
            JWTVerifier(public_key=SECRET, algorithm=algorithms)


async def test_several_issuers(rs256, es256):
    seen = []
    verifier = JWTVerifier(
        issuers={
            ISSUER: {"jwks_uri": JWKS_URI, "http_client": KeyEndpoint(rs256).client()},
            OTHER: {"public_key": es256.pem, "algorithm": "ES256", "audience": "other"},
        },
        audience=AUDIENCE,
        on_reject=seen.append,
    )
    assert verifier.issuer == [ISSUER, OTHER]
    assert (await verifier.verify_token(rs256.token())).client_id == "app"
    assert await verifier.verify_token(es256.token(iss=OTHER, aud="other"))
    assert not seen
    for token, reason in ((es256.token(iss=OTHER), "audience_mismatch"), (rs256.token(iss=OTHER), "algorithm_not_allowed"),
                          (es256.token(), "algorithm_not_allowed"), (rs256.token(iss="x"), "issuer_mismatch"),
                          (rs256.token(iss=None), "issuer_mismatch"), (rs256.token(iss=[ISSUER]), "malformed_token")):
        assert await verifier.verify_token(token) is None
        assert seen.pop().reason == reason
    for wrong in ({}, {"": {"public_key": es256.pem}}):
        with pytest.raises(ValueError, match="issuers"):
            JWTVerifier(issuers=wrong)
    with pytest.raises(ValueError, match="not both"):
        JWTVerifier(issuers={ISSUER: {"public_key": es256.pem}}, issuer=ISSUER)
    with pytest.raises(ValueError, match="Either public_key or jwks_uri"):
        JWTVerifier(issuers={ISSUER: {}})
    for wrong in ([ISSUER], {ISSUER: "https://login.example/jwks"}):
        with pytest.raises(TypeError, match="issuers: expected a dict"):
            JWTVerifier(issuers=wrong)
    with pytest.raises(ValueError, match="leave out the argument issuer"):
        JWTVerifier(issuers={ISSUER: {"public_key": es256.pem, "issuer": "https://another.example"}})


async def test_rules_of_a_subclass_count_for_each_route(rs256):
    class Mine(JWTVerifier):
        def _extract_scopes(self, claims):
            return ["mine"]

    verifier = Mine(public_key=rs256.pem, algorithm=["RS256", "PS256"], required_scopes=["mine"])
    assert (await verifier.verify_token(rs256.token())).scopes == ["mine"]


async def test_on_reject_says_why(rs256, rs256_other):
    seen = []
    verifier = JWTVerifier(jwks_uri=JWKS_URI, http_client=KeyEndpoint(rs256).client(), issuer=ISSUER, audience=AUDIENCE,
                           required_scopes=["read"], on_reject=seen.append)
    assert await verifier.verify_token(rs256.token())
    assert not seen
    for token, reason in ((rs256.token(exp=5), "token_expired"), (rs256.token(iss="x"), "issuer_mismatch"),
                          (rs256.token(aud="x"), "audience_mismatch"), (rs256.token(scope=""), "scope_missing"),
                          (rs256_other.token(), "key_not_found"), (Signer("RS256", rs256_other.key, "rsa-1").token(),
                                                                   "signature_invalid"), ("x", "malformed_token")):
        assert await verifier.verify_token(token) is None
        rejection = seen.pop()
        assert rejection.reason == reason and not rejection and rejection.detail
        assert rejection.reasons[0] == reason
        assert (rejection.client_id == "app") == (rejection.signature == "valid")
        description = rejection.error_description
        assert description.isascii() and '"' not in description and "\\" not in description
        assert not any(part and part in description + rejection.detail for part in token.split(".") if len(part) > 1)


async def test_each_reason_of_the_engine_has_its_description():
    """But for those of rules that FastMCP does not have."""
    with open(os.path.join(ROOT, "engine/include/assay/reason.h"), encoding="utf-8") as header:
        reasons = set(re.findall(r"^  X\((\w+),", header.read(), re.MULTILINE))
    described = set(_rejection._DESCRIPTIONS)
    assert described <= reasons
    assert reasons - described == {"malformed_record", "missing_time", "token_lifetime", "issuer_key_mismatch", "claim_mismatch",
                                   "type_mismatch", "key_not_yet_valid", "key_retired", "key_compromised", "token_revoked",
                                   "unknown_token"}
    assert Rejection("token_revoked", "").error_description == "The access token is not valid"


async def test_a_rejection_holds_neither_a_foreign_kid_nor_the_url_of_the_keys(rs256):
    seen = []
    verifier = JWTVerifier(jwks_uri=JWKS_URI, http_client=KeyEndpoint(rs256).client(), on_reject=seen.append)
    for kid in ("x\n2026-01-01 INFO login ok", "k" * 100_000, rs256.token()):
        assert await verifier.verify_token(Signer("RS256", rs256.key, kid).token()) is None
        rejection = seen.pop()
        assert rejection.reason == "key_not_found"
        for text in (rejection.detail, rejection.kid):
            assert "\n" not in text and len(text) < 300 and kid not in text
    secret = "https://login.example/jwks?api_key=hidden"
    failing = KeyEndpoint(rs256)
    failing.status = 500
    verifier = JWTVerifier(jwks_uri=secret, http_client=failing.client(), on_reject=seen.append)
    assert await verifier.verify_token(rs256.token()) is None
    assert "cannot be fetched" in seen[0].detail and "hidden" not in repr(seen[0])


async def test_a_callback_that_would_be_awaited_is_refused(rs256):
    async def later(rejection):
        pass

    for wrong in ("x", later):
        with pytest.raises(TypeError, match="on_reject: "):
            JWTVerifier(public_key=rs256.pem, on_reject=wrong)
        with pytest.raises(TypeError, match="on_reject: "):
            assay.fastmcp.install(on_reject=wrong)
        assert not assay.fastmcp.installed()


async def test_a_key_that_assay_cannot_read_is_told_once(caplog, rs256, tmp_path):
    verifier = JWTVerifier(public_key=str(tmp_path / "key.pem"))
    for _ in range(3):
        assert await verifier.verify_token(rs256.token()) is None
    assert [record.name for record in caplog.records if "not as a path" in record.getMessage()] == ["assay"]


async def test_a_callback_that_fails_changes_no_verdict(rs256):
    def fail(rejection):
        raise RuntimeError("boom")

    verifier = JWTVerifier(public_key=rs256.pem, on_reject=fail)
    assert await verifier.verify_token("x") is None
    assert await verifier.verify_token(rs256.token())


async def test_the_memo_spares_the_signature(rs256, calls):
    verifier = JWTVerifier(public_key=rs256.pem, issuer=ISSUER)
    token = rs256.token(groups=["a", {"b": []}])
    made = [await verifier.verify_token(token) for _ in range(10)]
    assert calls == [0, 0]
    assert all(repr(one) == repr(made[0]) for one in made)
    # Each caller may change what it got.
    made[-1].claims["groups"][1]["b"].append("changed")
    made[-1].scopes.append("changed")
    assert repr(await verifier.verify_token(token)) == repr(made[0])


async def test_the_memo_watches_the_clock(rs256, monkeypatch):
    now = time.time()
    monkeypatch.setattr(_verifier, "time", type("Clock", (), {"time": staticmethod(lambda: now)}))
    verifier = JWTVerifier(public_key=rs256.pem)
    token = rs256.token(exp=int(now) + 10, nbf=int(now) - 10)
    for _ in range(4):
        assert await verifier.verify_token(token)
    now += 11
    assert await verifier.verify_token(token) is None
    now -= 11
    assert await verifier.verify_token(token)
    now -= 1000
    assert (await verifier.verify_token(token) is None) == (_tokens.NBF_SKEW is not None)


async def test_the_memo_is_bounded_and_can_be_off(rs256, calls):
    verifier = JWTVerifier(public_key=rs256.pem, memo=2)
    tokens = [rs256.token(jti=str(number)) for number in range(5)]
    for _ in range(4):
        for token in tokens:
            assert await verifier.verify_token(token)
    assert len(verifier._assay.memo._seen) <= 2
    del calls[:]
    verifier = JWTVerifier(public_key=rs256.pem, memo=0)
    for _ in range(4):
        assert await verifier.verify_token(tokens[0])
    assert len(calls) == 4
    for wrong in (-1, 1.5, True):
        with pytest.raises(ValueError, match="memo"):
            JWTVerifier(public_key=rs256.pem, memo=wrong)


async def test_a_burst_is_a_few_batches(rs256, es256, calls):
    for signer in (rs256, es256):
        verifier = JWTVerifier(public_key=signer.pem, algorithm=signer.algorithm)
        tokens = [signer.token(jti=str(number), exp=1 if number % 3 == 0 else 10**10) for number in range(60)]
        tokens += ["x", tokens[1][:-6] + "AAAAAA"]
        calls.clear()
        made = await asyncio.gather(*[verifier.verify_token(token) for token in tokens])
        assert calls == [0, 61], "the first at once, the others together"
        for number, one in enumerate(made[:60]):
            assert (one is None) == (number % 3 == 0)
            assert one is None or one.claims["jti"] == str(number)
        assert made[60:] == [None, None]


async def test_a_large_burst_is_cut_into_batches(hs256, rs256, calls):
    verifier = JWTVerifier(public_key=rs256.pem)
    tokens = [rs256.token()] * 1200
    made = await asyncio.gather(*[verifier.verify_token(token) for token in tokens])
    assert all(made)
    assert calls == [0, 512, 512, 175]
    del calls[:]
    verifier = JWTVerifier(public_key=SECRET, algorithm="HS256", memo=0)
    assert all(await asyncio.gather(*[verifier.verify_token(hs256.token()) for _ in range(5)]))
    assert calls == [0] * 5, "an HMAC costs less than to wait"


async def test_single_calls_do_not_wait(rs256, calls):
    verifier = JWTVerifier(public_key=rs256.pem, memo=0)
    token = rs256.token()
    turns = []
    asyncio.get_running_loop().call_soon(turns.append, 1)
    for _ in range(3):
        assert await verifier.verify_token(token)
    assert not turns, "one task alone never gives the loop a turn"
    assert calls == [0, 0, 0]
    for _ in range(3):
        assert await asyncio.create_task(verifier.verify_token(token))
    assert calls == [0] * 6 or calls == [0, 0, 0, 1, 0, 0]


async def test_verifiers_of_several_keys_share_a_burst(rs256, rs256_other, calls):
    verifier = JWTVerifier(jwks_uri=JWKS_URI, http_client=KeyEndpoint(rs256, rs256_other).client())
    assert await verifier.verify_token(rs256.token())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    calls.clear()
    tokens = [signer.token(jti=str(number)) for number in range(10) for signer in (rs256, rs256_other)]
    assert all(await asyncio.gather(*[verifier.verify_token(token) for token in tokens]))
    assert sorted(calls) == [0, 9, 10]


async def test_a_task_that_is_cancelled_hurts_no_other(rs256):
    verifier = JWTVerifier(public_key=rs256.pem, memo=0)
    tasks = [asyncio.create_task(verifier.verify_token(rs256.token())) for _ in range(6)]
    await asyncio.sleep(0)
    tasks[3].cancel()
    made = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(made[3], asyncio.CancelledError)
    assert all(made[:3]) and all(made[4:])


async def test_a_failing_engine_fails_each_call_of_its_batch(rs256, monkeypatch):
    verifier = JWTVerifier(public_key=rs256.pem, memo=0)
    assert await verifier.verify_token(rs256.token())
    await asyncio.sleep(0)
    (engine,) = verifier._assay.engines._present[1].values()

    def fail(tokens, at):
        raise MemoryError

    monkeypatch.setattr(engine, "verify_batch", fail)
    made = await asyncio.gather(*[verifier.verify_token(rs256.token()) for _ in range(4)], return_exceptions=True)
    assert made[0] and all(isinstance(one, MemoryError) for one in made[1:])
    monkeypatch.undo()
    assert all(await asyncio.gather(*[verifier.verify_token(rs256.token()) for _ in range(4)]))


async def test_each_loop_has_its_own_turns(rs256):
    verifier = JWTVerifier(public_key=rs256.pem, memo=0)

    async def burst():
        return await asyncio.gather(*[verifier.verify_token(rs256.token()) for _ in range(20)])

    def in_a_loop_of_its_own():
        return asyncio.run(burst())

    for made in await asyncio.gather(*[asyncio.to_thread(in_a_loop_of_its_own) for _ in range(4)]):
        assert all(made)
    assert all(await burst())
    assert _burst._turn.loop is None or not _burst._turn.waiting


def test_a_loop_that_is_stopped_keeps_its_turn(rs256):
    """Tasks of one loop wait while another loop of the same thread runs; none of them is lost."""
    verifier = JWTVerifier(public_key=rs256.pem, memo=0)

    async def burst():
        return await asyncio.gather(*[verifier.verify_token(rs256.token()) for _ in range(5)])

    first = asyncio.new_event_loop()
    try:
        waiting = first.create_task(burst())
        for _ in range(2):  # the gather, then the first step of its tasks
            first.call_soon(first.stop)
            first.run_forever()
        assert sum(len(batch.tokens) for batches in _burst._turn.waiting.values() for batch in batches) == 4
        assert all(asyncio.run(burst()))
        assert all(first.run_until_complete(waiting))
    finally:
        first.close()
    assert all(asyncio.run(burst()))


def tokens_of(signer, count, **changes):
    return [signer.token(jti=str(number), **changes) for number in range(count)]


async def test_a_list_is_judged_as_its_tokens_are(rs256, rs256_other):
    """In their order, also with keys of a server, tokens of which nothing is right, and rules of a subclass."""

    class Mine(JWTVerifier):
        def _extract_scopes(self, claims):
            return [*super()._extract_scopes(claims), "mine"]

    good, other = rs256.token(), rs256_other.token()
    tokens = [good, "x", rs256.token(exp=5), other, "", rs256.token(iss="x"), good, rs256.token(nan=float("nan")), good[:-6] + "AAAAAA",
              rs256.token(scope=""), None, 5, other, good.encode()]
    for kind, scope in ((JWTVerifier, "read"), (Mine, "mine")):
        for keys in ({"public_key": rs256.pem}, {"jwks_uri": JWKS_URI}, {"public_key": "no key"}):
            client = {"http_client": KeyEndpoint(rs256, rs256_other).client()} if "jwks_uri" in keys else {}
            arguments = {**keys, **client, "issuer": ISSUER, "required_scopes": [scope], "memo": 0}
            one, many = [], []
            alone, together = kind(on_reject=one.append, **arguments), kind(on_reject=many.append, **arguments)
            expected = [await alone.verify_token(token) for token in tokens]
            given = await together.verify_tokens(iter(tokens))
            assert [repr(made) for made in given] == [repr(made) for made in expected]
            assert many == one and len(one) == expected.count(None)
            assert (given[0] is None) == ("no key" in keys.values())
            assert (given[3] is None) == ("jwks_uri" not in keys)


async def test_a_list_is_a_few_batches_and_others_have_their_turn(rs256, rs256_other, calls):
    verifier = JWTVerifier(public_key=rs256.pem)
    turns = []

    async def other():
        while True:
            turns.append(len(calls))
            await asyncio.sleep(0)

    task = asyncio.create_task(other())
    assert all(await verifier.verify_tokens(tokens_of(rs256, 40) * 30))
    task.cancel()
    assert calls == [512, 512, 176]
    assert {1, 2} <= set(turns)
    assert not verifier._assay.memo._seen, "a long list does not drive out what comes again"
    calls.clear()
    verifier = JWTVerifier(jwks_uri=JWKS_URI, http_client=KeyEndpoint(rs256, rs256_other).client())
    assert all(await verifier.verify_tokens(tokens_of(rs256, 3) + tokens_of(rs256_other, 4)))
    assert sorted(calls) == [3, 4]


async def test_a_list_of_several_issuers_and_algorithms(rs256, es256):
    seen = []
    verifier = JWTVerifier(
        issuers={ISSUER: {"public_key": rs256.pem}, OTHER: {"public_key": es256.pem, "algorithm": "ES256"}}, on_reject=seen.append
    )
    tokens = [rs256.token(), es256.token(iss=OTHER), "x", es256.token(), rs256.token(), rs256.token(iss="x"), es256.token(iss=OTHER, exp=1)]
    assert [made is not None for made in await verifier.verify_tokens(tokens)] == [True, True, False, False, True, False, False]
    assert [one.reason for one in seen] == ["malformed_token", "algorithm_not_allowed", "issuer_mismatch", "token_expired"]
    verifier.audience = "https://another.example"
    assert await verifier.verify_tokens(tokens[:2]) == [None, None]


async def test_a_list_calls_what_is_overridden(rs256, rs256_other, monkeypatch):
    class Loads(JWTVerifier):
        async def load_access_token(self, token):
            made = await super().load_access_token(token)
            return made and made.model_copy(update={"client_id": "mine"})

    class Verifies(JWTVerifier):
        async def verify_token(self, token):
            return (await super().verify_token(token)) or "rejected"

    class Chooses(JWTVerifier):
        async def _get_verification_key(self, token):
            return rs256_other.pem if token == second else rs256.pem

    first, second = rs256.token(), rs256_other.token()
    assert [made and made.client_id for made in await Loads(public_key=rs256.pem).verify_tokens([first, second])] == ["mine", None]
    made = await Verifies(public_key=rs256.pem).verify_tokens([first, second])
    assert made[0].client_id == "app" and made[1] == "rejected"
    assert all(await Chooses(public_key=rs256.pem).verify_tokens([first, second, first]))
    verifier = JWTVerifier(public_key=rs256.pem)

    async def none(token):
        return None

    for name in ("load_access_token", "verify_token"):
        with monkeypatch.context() as patch:
            patch.setattr(verifier, name, none)
            assert await verifier.verify_tokens([first]) == [None]
    assert all(await verifier.verify_tokens([first]))


async def test_a_list_is_no_single_token(rs256):
    verifier = JWTVerifier(public_key=rs256.pem)
    for wrong in (rs256.token(), rs256.token().encode()):
        with pytest.raises(TypeError, match="there is verify_token"):
            await verifier.verify_tokens(wrong)
    for wrong in ({rs256.token()}, {rs256.token(): 1}):
        with pytest.raises(TypeError, match="tokens: expected a list of tokens, not (set|dict)"):
            await verifier.verify_tokens(wrong)
    with pytest.raises(TypeError):
        await verifier.verify_tokens(None)
    assert await verifier.verify_tokens([]) == []
